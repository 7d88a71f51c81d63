-- Who works here, what they may do, and how they prove who they are.

CREATE TABLE role (
    id           BLOB PRIMARY KEY,
    key          TEXT NOT NULL UNIQUE,
    name         TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 80),
    description  TEXT NOT NULL DEFAULT '' CHECK (length(description) <= 500),
    is_built_in  INTEGER NOT NULL DEFAULT FALSE CHECK (is_built_in IN (0, 1)),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
) STRICT;

CREATE TABLE role_permission (
    role_id     BLOB NOT NULL REFERENCES role (id) ON DELETE CASCADE,
    permission  TEXT NOT NULL,
    PRIMARY KEY (role_id, permission)
) STRICT;

CREATE TABLE staff (
    id                  BLOB PRIMARY KEY,
    email               TEXT NOT NULL UNIQUE CHECK (length(email) BETWEEN 3 AND 254),
    name                TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 120),
    sort_name           TEXT NOT NULL,
    status              TEXT NOT NULL CHECK (status IN ('active', 'disabled')),
    password_phc        TEXT,
    password_set_at     INTEGER,
    session_epoch       BLOB NOT NULL,
    totp_sealed         BLOB,
    totp_confirmed_at   INTEGER,
    totp_last_step      INTEGER NOT NULL DEFAULT 0,
    theme               TEXT NOT NULL DEFAULT 'system' CHECK (theme IN ('system', 'light', 'dark')),
    density             TEXT NOT NULL DEFAULT 'comfortable' CHECK (density IN ('comfortable', 'compact')),
    single_keys         INTEGER NOT NULL DEFAULT TRUE CHECK (single_keys IN (0, 1)),
    last_sign_in_at     INTEGER,
    created_at          INTEGER NOT NULL,
    updated_at          INTEGER NOT NULL,
    version             INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX staff_by_name ON staff (sort_name, id);

CREATE TABLE staff_role (
    staff_id    BLOB NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    role_id     BLOB NOT NULL REFERENCES role (id),
    granted_at  INTEGER NOT NULL,
    granted_by  BLOB,
    PRIMARY KEY (staff_id, role_id)
) STRICT;
CREATE INDEX staff_role_by_role ON staff_role (role_id);

-- Only the hash of a recovery code is kept; a used one stays, so that its second use can be told from a wrong one.
CREATE TABLE recovery_code (
    staff_id   BLOB NOT NULL REFERENCES staff (id) ON DELETE CASCADE,
    code_hash  BLOB NOT NULL,
    used_at    INTEGER,
    PRIMARY KEY (staff_id, code_hash)
) STRICT;

-- One-time links: the first owner's set-up, invitations and password resets. Only the token's hash is kept.
CREATE TABLE invitation (
    id           BLOB PRIMARY KEY,
    token_hash   BLOB NOT NULL UNIQUE,
    purpose      TEXT NOT NULL CHECK (purpose IN ('first_owner', 'join', 'reset')),
    email        TEXT NOT NULL,
    name         TEXT NOT NULL DEFAULT '',
    role_id      BLOB REFERENCES role (id),
    staff_id     BLOB REFERENCES staff (id) ON DELETE CASCADE,
    invited_by   BLOB,
    created_at   INTEGER NOT NULL,
    expires_at   INTEGER NOT NULL,
    accepted_at  INTEGER,
    revoked_at   INTEGER
) STRICT;
CREATE INDEX invitation_by_time ON invitation (created_at);

-- key_hash = SHA-256(session id); a stolen table opens no session.
CREATE TABLE session (
    key_hash      BLOB PRIMARY KEY,
    public_id     BLOB NOT NULL UNIQUE,
    staff_id      BLOB REFERENCES staff (id) ON DELETE CASCADE,
    record        BLOB NOT NULL,
    created_at    INTEGER NOT NULL,
    last_seen_at  INTEGER NOT NULL,
    idle_until    INTEGER NOT NULL,
    expires_at    INTEGER NOT NULL,
    ip            TEXT NOT NULL DEFAULT '',
    user_agent    TEXT NOT NULL DEFAULT '',
    ended_at      INTEGER,
    ended_why     TEXT
) STRICT;
CREATE INDEX session_by_staff ON session (staff_id, last_seen_at);
CREATE INDEX session_by_expiry ON session (expires_at);

-- Failed attempts by account and by address, shared by all nodes and kept over restarts.
CREATE TABLE sign_in_throttle (
    subject        TEXT PRIMARY KEY,
    failures       INTEGER NOT NULL,
    last_failed_at INTEGER NOT NULL,
    blocked_until  INTEGER NOT NULL
) STRICT;
CREATE INDEX sign_in_throttle_by_time ON sign_in_throttle (last_failed_at);
