-- How we call partners, and what happens when that fails.

CREATE TABLE integration (
    id                BLOB PRIMARY KEY,
    partner_id        BLOB NOT NULL REFERENCES partner (id),
    name              TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 120),
    sort_name         TEXT NOT NULL,
    -- Its part of the address at which the partner's events come in.
    slug              TEXT NOT NULL UNIQUE CHECK (length(slug) BETWEEN 3 AND 40),
    kind              TEXT NOT NULL CHECK (kind IN ('insurance', 'telematics', 'payments', 'identity', 'licence', 'maintenance', 'tolls', 'other')),
    purpose           TEXT NOT NULL DEFAULT '',
    criticality       TEXT NOT NULL CHECK (criticality IN ('low', 'medium', 'high', 'critical')),
    -- The member of staff who looks after it.
    owner_id          BLOB,
    base_url          TEXT NOT NULL CHECK (length(base_url) BETWEEN 8 AND 2000),
    state             TEXT NOT NULL DEFAULT 'draft' CHECK (state IN ('draft', 'live', 'restricted', 'held', 'retired')),
    state_why         TEXT NOT NULL DEFAULT '',
    auth              TEXT NOT NULL CHECK (auth IN ('none', 'bearer', 'basic', 'header', 'oauth2')),
    -- The header's name, the user's name or the client's id, as the kind of authentication wants.
    auth_name         TEXT NOT NULL DEFAULT '',
    token_url         TEXT NOT NULL DEFAULT '',
    max_concurrent    INTEGER NOT NULL DEFAULT 8 CHECK (max_concurrent BETWEEN 1 AND 256),
    per_minute        INTEGER NOT NULL DEFAULT 600 CHECK (per_minute BETWEEN 1 AND 100000),
    -- What is expected of it: successes in a million calls, and how long they may take.
    availability_ppm  INTEGER NOT NULL DEFAULT 995000 CHECK (availability_ppm BETWEEN 500000 AND 999999),
    latency_ms        INTEGER NOT NULL DEFAULT 2000 CHECK (latency_ms BETWEEN 1 AND 120000),
    inbound_scheme    TEXT NOT NULL DEFAULT 'none' CHECK (inbound_scheme IN ('none', 'standard', 'hmac', 'stripe')),
    -- Until then the gateway behaves as if the partner were down.
    drill_until       INTEGER,
    last_good_at      INTEGER,
    created_at        INTEGER NOT NULL,
    created_by        TEXT NOT NULL,
    updated_at        INTEGER NOT NULL,
    updated_by        TEXT NOT NULL,
    version           INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX integration_by_name ON integration (sort_name, id);
CREATE INDEX integration_by_partner ON integration (partner_id, sort_name);
CREATE INDEX integration_by_kind ON integration (kind, state);

-- What can be asked of a partner, as data: a new partner needs no new version of us.
CREATE TABLE integration_operation (
    id                  BLOB PRIMARY KEY,
    integration_id      BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    -- Our own word for it, such as cover.start.
    name                TEXT NOT NULL CHECK (length(name) BETWEEN 3 AND 60),
    method              TEXT NOT NULL CHECK (method IN ('GET', 'POST', 'PUT', 'PATCH', 'DELETE')),
    path                TEXT NOT NULL CHECK (length(path) BETWEEN 1 AND 500),
    is_idempotent       INTEGER NOT NULL DEFAULT FALSE CHECK (is_idempotent IN (0, 1)),
    timeout_ms          INTEGER NOT NULL CHECK (timeout_ms BETWEEN 50 AND 60000),
    deadline_ms         INTEGER NOT NULL CHECK (deadline_ms BETWEEN 50 AND 120000),
    max_attempts        INTEGER NOT NULL DEFAULT 3 CHECK (max_attempts BETWEEN 1 AND 6),
    -- What is done when it can't be had.
    plan                TEXT NOT NULL CHECK (plan IN ('second', 'last_known', 'queue', 'refuse')),
    second_id           BLOB REFERENCES integration (id),
    last_known_seconds  INTEGER CHECK (last_known_seconds BETWEEN 1 AND 31536000),
    -- A field of a 200 answer that says that it is none: its JSON pointer and the value that means so.
    error_pointer       TEXT NOT NULL DEFAULT '',
    error_value         TEXT NOT NULL DEFAULT '',
    CHECK (timeout_ms <= deadline_ms),
    CHECK ((plan = 'second') = (second_id IS NOT NULL)),
    CHECK ((plan = 'last_known') = (last_known_seconds IS NOT NULL)),
    UNIQUE (integration_id, name)
) STRICT;
CREATE INDEX integration_operation_by_name ON integration_operation (name);

-- One circuit breaker for each integration, which all nodes share. The columns are copies of what `record` says.
CREATE TABLE integration_breaker (
    integration_id  BLOB PRIMARY KEY REFERENCES integration (id) ON DELETE CASCADE,
    record          TEXT NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('closed', 'open', 'half_open')),
    -- Work is held until then.
    held_until      INTEGER NOT NULL DEFAULT 0,
    changed_at      INTEGER NOT NULL
) STRICT;

-- How a breaker turned, for the page that shows it over time.
CREATE TABLE integration_turn (
    id              BLOB PRIMARY KEY,
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    at              INTEGER NOT NULL,
    state           TEXT NOT NULL,
    why             TEXT NOT NULL
) STRICT;
CREATE INDEX integration_turn_by_integration ON integration_turn (integration_id, at, id);

