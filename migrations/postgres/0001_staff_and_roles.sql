-- Who works here, what they may do, and how they prove who they are.

CREATE TABLE role (
    id           UUID PRIMARY KEY,
    key          TEXT COLLATE "C" NOT NULL UNIQUE,
    name         TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 80),
    description  TEXT COLLATE "C" NOT NULL DEFAULT '' CHECK (length(description) <= 500),
    is_built_in  BOOLEAN NOT NULL DEFAULT FALSE,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);

CREATE TABLE role_permission (
    role_id     UUID NOT NULL REFERENCES role (id) ON DELETE CASCADE,
    permission  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (role_id, permission)
);

CREATE TABLE staff (
    id                  UUID PRIMARY KEY,
    email               TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(email) BETWEEN 3 AND 254),
    name                TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    sort_name           TEXT COLLATE "C" NOT NULL,
    status              TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'disabled')),
    password_phc        TEXT COLLATE "C",
    password_set_at     BIGINT,
    session_epoch       BYTEA NOT NULL,
    totp_sealed         BYTEA,
    totp_confirmed_at   BIGINT,
    totp_last_step      BIGINT NOT NULL DEFAULT 0,
    theme               TEXT COLLATE "C" NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    density             TEXT COLLATE "C" NOT NULL DEFAULT 'comfortable' CHECK (density IN ('comfortable', 'compact')),
    single_keys         BOOLEAN NOT NULL DEFAULT TRUE,
    last_sign_in_at     BIGINT,
    created_at          BIGINT NOT NULL,
    updated_at          BIGINT NOT NULL,
    version             BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX staff_by_name ON staff (sort_name, id);

CREATE TABLE staff_role (
    staff_id    UUID NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    role_id     UUID NOT NULL REFERENCES role (id),
    granted_at  BIGINT NOT NULL,
    granted_by  UUID,
    PRIMARY KEY (staff_id, role_id)
);
CREATE INDEX staff_role_by_role ON staff_role (role_id);

-- Only the hash of a recovery code is kept; a used one stays, so that its second use can be told from a wrong one.
CREATE TABLE recovery_code (
    staff_id   UUID NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    code_hash  BYTEA NOT NULL,
    used_at    BIGINT,
    PRIMARY KEY (staff_id, code_hash)
);

-- One-time links: the first owner's set-up, invitations and password resets. Only the token's hash is kept.
CREATE TABLE invitation (
    id           UUID PRIMARY KEY,
    token_hash   BYTEA NOT NULL UNIQUE,
    purpose      TEXT COLLATE "C" NOT NULL CHECK (purpose IN ('first_owner', 'join', 'reset')),
    email        TEXT COLLATE "C" NOT NULL,
    name         TEXT COLLATE "C" NOT NULL DEFAULT '',
    role_id      UUID REFERENCES role (id),
    staff_id     UUID REFERENCES staff (id) ON DELETE CASCADE,
    invited_by   UUID,
    created_at   BIGINT NOT NULL,
    expires_at   BIGINT NOT NULL,
    accepted_at  BIGINT,
    revoked_at   BIGINT
);
CREATE INDEX invitation_by_time ON invitation (created_at);

-- key_hash = SHA-256(session id); a stolen table opens no session.
CREATE TABLE session (
    key_hash      BYTEA PRIMARY KEY,
    public_id     UUID NOT NULL UNIQUE,
    staff_id      UUID REFERENCES staff (id) ON DELETE CASCADE,
    record        BYTEA NOT NULL,
    created_at    BIGINT NOT NULL,
    last_seen_at  BIGINT NOT NULL,
    idle_until    BIGINT NOT NULL,
    expires_at    BIGINT NOT NULL,
    ip            TEXT COLLATE "C" NOT NULL DEFAULT '',
    user_agent    TEXT COLLATE "C" NOT NULL DEFAULT '',
    ended_at      BIGINT,
    ended_why     TEXT COLLATE "C"
);
CREATE INDEX session_by_staff ON session (staff_id, last_seen_at);
CREATE INDEX session_by_expiry ON session (expires_at);

-- Failed attempts by account and by address, shared by all nodes and kept over restarts.
CREATE TABLE sign_in_throttle (
    subject        TEXT COLLATE "C" PRIMARY KEY,
    failures       BIGINT NOT NULL,
    last_failed_at BIGINT NOT NULL,
    blocked_until  BIGINT NOT NULL
);
CREATE INDEX sign_in_throttle_by_time ON sign_in_throttle (last_failed_at);
