-- Pages that are one article together. Each but the first stands for the first (pages.alias_of); its row is there
-- from its discovery on.
CREATE TABLE article_parts (
    page_id BIGINT PRIMARY KEY REFERENCES pages (id),
    head_id BIGINT NOT NULL REFERENCES pages (id),
    number BIGINT NOT NULL,
    -- Key of the page after it.
    next TEXT,
    seen_at TIMESTAMPTZ,
    captured_at TIMESTAMPTZ,
    -- This part alone, as article_versions.body.
    body TEXT
);
CREATE INDEX article_parts_head ON article_parts (head_id);
