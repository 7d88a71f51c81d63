-- How often machines may call, and how often they did.

CREATE TABLE limit_policy (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 40),
    description  TEXT NOT NULL DEFAULT '',
    subject      TEXT NOT NULL CHECK (subject IN ('credential', 'partner', 'route_class', 'address')),
    route_class  TEXT CHECK (route_class IN ('read', 'write', 'search', 'token')),
    windows      TEXT NOT NULL,
    when_away    TEXT NOT NULL CHECK (when_away IN ('closed', 'open')),
    is_default   INTEGER NOT NULL DEFAULT FALSE CHECK (is_default IN (0, 1)),
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    updated_at   INTEGER NOT NULL,
    updated_by   TEXT NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
) STRICT;

-- Policies that are not for everybody: given to one credential or to one partner.
CREATE TABLE limit_attachment (
    policy_id      BLOB NOT NULL REFERENCES limit_policy (id) ON DELETE CASCADE,
    credential_id  BLOB REFERENCES credential (id) ON DELETE CASCADE,
    partner_id     BLOB REFERENCES partner (id) ON DELETE CASCADE,
    CHECK ((credential_id IS NULL) <> (partner_id IS NULL))
) STRICT;
CREATE UNIQUE INDEX limit_attachment_to_credential ON limit_attachment (policy_id, credential_id) WHERE credential_id IS NOT NULL;
CREATE UNIQUE INDEX limit_attachment_to_partner ON limit_attachment (policy_id, partner_id) WHERE partner_id IS NOT NULL;

-- Theoretical arrival times, in nanoseconds, one for each window of a policy and subject: shared by all nodes.
CREATE TABLE limit_count (
    key         TEXT PRIMARY KEY,
    tats        TEXT NOT NULL,
    full_again  INTEGER NOT NULL
) STRICT;
CREATE INDEX limit_count_by_end ON limit_count (full_again);

-- Calls by credential and route: each call is counted in an hour, a day and a month, so that a year reads as fast as a day.
CREATE TABLE usage_count (
    grain          TEXT NOT NULL CHECK (grain IN ('hour', 'day', 'month')),
    starts_at      INTEGER NOT NULL,
    credential_id  BLOB NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    partner_id     BLOB NOT NULL,
    route          TEXT NOT NULL,
    version        TEXT NOT NULL,
    calls          INTEGER NOT NULL DEFAULT 0,
    errors         INTEGER NOT NULL DEFAULT 0,
    refusals       INTEGER NOT NULL DEFAULT 0,
    micros         INTEGER NOT NULL DEFAULT 0,
    slowest        INTEGER NOT NULL DEFAULT 0,
    last_at        INTEGER NOT NULL,
    PRIMARY KEY (grain, starts_at, credential_id, route, version)
) STRICT;
CREATE INDEX usage_count_by_credential ON usage_count (credential_id, grain, starts_at);
CREATE INDEX usage_count_by_partner ON usage_count (partner_id, grain, starts_at);

-- Where a credential's calls came from, by day: for the blast radius and for "a new network".
CREATE TABLE usage_source (
    credential_id  BLOB NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    day            INTEGER NOT NULL,
    network        TEXT NOT NULL,
    calls          INTEGER NOT NULL,
    PRIMARY KEY (credential_id, day, network)
) STRICT;

-- What was decided about a call that was refused, by its request id; and about the latest calls that passed.
CREATE TABLE call_decision (
    request_id  TEXT PRIMARY KEY,
    at          INTEGER NOT NULL,
    public_id   TEXT NOT NULL DEFAULT '',
    status      INTEGER NOT NULL,
    code        TEXT NOT NULL DEFAULT '',
    route       TEXT NOT NULL,
    decision    TEXT NOT NULL
) STRICT;
CREATE INDEX call_decision_by_time ON call_decision (at);
CREATE INDEX call_decision_by_credential ON call_decision (public_id, at);

-- What holds until somebody decides otherwise.
INSERT INTO limit_policy (id, name, description, subject, route_class, windows, when_away, is_default, created_at, created_by, updated_at, updated_by)
VALUES (randomblob(16), 'standard', 'Every key and client, for all calls together.', 'credential', NULL,
        '[{"quota":50,"seconds":1},{"quota":1000,"seconds":60}]', 'open', TRUE, 0, 'Keyfob', 0, 'Keyfob'),
       (randomblob(16), 'changes', 'Every key and client, for calls that change something.', 'route_class', 'write',
        '[{"quota":20,"seconds":1},{"quota":300,"seconds":60}]', 'open', TRUE, 0, 'Keyfob', 0, 'Keyfob');