-- What is switched off. Key: 'everything', or the id of a partner, an integration, an operation or an endpoint.
CREATE TABLE kill_switch (
    level            TEXT NOT NULL CHECK (level IN ('everything', 'partner', 'integration', 'operation', 'endpoint')),
    key              TEXT NOT NULL,
    thrown_at        INTEGER NOT NULL,
    thrown_by        TEXT NOT NULL,
    reason           TEXT NOT NULL,
    -- Lifting takes two people: who asked for it, and then somebody else.
    lift_asked_at    INTEGER,
    lift_asked_by    TEXT NOT NULL DEFAULT '',
    lift_asked_id    BLOB,
    PRIMARY KEY (level, key)
) STRICT;

-- Each call through the gateway, as it ended.
CREATE TABLE gateway_call (
    id              BLOB PRIMARY KEY,
    at              INTEGER NOT NULL,
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    operation       TEXT NOT NULL,
    subject_type    TEXT NOT NULL DEFAULT '',
    subject_id      BLOB,
    -- answered, second, last_known, queued, refused
    outcome         TEXT NOT NULL CHECK (outcome IN ('answered', 'second', 'last_known', 'queued', 'refused')),
    -- What went wrong with the partner itself; empty when nothing did.
    failure         TEXT NOT NULL DEFAULT '',
    detail          TEXT NOT NULL DEFAULT '',
    status          INTEGER,
    attempts        INTEGER NOT NULL,
    took_ms         INTEGER NOT NULL,
    is_drill        INTEGER NOT NULL DEFAULT FALSE CHECK (is_drill IN (0, 1)),
    actor           TEXT NOT NULL,
    request_id      TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX gateway_call_by_integration ON gateway_call (integration_id, at, id);
CREATE INDEX gateway_call_by_outcome ON gateway_call (integration_id, outcome, at, id);
CREATE INDEX gateway_call_by_time ON gateway_call (at);

-- Calls that wait for their time: what a change needs of a partner, and what could not be had at once.
CREATE TABLE partner_call (
    id               BLOB PRIMARY KEY,
    integration_id   BLOB NOT NULL REFERENCES integration (id),
    operation        TEXT NOT NULL,
    idempotency_key  TEXT NOT NULL CHECK (length(idempotency_key) BETWEEN 1 AND 200),
    subject_type     TEXT NOT NULL,
    subject_id       BLOB NOT NULL,
    -- What it is for, in a few words.
    title            TEXT NOT NULL,
    payload          BLOB NOT NULL,
    state            TEXT NOT NULL CHECK (state IN ('ready', 'running', 'done', 'dead', 'cancelled')),
    attempts         INTEGER NOT NULL DEFAULT 0,
    next_at          INTEGER NOT NULL,
    lease_id         BLOB,
    lease_until      INTEGER,
    last_error       TEXT NOT NULL DEFAULT '',
    created_at       INTEGER NOT NULL,
    created_by       TEXT NOT NULL,
    updated_at       INTEGER NOT NULL,
    CHECK ((state = 'running') = (lease_id IS NOT NULL)),
    UNIQUE (integration_id, operation, idempotency_key)
) STRICT;
CREATE INDEX partner_call_ready ON partner_call (integration_id, next_at) WHERE state = 'ready';
CREATE INDEX partner_call_leased ON partner_call (lease_until) WHERE state = 'running';
CREATE INDEX partner_call_by_state ON partner_call (state, created_at, id);
CREATE INDEX partner_call_by_integration ON partner_call (integration_id, state, created_at, id);
CREATE INDEX partner_call_by_subject ON partner_call (subject_type, subject_id, created_at, id);

-- The last answer to each question, for when a new one can't be had.
CREATE TABLE last_answer (
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    operation       TEXT NOT NULL,
    question        BLOB NOT NULL,
    at              INTEGER NOT NULL,
    sealed          BLOB NOT NULL,
    PRIMARY KEY (integration_id, operation, question)
) STRICT;
CREATE INDEX last_answer_by_time ON last_answer (at);

-- Failure drills, and what they showed.
CREATE TABLE drill (
    id              BLOB PRIMARY KEY,
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    started_at      INTEGER NOT NULL,
    ends_at         INTEGER NOT NULL,
    ended_at        INTEGER,
    started_by      TEXT NOT NULL,
    reason          TEXT NOT NULL
) STRICT;
CREATE INDEX drill_by_integration ON drill (integration_id, started_at, id);

-- Data keys of the vault, each wrapped by a master key that is never in the database.
CREATE TABLE vault_key (
    id            BLOB PRIMARY KEY,
    -- Which master key wraps it, by its fingerprint.
    master        TEXT NOT NULL,
    wrapped       BLOB NOT NULL,
    is_current    INTEGER NOT NULL CHECK (is_current IN (0, 1)),
    created_at    INTEGER NOT NULL,
    rewrapped_at  INTEGER
) STRICT;
CREATE UNIQUE INDEX vault_key_current ON vault_key (is_current) WHERE is_current;

-- What we prove ourselves by to partners, and what they prove themselves by to us. Written, never shown.
CREATE TABLE vault_secret (
    id              BLOB PRIMARY KEY,
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    purpose         TEXT NOT NULL CHECK (purpose IN ('credential', 'access_token', 'webhook')),
    -- current, or previous while both are good.
    slot            TEXT NOT NULL CHECK (slot IN ('current', 'previous')),
    key_id          BLOB NOT NULL REFERENCES vault_key (id),
    sealed          BLOB NOT NULL,
    expires_at      INTEGER,
    good_until      INTEGER,
    set_at          INTEGER NOT NULL,
    set_by          TEXT NOT NULL,
    UNIQUE (integration_id, purpose, slot)
) STRICT;
CREATE INDEX vault_secret_by_key ON vault_secret (key_id);
CREATE INDEX vault_secret_by_expiry ON vault_secret (expires_at) WHERE expires_at IS NOT NULL;
