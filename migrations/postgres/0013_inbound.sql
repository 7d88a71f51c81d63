-- Messages that come in from partners, kept before they are acknowledged and worked off in order.

CREATE TABLE inbound_message (
    id              UUID PRIMARY KEY,
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    -- The partner's own id of it: what came before is told by it.
    external_id     TEXT COLLATE "C" NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
    received_at     BIGINT NOT NULL,
    event_type      TEXT COLLATE "C" NOT NULL CHECK (length(event_type) <= 100),
    -- What it is about: messages of one subject are worked off one after the other. Empty when it is about nothing known.
    subject_key     TEXT COLLATE "C" NOT NULL CHECK (length(subject_key) <= 100),
    -- Sealed; nothing any more once it was erased.
    body            BYTEA,
    body_length     BIGINT NOT NULL,
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('ready', 'running', 'done', 'parked', 'ignored')),
    attempts        BIGINT NOT NULL DEFAULT 0,
    next_at         BIGINT NOT NULL,
    lease_id        UUID,
    lease_until     BIGINT,
    last_error      TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- What came of it, in words.
    outcome         TEXT COLLATE "C" NOT NULL DEFAULT '',
    updated_at      BIGINT NOT NULL,
    CHECK ((state = 'running') = (lease_id IS NOT NULL)),
    UNIQUE (integration_id, external_id)
);
CREATE INDEX inbound_message_leased ON inbound_message (lease_until) WHERE state = 'running';
CREATE INDEX inbound_message_open ON inbound_message (integration_id, subject_key, received_at, id)
    WHERE state IN ('ready', 'running', 'parked');
CREATE INDEX inbound_message_by_time ON inbound_message (received_at, id);
CREATE INDEX inbound_message_by_state ON inbound_message (state, received_at, id);
CREATE INDEX inbound_message_by_integration ON inbound_message (integration_id, received_at, id);
CREATE INDEX inbound_message_by_integration_state ON inbound_message (integration_id, state, received_at, id);
CREATE INDEX inbound_message_by_external_id ON inbound_message (external_id, received_at, id);
CREATE INDEX inbound_message_with_body ON inbound_message (received_at) WHERE body IS NOT NULL;

-- What was turned away at the door, counted by the hour and the reason.
CREATE TABLE inbound_refusal (
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    -- The beginning of the hour.
    hour            BIGINT NOT NULL,
    reason          TEXT COLLATE "C" NOT NULL,
    count           BIGINT NOT NULL,
    last_at         BIGINT NOT NULL,
    -- The address that the last one came from.
    last_from       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (integration_id, hour, reason)
);
CREATE INDEX inbound_refusal_by_time ON inbound_refusal (hour);
