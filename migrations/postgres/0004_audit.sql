-- The audit log: an append-only chain and Merkle tree for each stream. `payload` holds the exact canonical bytes
-- that were hashed; the other columns are copies for searching and are checked against it.

CREATE TABLE audit_head (
    stream       TEXT COLLATE "C" PRIMARY KEY,
    size         BIGINT NOT NULL CHECK (size >= 0),
    chain_hash   BYTEA NOT NULL,
    frontier     BYTEA NOT NULL,
    signed_size  BIGINT NOT NULL DEFAULT 0,
    signed_root  BYTEA
);

CREATE TABLE audit_event (
    stream       TEXT COLLATE "C" NOT NULL REFERENCES audit_head (stream),
    seq          BIGINT NOT NULL CHECK (seq >= 0),
    id           UUID NOT NULL UNIQUE,
    occurred_at  BIGINT NOT NULL,
    actor_type   TEXT COLLATE "C" NOT NULL,
    actor_id     TEXT COLLATE "C" NOT NULL,
    action       TEXT COLLATE "C" NOT NULL,
    target_type  TEXT COLLATE "C" NOT NULL,
    target_id    TEXT COLLATE "C" NOT NULL,
    outcome      TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    ip           TEXT COLLATE "C" NOT NULL,
    request_id   TEXT COLLATE "C" NOT NULL,
    payload      BYTEA NOT NULL,
    leaf_hash    BYTEA NOT NULL,
    chain_prev   BYTEA NOT NULL,
    chain_hash   BYTEA NOT NULL,
    PRIMARY KEY (stream, seq),
    UNIQUE (stream, chain_prev)
);
CREATE INDEX audit_event_by_time ON audit_event (occurred_at, id);
CREATE INDEX audit_event_by_actor ON audit_event (actor_id, occurred_at, id);
CREATE INDEX audit_event_by_target ON audit_event (target_type, target_id, occurred_at, id);
CREATE INDEX audit_event_by_action ON audit_event (action, occurred_at, id);
CREATE INDEX audit_event_by_outcome ON audit_event (outcome, occurred_at, id);
CREATE INDEX audit_event_by_ip ON audit_event (ip, occurred_at, id);
CREATE INDEX audit_event_by_request ON audit_event (request_id);

-- Signed notes (C2SP tlog-checkpoint); copies belong outside this database.
CREATE TABLE audit_checkpoint (
    stream     TEXT COLLATE "C" NOT NULL REFERENCES audit_head (stream),
    size       BIGINT NOT NULL,
    signed_at  BIGINT NOT NULL,
    root       BYTEA NOT NULL,
    note       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (stream, size)
);

-- What the last check found, for the security page.
CREATE TABLE audit_verification (
    id           UUID PRIMARY KEY,
    stream       TEXT COLLATE "C" NOT NULL,
    started_at   BIGINT NOT NULL,
    finished_at  BIGINT NOT NULL,
    size         BIGINT NOT NULL,
    is_sound     BOOLEAN NOT NULL,
    finding      TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX audit_verification_by_time ON audit_verification (stream, finished_at);

CREATE FUNCTION audit_event_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'audit_event_append_only'; END $$;
CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event
    FOR EACH ROW EXECUTE FUNCTION audit_event_append_only();
CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event
    FOR EACH STATEMENT EXECUTE FUNCTION audit_event_append_only();
