-- Hash of the site rules with which a capture was read last; null where it never was.
ALTER TABLE captures ADD COLUMN rules_hash TEXT;
