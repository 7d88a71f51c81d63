-- What is sent to partners' endpoints. An event is put out in the transaction of the change that it tells of.
CREATE TABLE event_outbox (
    id           UUID PRIMARY KEY,
    at           BIGINT NOT NULL,
    action       TEXT COLLATE "C" NOT NULL,
    object_type  TEXT COLLATE "C" NOT NULL,
    object_id    UUID NOT NULL
);

ALTER TABLE webhook_endpoint ADD COLUMN previous_secret BYTEA;
ALTER TABLE webhook_endpoint ADD COLUMN previous_until BIGINT;
-- v1: HMAC by a secret that both know; v1a: Ed25519, by a key of ours whose public half the partner knows.
ALTER TABLE webhook_endpoint ADD COLUMN scheme TEXT COLLATE "C" NOT NULL DEFAULT 'v1' CHECK (scheme IN ('v1', 'v1a'));
ALTER TABLE webhook_endpoint ADD COLUMN max_per_second BIGINT CHECK (max_per_second BETWEEN 1 AND 1000);
ALTER TABLE webhook_endpoint ADD COLUMN failing_since BIGINT;
ALTER TABLE webhook_endpoint ADD COLUMN last_success_at BIGINT;
-- Why it is not enabled, when we did it.
ALTER TABLE webhook_endpoint ADD COLUMN stopped_why TEXT COLLATE "C" NOT NULL DEFAULT '';

CREATE TABLE webhook_delivery (
    id           UUID PRIMARY KEY,
    endpoint_id  UUID NOT NULL REFERENCES webhook_endpoint (id) ON DELETE CASCADE,
    event_id     UUID NOT NULL,
    event_type   TEXT COLLATE "C" NOT NULL,
    object_type  TEXT COLLATE "C" NOT NULL,
    object_id    UUID NOT NULL,
    event_at     BIGINT NOT NULL,
    state        TEXT COLLATE "C" NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead')),
    attempts     BIGINT NOT NULL DEFAULT 0 CHECK (attempts >= 0),
    next_at      BIGINT NOT NULL,
    lease_id     UUID,
    lease_until  BIGINT,
    last_status  BIGINT,
    last_error   TEXT COLLATE "C" NOT NULL DEFAULT '',
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    CHECK ((state = 'running') = (lease_id IS NOT NULL)),
    -- An event goes to an endpoint once, however often it is handed out.
    UNIQUE (endpoint_id, event_id)
);
CREATE INDEX webhook_delivery_ready ON webhook_delivery (endpoint_id, next_at) WHERE state = 'ready';
CREATE INDEX webhook_delivery_leased ON webhook_delivery (lease_until) WHERE state = 'running';
CREATE INDEX webhook_delivery_by_endpoint ON webhook_delivery (endpoint_id, created_at, id);
CREATE INDEX webhook_delivery_by_state ON webhook_delivery (endpoint_id, state, created_at, id);
CREATE INDEX webhook_delivery_by_object ON webhook_delivery (endpoint_id, object_id, created_at, id);
CREATE INDEX webhook_delivery_over ON webhook_delivery (updated_at) WHERE state IN ('done', 'dead');
CREATE INDEX webhook_delivery_by_type ON webhook_delivery (endpoint_id, event_type, created_at, id);

CREATE TABLE webhook_attempt (
    id           UUID PRIMARY KEY,
    delivery_id  UUID NOT NULL REFERENCES webhook_delivery (id) ON DELETE CASCADE,
    at           BIGINT NOT NULL,
    took_ms      BIGINT NOT NULL CHECK (took_ms >= 0),
    status       BIGINT,
    error        TEXT COLLATE "C" NOT NULL DEFAULT '',
    excerpt      TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX webhook_attempt_by_delivery ON webhook_attempt (delivery_id, at, id);
