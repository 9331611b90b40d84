-- The same as migrations/sqlite/0003_manners.sql.

-- Exchanges at once that the operator allows this host; none: as everywhere.
ALTER TABLE hosts ADD COLUMN per_host BIGINT;
-- The operator wants this host to share one gap with the others on its address; gap_group is that address.
ALTER TABLE hosts ADD COLUMN shares BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE hosts ADD COLUMN gap_group TEXT;
CREATE INDEX hosts_gap_group ON hosts (gap_group) WHERE gap_group IS NOT NULL;

-- Links are followed although the source's pages ask robots not to.
ALTER TABLE sources ADD COLUMN ignore_nofollow BOOLEAN NOT NULL DEFAULT FALSE;

-- A list that holds works of others as well (a feed or sitemap of the whole site).
ALTER TABLE pages ADD COLUMN mixed BOOLEAN NOT NULL DEFAULT FALSE;

-- JSON array of the sitemaps that the file names.
ALTER TABLE robots ADD COLUMN sitemaps TEXT NOT NULL DEFAULT '[]';

-- What is wrong with the installation itself and wants a person; gone when it is mended.
CREATE TABLE alarms (
    subject TEXT NOT NULL,
    alarm TEXT NOT NULL,
    detail TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (subject, alarm)
);
