-- The same tables as migrations/postgres/0001_schema.sql. Times are microseconds since 1970 in UTC,
-- visits and captures 16 bytes of UUIDv7, lists and articles JSON text.

CREATE TABLE authors (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL DEFAULT '',
    -- A person gave the name: the page's own does not replace it.
    named BOOLEAN NOT NULL DEFAULT FALSE,
    affiliation TEXT,
    biography TEXT,
    portrait TEXT,
    same_as TEXT NOT NULL DEFAULT '[]',
    followed BOOLEAN NOT NULL DEFAULT TRUE,
    created_at INTEGER NOT NULL,
    -- Found to be the same person as another; set back to undo.
    merged_into INTEGER REFERENCES authors (id)
);
CREATE INDEX authors_name ON authors (name);

CREATE TABLE hosts (
    id INTEGER PRIMARY KEY,
    host TEXT NOT NULL UNIQUE,
    in_flight INTEGER NOT NULL DEFAULT 0,
    next_at INTEGER NOT NULL DEFAULT 0,
    gap_ms INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    open_until INTEGER,
    -- Earliest due time of its waiting pages (followed, no lease); kept by every write to pages.
    next_due INTEGER,
    -- When a page of it can be granted.
    ready_at INTEGER GENERATED ALWAYS AS (max(next_due, next_at, coalesce(open_until, next_at))) STORED
);
CREATE INDEX hosts_ready ON hosts (ready_at) WHERE ready_at IS NOT NULL;

CREATE TABLE robots (
    origin TEXT PRIMARY KEY,
    verdict TEXT NOT NULL,
    body TEXT,
    fetched_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
);

CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    page_id INTEGER NOT NULL,
    -- The current version; versions counts them all.
    version INTEGER NOT NULL,
    versions INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    title TEXT NOT NULL,
    -- JSON array of names as printed.
    authors TEXT NOT NULL,
    published TEXT,
    language TEXT,
    length INTEGER NOT NULL,
    captured_at INTEGER NOT NULL,
    parser_version INTEGER NOT NULL,
    rules_hash TEXT NOT NULL,
    simhash INTEGER NOT NULL,
    first_seen_at INTEGER NOT NULL
);
CREATE INDEX articles_captured ON articles (captured_at);
CREATE INDEX articles_page ON articles (page_id);
CREATE INDEX articles_content ON articles (content_hash);

-- The frontier: one row for each address, whatever its spelling.
CREATE TABLE pages (
    id INTEGER PRIMARY KEY,
    key TEXT NOT NULL UNIQUE,
    url TEXT NOT NULL,
    host_id INTEGER NOT NULL REFERENCES hosts (id),
    origin TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Order within a host: 0 robots.txt, 1 never visited, 2 visited before.
    rank INTEGER NOT NULL,
    -- Belongs to a followed author (or is a robots.txt).
    active BOOLEAN NOT NULL,
    due_at INTEGER,
    lease_visit BLOB,
    lease_until INTEGER,
    -- Counts stored visits: the optimistic lock of the sink.
    revision INTEGER NOT NULL DEFAULT 0,
    interval_s INTEGER,
    failures INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    etag TEXT,
    last_modified TEXT,
    last_visit_at INTEGER,
    last_disposition TEXT,
    captured_at INTEGER,
    depth INTEGER NOT NULL,
    redirects INTEGER NOT NULL DEFAULT 0,
    alias_of INTEGER REFERENCES pages (id),
    article_id INTEGER REFERENCES articles (id),
    hints TEXT NOT NULL
);
CREATE INDEX pages_waiting ON pages (host_id, rank, due_at)
    WHERE active AND due_at IS NOT NULL AND lease_visit IS NULL;
CREATE INDEX pages_host ON pages (host_id, rank);
CREATE INDEX pages_leased ON pages (lease_until) WHERE lease_visit IS NOT NULL;
CREATE INDEX pages_lease ON pages (lease_visit) WHERE lease_visit IS NOT NULL;
CREATE INDEX pages_alias ON pages (alias_of) WHERE alias_of IS NOT NULL;
CREATE INDEX pages_article ON pages (article_id) WHERE article_id IS NOT NULL;

CREATE TABLE sources (
    id INTEGER PRIMARY KEY,
    author_id INTEGER NOT NULL REFERENCES authors (id),
    page_id INTEGER NOT NULL REFERENCES pages (id),
    followed BOOLEAN NOT NULL DEFAULT TRUE,
    alarm TEXT,
    created_at INTEGER NOT NULL
);
CREATE INDEX sources_author ON sources (author_id);
CREATE INDEX sources_page ON sources (page_id);

CREATE TABLE page_sources (
    page_id INTEGER NOT NULL REFERENCES pages (id),
    source_id INTEGER NOT NULL REFERENCES sources (id),
    PRIMARY KEY (page_id, source_id)
) WITHOUT ROWID;
CREATE INDEX page_sources_source ON page_sources (source_id, page_id);

-- Hosts on which a source has pages: what a crawl of a few sources looks at.
CREATE TABLE source_hosts (
    source_id INTEGER NOT NULL REFERENCES sources (id),
    host_id INTEGER NOT NULL REFERENCES hosts (id),
    PRIMARY KEY (source_id, host_id)
) WITHOUT ROWID;

