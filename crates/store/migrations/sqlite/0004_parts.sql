-- Pages that are one article together. Each but the first stands for the first (pages.alias_of); its row is there
-- from its discovery on.
CREATE TABLE article_parts (
    page_id INTEGER PRIMARY KEY REFERENCES pages (id),
    head_id INTEGER NOT NULL REFERENCES pages (id),
    number INTEGER NOT NULL,
    -- Key of the page after it.
    next TEXT,
    seen_at INTEGER,
    captured_at INTEGER,
    -- This part alone, as article_versions.body.
    body TEXT
);
CREATE INDEX article_parts_head ON article_parts (head_id);
