-- Data-sharing contracts, and what left for whom.

-- What a contract says as a whole. A partner without a row has one that is not strict and has no end.
CREATE TABLE data_contract (
    partner_id   UUID PRIMARY KEY REFERENCES partner (id) ON DELETE CASCADE,
    -- Whether a payload with any other field is refused as a whole; otherwise the field is removed.
    is_strict    BOOLEAN NOT NULL DEFAULT FALSE,
    -- From the first instant, until the first that is no longer in it.
    valid_from   BIGINT,
    valid_until  BIGINT,
    -- Where the agreed text is kept.
    document     TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (length(document) <= 200),
    updated_at   BIGINT NOT NULL,
    updated_by   TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1,
    CHECK (valid_from IS NULL OR valid_until IS NULL OR valid_from < valid_until)
);

-- What it says of each field. What was there before keeps going both ways, as it is.
ALTER TABLE partner_field ADD COLUMN is_sent BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE partner_field ADD COLUMN is_read BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE partner_field ADD COLUMN is_received BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE partner_field ADD COLUMN purpose TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (length(purpose) <= 200);
ALTER TABLE partner_field ADD COLUMN basis TEXT COLLATE "C" NOT NULL DEFAULT 'contract' CHECK (basis IN ('contract', 'legal_obligation', 'consent', 'legitimate_interest'));
ALTER TABLE partner_field ADD COLUMN retention_days BIGINT NOT NULL DEFAULT 365 CHECK (retention_days BETWEEN 1 AND 36500);
ALTER TABLE partner_field ADD COLUMN rule TEXT COLLATE "C" NOT NULL DEFAULT 'plain' CHECK (rule IN ('plain', 'masked', 'hashed', 'truncated'));
-- How many characters of a truncated value stay.
ALTER TABLE partner_field ADD COLUMN keeps BIGINT NOT NULL DEFAULT 4 CHECK (keeps BETWEEN 1 AND 64);
ALTER TABLE partner_field ADD COLUMN granted_at BIGINT NOT NULL DEFAULT 0;
ALTER TABLE partner_field ADD COLUMN last_used_at BIGINT;
-- Nothing was counted before today, so nobody is told today that a field was never used.
UPDATE partner_field SET granted_at = CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT);

-- What left for whom, one row for each day and set of fields: names of fields and ids of records, never values.
CREATE TABLE disclosure (
    id            UUID PRIMARY KEY,
    partner_id    UUID NOT NULL REFERENCES partner (id) ON DELETE CASCADE,
    via           TEXT COLLATE "C" NOT NULL CHECK (via IN ('gateway', 'api', 'webhook')),
    subject_type  TEXT COLLATE "C" NOT NULL,
    subject_id    UUID NOT NULL,
    day           BIGINT NOT NULL,
    -- Names of fields, apart by commas, in order.
    fields        TEXT COLLATE "C" NOT NULL,
    -- Names of fields that were asked for, or were in what was to be sent, and did not leave.
    withheld      TEXT COLLATE "C" NOT NULL DEFAULT '',
    calls         BIGINT NOT NULL,
    first_at      BIGINT NOT NULL,
    last_at       BIGINT NOT NULL,
    UNIQUE (partner_id, via, subject_type, subject_id, day, fields, withheld)
);
CREATE INDEX disclosure_by_time ON disclosure (last_at, id);
CREATE INDEX disclosure_by_partner ON disclosure (partner_id, last_at, id);
CREATE INDEX disclosure_by_subject ON disclosure (subject_id, last_at, id);
CREATE INDEX disclosure_by_subject_type ON disclosure (subject_type, last_at, id);
CREATE INDEX disclosure_withheld ON disclosure (last_at) WHERE withheld <> '';
