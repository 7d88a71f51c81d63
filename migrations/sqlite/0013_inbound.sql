-- Messages that come in from partners, kept before they are acknowledged and worked off in order.

CREATE TABLE inbound_message (
    id              BLOB PRIMARY KEY,
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    -- The partner's own id of it: what came before is told by it.
    external_id     TEXT NOT NULL CHECK (length(external_id) BETWEEN 1 AND 200),
    received_at     INTEGER NOT NULL,
    event_type      TEXT NOT NULL CHECK (length(event_type) <= 100),
    -- What it is about: messages of one subject are worked off one after the other. Empty when it is about nothing known.
    subject_key     TEXT NOT NULL CHECK (length(subject_key) <= 100),
    -- Sealed; nothing any more once it was erased.
    body            BLOB,
    body_length     INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'parked', 'ignored')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    next_at         INTEGER NOT NULL,
    lease_id        BLOB,
    lease_until     INTEGER,
    last_error      TEXT NOT NULL DEFAULT '',
    -- What came of it, in words.
    outcome         TEXT NOT NULL DEFAULT '',
    updated_at      INTEGER NOT NULL,
    CHECK ((state = 'running') = (lease_id IS NOT NULL)),
    UNIQUE (integration_id, external_id)
) STRICT;
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
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    -- The beginning of the hour.
    hour            INTEGER NOT NULL,
    reason          TEXT NOT NULL,
    count           INTEGER NOT NULL,
    last_at         INTEGER NOT NULL,
    -- The address that the last one came from.
    last_from       TEXT NOT NULL,
    PRIMARY KEY (integration_id, hour, reason)
) STRICT;
CREATE INDEX inbound_refusal_by_time ON inbound_refusal (hour);
