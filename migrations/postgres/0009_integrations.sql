-- How we call partners, and what happens when that fails.

CREATE TABLE integration (
    id                UUID PRIMARY KEY,
    partner_id        UUID NOT NULL REFERENCES partner (id),
    name              TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 120),
    sort_name         TEXT COLLATE "C" NOT NULL,
    -- Its part of the address at which the partner's events come in.
    slug              TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(slug) BETWEEN 3 AND 40),
    kind              TEXT COLLATE "C" NOT NULL CHECK (kind IN ('insurance', 'telematics', 'payments', 'identity', 'licence', 'maintenance', 'tolls', 'other')),
    purpose           TEXT COLLATE "C" NOT NULL DEFAULT '',
    criticality       TEXT COLLATE "C" NOT NULL CHECK (criticality IN ('low', 'medium', 'high', 'critical')),
    -- The member of staff who looks after it.
    owner_id          UUID,
    base_url          TEXT COLLATE "C" NOT NULL CHECK (length(base_url) BETWEEN 8 AND 2000),
    state             TEXT COLLATE "C" NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'live', 'restricted', 'held', 'retired')),
    state_why         TEXT COLLATE "C" NOT NULL DEFAULT '',
    auth              TEXT COLLATE "C" NOT NULL CHECK (auth IN ('none', 'bearer', 'basic', 'header', 'oauth2')),
    -- The header's name, the user's name or the client's id, as the kind of authentication wants.
    auth_name         TEXT COLLATE "C" NOT NULL DEFAULT '',
    token_url         TEXT COLLATE "C" NOT NULL DEFAULT '',
    max_concurrent    BIGINT NOT NULL DEFAULT 8 CHECK (max_concurrent BETWEEN 1 AND 256),
    per_minute        BIGINT NOT NULL DEFAULT 600 CHECK (per_minute BETWEEN 1 AND 100000),
    -- What is expected of it: successes in a million calls, and how long they may take.
    availability_ppm  BIGINT NOT NULL DEFAULT 995000 CHECK (availability_ppm BETWEEN 500000 AND 999999),
    latency_ms        BIGINT NOT NULL DEFAULT 2000 CHECK (latency_ms BETWEEN 1 AND 120000),
    inbound_scheme    TEXT COLLATE "C" NOT NULL DEFAULT 'none' CHECK (inbound_scheme IN ('none', 'standard', 'hmac', 'stripe')),
    -- Until then the gateway behaves as if the partner were down.
    drill_until       BIGINT,
    last_good_at      BIGINT,
    created_at        BIGINT NOT NULL,
    created_by        TEXT COLLATE "C" NOT NULL,
    updated_at        BIGINT NOT NULL,
    updated_by        TEXT COLLATE "C" NOT NULL,
    version           BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX integration_by_name ON integration (sort_name, id);
CREATE INDEX integration_by_partner ON integration (partner_id, sort_name);
CREATE INDEX integration_by_kind ON integration (kind, state);

-- What can be asked of a partner, as data: a new partner needs no new version of us.
CREATE TABLE integration_operation (
    id                  UUID PRIMARY KEY,
    integration_id      UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    -- Our own word for it, such as cover.start.
    name                TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 3 AND 60),
    method              TEXT COLLATE "C" NOT NULL CHECK (method IN ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
    path                TEXT COLLATE "C" NOT NULL CHECK (length(path) BETWEEN 1 AND 500),
    is_idempotent       BOOLEAN NOT NULL DEFAULT FALSE,
    timeout_ms          BIGINT NOT NULL CHECK (timeout_ms BETWEEN 50 AND 60000),
    deadline_ms         BIGINT NOT NULL CHECK (deadline_ms BETWEEN 50 AND 120000),
    max_attempts        BIGINT NOT NULL DEFAULT 3 CHECK (max_attempts BETWEEN 1 AND 6),
    -- What is done when it can't be had.
    plan                TEXT COLLATE "C" NOT NULL CHECK (plan IN ('second', 'last_known', 'queue', 'refuse')),
    second_id           UUID REFERENCES integration (id),
    last_known_seconds  BIGINT CHECK (last_known_seconds BETWEEN 1 AND 31536000),
    -- A field of a 200 answer that says that it is none: its JSON pointer and the value that means so.
    error_pointer       TEXT COLLATE "C" NOT NULL DEFAULT '',
    error_value         TEXT COLLATE "C" NOT NULL DEFAULT '',
    CHECK (timeout_ms <= deadline_ms),
    CHECK ((plan = 'second') = (second_id IS NOT NULL)),
    CHECK ((plan = 'last_known') = (last_known_seconds IS NOT NULL)),
    UNIQUE (integration_id, name)
);
CREATE INDEX integration_operation_by_name ON integration_operation (name);

