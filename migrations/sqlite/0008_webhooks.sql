-- What is sent to partners' endpoints. An event is put out in the transaction of the change that it tells of.
CREATE TABLE event_outbox (
    id           BLOB PRIMARY KEY,
    at           INTEGER NOT NULL,
    action       TEXT NOT NULL,
    object_type  TEXT NOT NULL,
    object_id    BLOB NOT NULL
) STRICT;

ALTER TABLE webhook_endpoint ADD COLUMN previous_secret BLOB;
ALTER TABLE webhook_endpoint ADD COLUMN previous_until INTEGER;
-- v1: HMAC by a secret that both know; v1a: Ed25519, by a key of ours whose public half the partner knows.
ALTER TABLE webhook_endpoint ADD COLUMN scheme TEXT NOT NULL DEFAULT 'v1' CHECK (scheme IN ('v1', 'v1a'));
ALTER TABLE webhook_endpoint ADD COLUMN max_per_second INTEGER CHECK (max_per_second BETWEEN 1 AND 1000);
ALTER TABLE webhook_endpoint ADD COLUMN failing_since INTEGER;
ALTER TABLE webhook_endpoint ADD COLUMN last_success_at INTEGER;
-- Why it is not enabled, when we did it.
ALTER TABLE webhook_endpoint ADD COLUMN stopped_why TEXT NOT NULL DEFAULT '';

CREATE TABLE webhook_delivery (
    id           BLOB PRIMARY KEY,
    endpoint_id  BLOB NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
    event_id     BLOB NOT NULL,
    event_type   TEXT NOT NULL,
    object_type  TEXT NOT NULL,
    object_id    BLOB NOT NULL,
    event_at     INTEGER NOT NULL,
    state        TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead')),
    attempts     INTEGER NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at      INTEGER NOT NULL,
    lease_id     BLOB,
    lease_until  INTEGER,
    last_status  INTEGER,
    last_error   TEXT NOT NULL DEFAULT '',
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    CHECK ((state = 'running') = (lease_id IS NOT NULL)),
    -- An event goes to an endpoint once, however often it is handed out.
    UNIQUE (endpoint_id, event_id)
) STRICT;
CREATE INDEX webhook_delivery_ready ON webhook_delivery (endpoint_id, next_at) WHERE state = 'ready';
CREATE INDEX webhook_delivery_leased ON webhook_delivery (lease_until) WHERE state = 'running';
CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint_id, created_at, id);
CREATE INDEX webhook_delivery_by_state ON webhook_delivery (endpoint_id, state, created_at, id);
CREATE INDEX webhook_delivery_by_object ON webhook_delivery (endpoint_id, object_id, created_at, id);
CREATE INDEX webhook_delivery_over ON webhook_delivery (updated_at) WHERE state IN ('done', 'dead');
CREATE INDEX webhook_delivery_by_type ON webhook_delivery (endpoint_id, event_type, created_at, id);

CREATE TABLE webhook_attempt (
    id           BLOB PRIMARY KEY,
    delivery_id  BLOB NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
    at           INTEGER NOT NULL,
    took_ms      INTEGER NOT NULL CHECK (took_ms >= 0),
    status       INTEGER,
    error        TEXT NOT NULL DEFAULT '',
    excerpt      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX webhook_attempt_by_delivery ON webhook_attempt (delivery_id, at, id);
