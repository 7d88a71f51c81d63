-- Data-sharing contracts, and what left for whom.

-- What a contract says as a whole. A partner without a row has one that is not strict and has no end.
CREATE TABLE data_contract (
    partner_id   BLOB PRIMARY KEY REFERENCES partner (id) ON DELETE CASCADE,
    -- Whether a payload with any other field is refused as a whole; otherwise the field is removed.
    is_strict    INTEGER NOT NULL DEFAULT FALSE CHECK (is_strict IN (0, 1)),
    -- From the first instant, until the first that is no longer in it.
    valid_from   INTEGER,
    valid_until  INTEGER,
    -- Where the agreed text is kept.
    document     TEXT NOT NULL DEFAULT '' CHECK (length(document) <= 200),
    updated_at   INTEGER NOT NULL,
    updated_by   TEXT NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1,
    CHECK (valid_from IS NULL OR valid_until IS NULL OR valid_from < valid_until)
) STRICT;

-- What it says of each field. What was there before keeps going both ways, as it is.
ALTER TABLE partner_field ADD COLUMN is_sent INTEGER NOT NULL DEFAULT TRUE CHECK (is_sent IN (0, 1));
ALTER TABLE partner_field ADD COLUMN is_read INTEGER NOT NULL DEFAULT TRUE CHECK (is_read IN (0, 1));
ALTER TABLE partner_field ADD COLUMN is_received INTEGER NOT NULL DEFAULT TRUE CHECK (is_received IN (0, 1));
ALTER TABLE partner_field ADD COLUMN purpose TEXT NOT NULL DEFAULT '' CHECK (length(purpose) <= 200);
ALTER TABLE partner_field ADD COLUMN basis TEXT NOT NULL DEFAULT 'contract' CHECK (basis IN ('contract', 'legal_obligation', 'consent', 'legitimate_interest'));
ALTER TABLE partner_field ADD COLUMN retention_days INTEGER NOT NULL DEFAULT 365 CHECK (retention_days BETWEEN 1 AND 36500);
ALTER TABLE partner_field ADD COLUMN rule TEXT NOT NULL DEFAULT 'plain' CHECK (rule IN ('plain', 'masked', 'hashed', 'truncated'));
-- How many characters of a truncated value stay.
ALTER TABLE partner_field ADD COLUMN keeps INTEGER NOT NULL DEFAULT 4 CHECK (keeps BETWEEN 1 AND 64);
ALTER TABLE partner_field ADD COLUMN granted_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE partner_field ADD COLUMN last_used_at INTEGER;
-- Nothing was counted before today, so nobody is told today that a field was never used.
UPDATE partner_field SET granted_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000;

-- What left for whom, one row for each day and set of fields: names of fields and ids of records, never values.
CREATE TABLE disclosure (
    id            BLOB PRIMARY KEY,
    partner_id    BLOB NOT NULL REFERENCES partner (id) ON DELETE CASCADE,
    via           TEXT NOT NULL CHECK (via IN ('gateway', 'api', 'webhook')),
    subject_type  TEXT NOT NULL,
    subject_id    BLOB NOT NULL,
    day           INTEGER NOT NULL,
    -- Names of fields, apart by commas, in order.
    fields        TEXT NOT NULL,
    -- Names of fields that were asked for, or were in what was to be sent, and did not leave.
    withheld      TEXT NOT NULL DEFAULT '',
    calls         INTEGER NOT NULL,
    first_at      INTEGER NOT NULL,
    last_at       INTEGER NOT NULL,
    UNIQUE (partner_id, via, subject_type, subject_id, day, fields, withheld)
) STRICT;
CREATE INDEX disclosure_by_time ON disclosure (last_at, id);
CREATE INDEX disclosure_by_partner ON disclosure (partner_id, last_at, id);
CREATE INDEX disclosure_by_subject ON disclosure (subject_id, last_at, id);
CREATE INDEX disclosure_by_subject_type ON disclosure (subject_type, last_at, id);
CREATE INDEX disclosure_withheld ON disclosure (last_at) WHERE withheld <> '';