-- One circuit breaker for each integration, which all nodes share. The columns are copies of what `record` says.
CREATE TABLE integration_breaker (
    integration_id  UUID PRIMARY KEY REFERENCES integration (id) ON DELETE CASCADE,
    record          TEXT COLLATE "C" NOT NULL,
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
    -- Work is held until then.
    held_until      BIGINT NOT NULL DEFAULT 0,
    changed_at      BIGINT NOT NULL
);

-- How a breaker turned, for the page that shows it over time.
CREATE TABLE integration_turn (
    id              UUID PRIMARY KEY,
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    at              BIGINT NOT NULL,
    state           TEXT COLLATE "C" NOT NULL,
    why             TEXT COLLATE "C" NOT NULL
);
CREATE INDEX integration_turn_by_integration ON integration_turn (integration_id, at, id);

-- What is switched off. Key: 'everything', or the id of a partner, an integration, an operation or an endpoint.
CREATE TABLE kill_switch (
    level            TEXT COLLATE "C" NOT NULL CHECK (level IN ('everything', 'partner', 'integration', 'operation', 'endpoint')),
    key              TEXT COLLATE "C" NOT NULL,
    thrown_at        BIGINT NOT NULL,
    thrown_by        TEXT COLLATE "C" NOT NULL,
    reason           TEXT COLLATE "C" NOT NULL,
    -- Lifting takes two people: who asked for it, and then somebody else.
    lift_asked_at    BIGINT,
    lift_asked_by    TEXT COLLATE "C" NOT NULL DEFAULT '',
    lift_asked_id    UUID,
    PRIMARY KEY (level, key)
);

-- Each call through the gateway, as it ended.
CREATE TABLE gateway_call (
    id              UUID PRIMARY KEY,
    at              BIGINT NOT NULL,
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    operation       TEXT COLLATE "C" NOT NULL,
    subject_type    TEXT COLLATE "C" NOT NULL DEFAULT '',
    subject_id      UUID,
    -- answered, second, last_known, queued, refused
    outcome         TEXT COLLATE "C" NOT NULL CHECK (outcome IN ('answered', 'second', 'last_known', 'queued', 'refused')),
    -- What went wrong with the partner itself; empty when nothing did.
    failure         TEXT COLLATE "C" NOT NULL DEFAULT '',
    detail          TEXT COLLATE "C" NOT NULL DEFAULT '',
    status          BIGINT,
    attempts        BIGINT NOT NULL,
    took_ms         BIGINT NOT NULL,
    is_drill        BOOLEAN NOT NULL DEFAULT FALSE,
    actor           TEXT COLLATE "C" NOT NULL,
    request_id      TEXT COLLATE "C" NOT NULL DEFAULT ''
);
CREATE INDEX gateway_call_by_integration ON gateway_call (integration_id, at, id);
CREATE INDEX gateway_call_by_outcome ON gateway_call (integration_id, outcome, at, id);
CREATE INDEX gateway_call_by_time ON gateway_call (at);

