-- The audit log: an append-only chain and Merkle tree for each stream. `payload` holds the exact canonical bytes
-- that were hashed; the other columns are copies for searching and are checked against it.

CREATE TABLE audit_head (
    stream       TEXT PRIMARY KEY,
    size         INTEGER NOT NULL CHECK (size >= 0),
    chain_hash   BLOB NOT NULL,
    frontier     BLOB NOT NULL,
    signed_size  INTEGER NOT NULL DEFAULT 0,
    signed_root  BLOB
) STRICT;

CREATE TABLE audit_event (
    stream       TEXT NOT NULL REFERENCES audit_head (stream),
    seq          INTEGER NOT NULL CHECK (seq >= 0),
    id           BLOB NOT NULL UNIQUE,
    occurred_at  INTEGER NOT NULL,
    actor_type   TEXT NOT NULL,
    actor_id     TEXT NOT NULL,
    action       TEXT NOT NULL,
    target_type  TEXT NOT NULL,
    target_id    TEXT NOT NULL,
    outcome      TEXT NOT NULL CHECK (outcome IN ('done', 'refused', 'failed')),
    ip           TEXT NOT NULL,
    request_id   TEXT NOT NULL,
    payload      BLOB NOT NULL,
    leaf_hash    BLOB NOT NULL,
    chain_prev   BLOB NOT NULL,
    chain_hash   BLOB NOT NULL,
    PRIMARY KEY (stream, seq),
    UNIQUE (stream, chain_prev)
) STRICT;
CREATE INDEX audit_event_by_time ON audit_event (occurred_at, id);
CREATE INDEX audit_event_by_actor ON audit_event (actor_id, occurred_at, id);
CREATE INDEX audit_event_by_target ON audit_event (target_type, target_id, occurred_at, id);
CREATE INDEX audit_event_by_action ON audit_event (action, occurred_at, id);
CREATE INDEX audit_event_by_outcome ON audit_event (outcome, occurred_at, id);
CREATE INDEX audit_event_by_ip ON audit_event (ip, occurred_at, id);
CREATE INDEX audit_event_by_request ON audit_event (request_id);

-- Signed notes (C2SP tlog-checkpoint); copies belong outside this database.
CREATE TABLE audit_checkpoint (
    stream     TEXT NOT NULL REFERENCES audit_head (stream),
    size       INTEGER NOT NULL,
    signed_at  INTEGER NOT NULL,
    root       BLOB NOT NULL,
    note       TEXT NOT NULL,
    PRIMARY KEY (stream, size)
) STRICT;

-- What the last check found, for the security page.
CREATE TABLE audit_verification (
    id           BLOB PRIMARY KEY,
    stream       TEXT NOT NULL,
    started_at   INTEGER NOT NULL,
    finished_at  INTEGER NOT NULL,
    size         INTEGER NOT NULL,
    is_sound     INTEGER NOT NULL CHECK (is_sound IN (0, 1)),
    finding      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX audit_verification_by_time ON audit_verification (stream, finished_at);

CREATE TRIGGER audit_event_no_update BEFORE UPDATE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event_append_only'); END;
CREATE TRIGGER audit_event_no_delete BEFORE DELETE ON audit_event BEGIN SELECT RAISE(ABORT, 'audit_event_append_only'); END;