CREATE TABLE captures (
    id BLOB PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages (id),
    visit_id BLOB NOT NULL,
    key TEXT NOT NULL,
    length INTEGER NOT NULL,
    digest TEXT NOT NULL,
    captured_at INTEGER NOT NULL,
    status INTEGER NOT NULL,
    content_type TEXT,
    hints TEXT NOT NULL,
    parser_version INTEGER
) WITHOUT ROWID;
CREATE INDEX captures_page ON captures (page_id, captured_at);

CREATE TABLE page_visits (
    id BLOB PRIMARY KEY,
    page_id INTEGER NOT NULL REFERENCES pages (id),
    disposition TEXT NOT NULL,
    code TEXT NOT NULL,
    detail TEXT NOT NULL,
    status INTEGER,
    started_at INTEGER NOT NULL,
    ended_at INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    reparse BOOLEAN NOT NULL
) WITHOUT ROWID;
CREATE INDEX page_visits_page ON page_visits (page_id, ended_at);
CREATE INDEX page_visits_ended ON page_visits (ended_at);

CREATE TABLE works (
    id INTEGER PRIMARY KEY,
    source_id INTEGER NOT NULL REFERENCES sources (id),
    -- Key of the page that its link leads to, or `title:` and the title.
    key TEXT NOT NULL,
    title TEXT NOT NULL,
    url TEXT,
    date TEXT,
    authors TEXT NOT NULL,
    venue TEXT,
    summary TEXT,
    position INTEGER NOT NULL,
    seen_on INTEGER NOT NULL REFERENCES pages (id),
    first_seen_at INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    missed INTEGER NOT NULL DEFAULT 0,
    removed_at INTEGER,
    returned_at INTEGER,
    UNIQUE (source_id, key)
);
CREATE INDEX works_seen_on ON works (seen_on);
CREATE INDEX works_key ON works (key);

CREATE TABLE article_versions (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    version INTEGER NOT NULL,
    content_hash TEXT NOT NULL,
    capture_id BLOB NOT NULL,
    captured_at INTEGER NOT NULL,
    parser_version INTEGER NOT NULL,
    rules_hash TEXT NOT NULL,
    reason TEXT NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (article_id, version)
);

CREATE TABLE article_authors (
    article_id INTEGER NOT NULL REFERENCES articles (id),
    position INTEGER NOT NULL,
    name TEXT NOT NULL,
    url TEXT,
    evidence TEXT NOT NULL,
    PRIMARY KEY (article_id, position)
) WITHOUT ROWID;
CREATE INDEX article_authors_name ON article_authors (name);

-- Four 16-bit bands of the simhash: articles within three bits of each other share one of them.
CREATE TABLE article_bands (
    band INTEGER NOT NULL,
    article_id INTEGER NOT NULL REFERENCES articles (id),
    PRIMARY KEY (band, article_id)
) WITHOUT ROWID;

-- Words as our own tokenizer cut them; the rowid is the article's id.
CREATE VIRTUAL TABLE article_words USING fts5 (
    title, body, content = '', contentless_delete = 1, detail = column,
    tokenize = "unicode61 remove_diacritics 0 categories 'L* N* M* Co'"
);

CREATE TABLE outbox (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    at INTEGER NOT NULL,
    data TEXT NOT NULL
);

CREATE TABLE dead_letters (
    id TEXT PRIMARY KEY,
    stage TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    subject TEXT NOT NULL,
    host TEXT NOT NULL,
    attempts INTEGER NOT NULL,
    first_at INTEGER NOT NULL,
    died_at INTEGER NOT NULL,
    body TEXT NOT NULL,
    replays INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    settled_at INTEGER
);
CREATE INDEX dead_letters_died ON dead_letters (died_at);
CREATE INDEX dead_letters_waiting ON dead_letters (died_at) WHERE state = 'waiting';

CREATE TABLE reparse_jobs (
    id INTEGER PRIMARY KEY,
    selection TEXT NOT NULL,
    dry_run BOOLEAN NOT NULL,
    rate INTEGER,
    state TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    cursor TEXT NOT NULL DEFAULT '',
    total INTEGER NOT NULL,
    published INTEGER NOT NULL DEFAULT 0,
    finished INTEGER NOT NULL DEFAULT 0,
    changed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0
);

-- What a job has done: makes its results idempotent.
CREATE TABLE reparse_results (
    job_id INTEGER NOT NULL REFERENCES reparse_jobs (id),
    visit_id BLOB NOT NULL,
    PRIMARY KEY (job_id, visit_id)
) WITHOUT ROWID;

CREATE TABLE reparse_changes (
    job_id INTEGER NOT NULL REFERENCES reparse_jobs (id),
    page_id INTEGER NOT NULL REFERENCES pages (id),
    visit_id BLOB NOT NULL,
    field TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    PRIMARY KEY (job_id, field, visit_id)
) WITHOUT ROWID;

-- Who was found to be the same person, when, and when that was undone.
CREATE TABLE author_merges (
    id INTEGER PRIMARY KEY,
    kept INTEGER NOT NULL REFERENCES authors (id),
    merged INTEGER NOT NULL REFERENCES authors (id),
    merged_at INTEGER NOT NULL,
    undone_at INTEGER
);