-- Calls that wait for their time: what a change needs of a partner, and what could not be had at once.
CREATE TABLE partner_call (
    id               UUID PRIMARY KEY,
    integration_id   UUID NOT NULL REFERENCES integration (id),
    operation        TEXT COLLATE "C" NOT NULL,
    idempotency_key  TEXT COLLATE "C" NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 200),
    subject_type     TEXT COLLATE "C" NOT NULL,
    subject_id       UUID NOT NULL,
    -- What it is for, in a few words.
    title            TEXT COLLATE "C" NOT NULL,
    payload          BYTEA NOT NULL,
    state            TEXT COLLATE "C" NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead', 'cancelled')),
    attempts         BIGINT NOT NULL DEFAULT 0,
    next_at          BIGINT NOT NULL,
    lease_id         UUID,
    lease_until      BIGINT,
    last_error       TEXT COLLATE "C" NOT NULL DEFAULT '',
    created_at       BIGINT NOT NULL,
    created_by       TEXT COLLATE "C" NOT NULL,
    updated_at       BIGINT NOT NULL,
    CHECK ((state = 'running') = (lease_id IS NOT NULL)),
    UNIQUE (integration_id, operation, idempotency_key)
);
CREATE INDEX partner_call_ready ON partner_call (integration_id, next_at) WHERE state = 'ready';
CREATE INDEX partner_call_leased ON partner_call (lease_until) WHERE state = 'running';
CREATE INDEX partner_call_by_state ON partner_call (state, created_at, id);
CREATE INDEX partner_call_by_integration ON partner_call (integration_id, state, created_at, id);
CREATE INDEX partner_call_by_subject ON partner_call (subject_type, subject_id, created_at, id);

-- The last answer to each question, for when a new one can't be had.
CREATE TABLE last_answer (
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    operation       TEXT COLLATE "C" NOT NULL,
    question        BYTEA NOT NULL,
    at              BIGINT NOT NULL,
    sealed          BYTEA NOT NULL,
    PRIMARY KEY (integration_id, operation, question)
);
CREATE INDEX last_answer_by_time ON last_answer (at);

-- Failure drills, and what they showed.
CREATE TABLE drill (
    id              UUID PRIMARY KEY,
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    started_at      BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL,
    ended_at        BIGINT,
    started_by      TEXT COLLATE "C" NOT NULL,
    reason          TEXT COLLATE "C" NOT NULL
);
CREATE INDEX drill_by_integration ON drill (integration_id, started_at, id);

-- Data keys of the vault, each wrapped by a master key that is never in the database.
CREATE TABLE vault_key (
    id            UUID PRIMARY KEY,
    -- Which master key wraps it, by its fingerprint.
    master        TEXT COLLATE "C" NOT NULL,
    wrapped       BYTEA NOT NULL,
    is_current    BOOLEAN NOT NULL,
    created_at    BIGINT NOT NULL,
    rewrapped_at  BIGINT
);
CREATE UNIQUE INDEX vault_key_current ON vault_key (is_current) WHERE is_current;

-- What we prove ourselves by to partners, and what they prove themselves by to us. Written, never shown.
CREATE TABLE vault_secret (
    id              UUID PRIMARY KEY,
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    purpose         TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('credential', 'access_token', 'webhook')),
    -- current, or previous while both are good.
    slot            TEXT COLLATE "C" NOT NULL CHECK (slot IN ('current', 'previous')),
    key_id          UUID NOT NULL REFERENCES vault_key (id),
    sealed          BYTEA NOT NULL,
    expires_at      BIGINT,
    good_until      BIGINT,
    set_at          BIGINT NOT NULL,
    set_by          TEXT COLLATE "C" NOT NULL,
    UNIQUE (integration_id, purpose, slot)
);
CREATE INDEX vault_secret_by_key ON vault_secret (key_id);
CREATE INDEX vault_secret_by_expiry ON vault_secret (expires_at) WHERE expires_at IS NOT NULL;
