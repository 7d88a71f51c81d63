-- Partners, and what their machines prove themselves by.

CREATE TABLE partner (
    id             BLOB PRIMARY KEY,
    name           TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 120),
    sort_name      TEXT NOT NULL,
    kind           TEXT NOT NULL CHECK (kind IN ('insurer', 'telematics', 'payments', 'identity', 'workshop', 'internal', 'other')),
    contact_email  TEXT NOT NULL DEFAULT '',
    status         TEXT NOT NULL CHECK (status IN ('active', 'suspended')),
    created_at     INTEGER NOT NULL,
    created_by     TEXT NOT NULL,
    updated_at     INTEGER NOT NULL,
    updated_by     TEXT NOT NULL,
    version        INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX partner_by_name ON partner (sort_name, id);

-- The fields that may leave for a partner.
CREATE TABLE partner_field (
    partner_id  BLOB NOT NULL REFERENCES partner (id) ON DELETE CASCADE,
    field       TEXT NOT NULL,
    PRIMARY KEY (partner_id, field)
) STRICT;

-- An API key or an OAuth client. What it proves itself by stands in credential_secret, so that a rotation keeps the rest.
CREATE TABLE credential (
    id               BLOB PRIMARY KEY,
    public_id        TEXT NOT NULL UNIQUE CHECK (length(public_id) = 12),
    kind             TEXT NOT NULL CHECK (kind IN ('api_key', 'oauth_client')),
    name             TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    sort_name        TEXT NOT NULL,
    partner_id       BLOB NOT NULL REFERENCES partner (id),
    environment      TEXT NOT NULL CHECK (environment IN ('live', 'test')),
    state            TEXT NOT NULL CHECK (state IN ('pending_approval', 'active', 'disabled', 'revoked')),
    networks         TEXT NOT NULL DEFAULT '[]',
    api_version      TEXT NOT NULL,
    not_before       INTEGER,
    expires_at       INTEGER,
    authentication   TEXT NOT NULL DEFAULT 'secret' CHECK (authentication IN ('secret', 'private_key_jwt')),
    jwks             TEXT NOT NULL DEFAULT '',
    requires_dpop    INTEGER NOT NULL DEFAULT FALSE CHECK (requires_dpop IN (0, 1)),
    created_at       INTEGER NOT NULL,
    created_by       TEXT NOT NULL,
    creator_id       BLOB,
    approved_at      INTEGER,
    approved_by      TEXT,
    ended_at         INTEGER,
    ended_by         TEXT,
    ended_why        TEXT,
    last_used_at     INTEGER,
    last_used_from   TEXT NOT NULL DEFAULT '',
    last_used_route  TEXT NOT NULL DEFAULT '',
    last_used_agent  TEXT NOT NULL DEFAULT '',
    version          INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX credential_by_name ON credential (sort_name, id);
CREATE INDEX credential_by_created ON credential (created_at, id);
CREATE INDEX credential_by_partner ON credential (partner_id, sort_name);
CREATE INDEX credential_by_state_name ON credential (state, sort_name, id);

CREATE TABLE credential_scope (
    credential_id  BLOB NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    scope          TEXT NOT NULL,
    last_used_at   INTEGER,
    PRIMARY KEY (credential_id, scope)
) STRICT;

-- digest = HMAC-SHA-256 under a pepper that is not in the database: whoever writes rows can't plant a secret.
CREATE TABLE credential_secret (
    id              BLOB PRIMARY KEY,
    credential_id   BLOB NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    digest          BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    pepper_version  INTEGER NOT NULL,
    state           TEXT NOT NULL CHECK (state IN ('pending', 'current', 'retiring', 'retired')),
    created_at      INTEGER NOT NULL,
    created_by      TEXT NOT NULL,
    first_used_at   INTEGER,
    last_used_at    INTEGER,
    grace_seconds   INTEGER NOT NULL DEFAULT 0,
    retires_at      INTEGER
) STRICT;
CREATE INDEX credential_secret_by_credential ON credential_secret (credential_id, created_at);

-- One number that every change of what a credential may do moves on. Nodes compare it with what they have in memory.
CREATE TABLE credential_epoch (
    id     INTEGER PRIMARY KEY CHECK (id = 1),
    epoch  INTEGER NOT NULL
) STRICT;
INSERT INTO credential_epoch (id, epoch) VALUES (1, 1);

-- What the organisation has switched on.
CREATE TABLE organisation_switch (
    name        TEXT PRIMARY KEY,
    is_on       INTEGER NOT NULL CHECK (is_on IN (0, 1)),
    changed_at  INTEGER NOT NULL,
    changed_by  TEXT NOT NULL
) STRICT;

-- Keys by which we sign access tokens; the private half is sealed under the master key.
CREATE TABLE signing_key (
    kid           TEXT PRIMARY KEY,
    public_x      TEXT NOT NULL,
    sealed        BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    signs_until   INTEGER NOT NULL,
    stands_until  INTEGER NOT NULL
) STRICT;

-- Tokens taken back before their time, and proofs and assertions that may be used once: both until they would be over.
CREATE TABLE token_revocation (
    jti         TEXT PRIMARY KEY,
    expires_at  INTEGER NOT NULL
) STRICT;
CREATE TABLE token_replay (
    jti         TEXT PRIMARY KEY,
    expires_at  INTEGER NOT NULL
) STRICT;

-- What somebody typed to learn about a leaked credential is not kept; that they asked stands in the audit log.

CREATE TABLE idempotency_key (
    credential_id  BLOB NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    key            TEXT NOT NULL CHECK (length(key) BETWEEN 1 AND 255),
    fingerprint    BLOB NOT NULL,
    status         INTEGER,
    headers        TEXT NOT NULL DEFAULT '',
    body           BLOB,
    created_at     INTEGER NOT NULL,
    PRIMARY KEY (credential_id, key)
) STRICT;
CREATE INDEX idempotency_key_by_time ON idempotency_key (created_at);

-- When the session's owner last showed again that it is them, before something that matters.
ALTER TABLE session ADD COLUMN confirmed_at INTEGER;
