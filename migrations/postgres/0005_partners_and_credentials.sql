-- Partners, and what their machines prove themselves by.

CREATE TABLE partner (
    id             UUID PRIMARY KEY,
    name           TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 120),
    sort_name      TEXT COLLATE "C" NOT NULL,
    kind           TEXT COLLATE "C" NOT NULL CHECK (kind IN ('insurer', 'telematics', 'payments', 'identity', 'workshop', 'internal', 'other')),
    contact_email  TEXT COLLATE "C" NOT NULL DEFAULT '',
    status         TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'suspended')),
    created_at     BIGINT NOT NULL,
    created_by     TEXT COLLATE "C" NOT NULL,
    updated_at     BIGINT NOT NULL,
    updated_by     TEXT COLLATE "C" NOT NULL,
    version        BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX partner_by_name ON partner (sort_name, id);

-- The fields that may leave for a partner.
CREATE TABLE partner_field (
    partner_id  UUID NOT NULL REFERENCES partner (id) ON DELETE CASCADE,
    field       TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (partner_id, field)
);

-- An API key or an OAuth client. What it proves itself by stands in credential_secret, so that a rotation keeps the rest.
CREATE TABLE credential (
    id               UUID PRIMARY KEY,
    public_id        TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(public_id) = 12),
    kind             TEXT COLLATE "C" NOT NULL CHECK (kind IN ('api_key', 'oauth_client')),
    name             TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    sort_name        TEXT COLLATE "C" NOT NULL,
    partner_id       UUID NOT NULL REFERENCES partner (id),
    environment      TEXT COLLATE "C" NOT NULL CHECK (environment IN ('live', 'test')),
    state            TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending_approval', 'active', 'disabled', 'revoked')),
    networks         TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    api_version      TEXT COLLATE "C" NOT NULL,
    not_before       BIGINT,
    expires_at       BIGINT,
    authentication   TEXT COLLATE "C" NOT NULL DEFAULT 'secret' CHECK (authentication IN ('secret', 'private_key_jwt')),
    jwks             TEXT COLLATE "C" NOT NULL DEFAULT '',
    requires_dpop    BOOLEAN NOT NULL DEFAULT FALSE,
    created_at       BIGINT NOT NULL,
    created_by       TEXT COLLATE "C" NOT NULL,
    creator_id       UUID,
    approved_at      BIGINT,
    approved_by      TEXT COLLATE "C",
    ended_at         BIGINT,
    ended_by         TEXT COLLATE "C",
    ended_why        TEXT COLLATE "C",
    last_used_at     BIGINT,
    last_used_from   TEXT COLLATE "C" NOT NULL DEFAULT '',
    last_used_route  TEXT COLLATE "C" NOT NULL DEFAULT '',
    last_used_agent  TEXT COLLATE "C" NOT NULL DEFAULT '',
    version          BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX credential_by_name ON credential (sort_name, id);
CREATE INDEX credential_by_created ON credential (created_at, id);
CREATE INDEX credential_by_partner ON credential (partner_id, sort_name);
CREATE INDEX credential_by_state_name ON credential (state, sort_name, id);

CREATE TABLE credential_scope (
    credential_id  UUID NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    scope          TEXT COLLATE "C" NOT NULL,
    last_used_at   BIGINT,
    PRIMARY KEY (credential_id, scope)
);

-- digest = HMAC-SHA-256 under a pepper that is not in the database: whoever writes rows can't plant a secret.
CREATE TABLE credential_secret (
    id              UUID PRIMARY KEY,
    credential_id   UUID NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    digest          BYTEA NOT NULL UNIQUE CHECK (length(digest) = 32),
    pepper_version  BIGINT NOT NULL,
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'current', 'retiring', 'retired')),
    created_at      BIGINT NOT NULL,
    created_by      TEXT COLLATE "C" NOT NULL,
    first_used_at   BIGINT,
    last_used_at    BIGINT,
    grace_seconds   BIGINT NOT NULL DEFAULT 0,
    retires_at      BIGINT
);
CREATE INDEX credential_secret_by_credential ON credential_secret (credential_id, created_at);

-- One number that every change of what a credential may do moves on. Nodes compare it with what they have in memory.
CREATE TABLE credential_epoch (
    id     BIGINT PRIMARY KEY CHECK (id = 1),
    epoch  BIGINT NOT NULL
);
INSERT INTO credential_epoch (id, epoch) VALUES (1, 1);

-- What the organisation has switched on.
CREATE TABLE organisation_switch (
    name        TEXT COLLATE "C" PRIMARY KEY,
    is_on       BOOLEAN NOT NULL,
    changed_at  BIGINT NOT NULL,
    changed_by  TEXT COLLATE "C" NOT NULL
);

-- Keys by which we sign access tokens; the private half is sealed under the master key.
CREATE TABLE signing_key (
    kid           TEXT COLLATE "C" PRIMARY KEY,
    public_x      TEXT COLLATE "C" NOT NULL,
    sealed        BYTEA NOT NULL,
    created_at    BIGINT NOT NULL,
    signs_until   BIGINT NOT NULL,
    stands_until  BIGINT NOT NULL
);

-- Tokens taken back before their time, and proofs and assertions that may be used once: both until they would be over.
CREATE TABLE token_revocation (
    jti         TEXT COLLATE "C" PRIMARY KEY,
    expires_at  BIGINT NOT NULL
);
CREATE TABLE token_replay (
    jti         TEXT COLLATE "C" PRIMARY KEY,
    expires_at  BIGINT NOT NULL
);

-- What somebody typed to learn about a leaked credential is not kept; that they asked stands in the audit log.

CREATE TABLE idempotency_key (
    credential_id  UUID NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    key            TEXT COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint    BYTEA NOT NULL,
    status         BIGINT,
    headers        TEXT COLLATE "C" NOT NULL DEFAULT '',
    body           BYTEA,
    created_at     BIGINT NOT NULL,
    PRIMARY KEY (credential_id, key)
);
CREATE INDEX idempotency_key_by_time ON idempotency_key (created_at);

-- When the session's owner last showed again that it is them, before something that matters.
ALTER TABLE session ADD COLUMN confirmed_at BIGINT;
