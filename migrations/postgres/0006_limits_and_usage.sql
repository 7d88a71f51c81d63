-- How often machines may call, and how often they did.

CREATE TABLE limit_policy (
    id           UUID PRIMARY KEY,
    name         TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 40),
    description  TEXT COLLATE "C" NOT NULL DEFAULT '',
    subject      TEXT COLLATE "C" NOT NULL CHECK (subject IN ('credential', 'partner', 'route_class', 'address')),
    route_class  TEXT COLLATE "C" CHECK (route_class IN ('read', 'write', 'search', 'token')),
    windows      TEXT COLLATE "C" NOT NULL,
    when_away    TEXT COLLATE "C" NOT NULL CHECK (when_away IN ('closed', 'open')),
    is_default   BOOLEAN NOT NULL DEFAULT FALSE,
    created_at   BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL,
    updated_at   BIGINT NOT NULL,
    updated_by   TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);

-- Policies that are not for everybody: given to one credential or to one partner.
CREATE TABLE limit_attachment (
    policy_id      UUID NOT NULL REFERENCES limit_policy (id) ON DELETE CASCADE,
    credential_id  UUID REFERENCES credential (id) ON DELETE CASCADE,
    partner_id     UUID REFERENCES partner (id) ON DELETE CASCADE,
    CHECK ((credential_id IS NULL) <> (partner_id IS NULL))
);
CREATE UNIQUE INDEX limit_attachment_to_credential ON limit_attachment (policy_id, credential_id) WHERE credential_id IS NOT NULL;
CREATE UNIQUE INDEX limit_attachment_to_partner ON limit_attachment (policy_id, partner_id) WHERE partner_id IS NOT NULL;

-- Theoretical arrival times, in nanoseconds, one for each window of a policy and subject: shared by all nodes.
CREATE TABLE limit_count (
    key         TEXT COLLATE "C" PRIMARY KEY,
    tats        TEXT COLLATE "C" NOT NULL,
    full_again  BIGINT NOT NULL
);
CREATE INDEX limit_count_by_end ON limit_count (full_again);

-- Calls by credential and route: each call is counted in an hour, a day and a month, so that a year reads as fast as a day.
CREATE TABLE usage_count (
    grain          TEXT COLLATE "C" NOT NULL CHECK (grain IN ('hour', 'day', 'month')),
    starts_at      BIGINT NOT NULL,
    credential_id  UUID NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    partner_id     UUID NOT NULL,
    route          TEXT COLLATE "C" NOT NULL,
    version        TEXT COLLATE "C" NOT NULL,
    calls          BIGINT NOT NULL DEFAULT 0,
    errors         BIGINT NOT NULL DEFAULT 0,
    refusals       BIGINT NOT NULL DEFAULT 0,
    micros         BIGINT NOT NULL DEFAULT 0,
    slowest        BIGINT NOT NULL DEFAULT 0,
    last_at        BIGINT NOT NULL,
    PRIMARY KEY (grain, starts_at, credential_id, route, version)
);
CREATE INDEX usage_count_by_credential ON usage_count (credential_id, grain, starts_at);
CREATE INDEX usage_count_by_partner ON usage_count (partner_id, grain, starts_at);

-- Where a credential's calls came from, by day: for the blast radius and for "a new network".
CREATE TABLE usage_source (
    credential_id  UUID NOT NULL REFERENCES credential (id) ON DELETE CASCADE,
    day            BIGINT NOT NULL,
    network        TEXT COLLATE "C" NOT NULL,
    calls          BIGINT NOT NULL,
    PRIMARY KEY (credential_id, day, network)
);

-- What was decided about a call that was refused, by its request id; and about the latest calls that passed.
CREATE TABLE call_decision (
    request_id  TEXT COLLATE "C" PRIMARY KEY,
    at          BIGINT NOT NULL,
    public_id   TEXT COLLATE "C" NOT NULL DEFAULT '',
    status      BIGINT NOT NULL,
    code        TEXT COLLATE "C" NOT NULL DEFAULT '',
    route       TEXT COLLATE "C" NOT NULL,
    decision    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX call_decision_by_time ON call_decision (at);
CREATE INDEX call_decision_by_credential ON call_decision (public_id, at);

-- What holds until somebody decides otherwise.
INSERT INTO limit_policy (id, name, description, subject, route_class, windows, when_away, is_default, created_at, created_by, updated_at, updated_by)
VALUES (gen_random_uuid(), 'standard', 'Every key and client, for all calls together.', 'credential', NULL,
        '[{"quota":50,"seconds":1},{"quota":1000,"seconds":60}]', 'open', TRUE, 0, 'Keyfob', 0, 'Keyfob'),
       (gen_random_uuid(), 'changes', 'Every key and client, for calls that change something.', 'route_class', 'write',
        '[{"quota":20,"seconds":1},{"quota":300,"seconds":60}]', 'open', TRUE, 0, 'Keyfob', 0, 'Keyfob');
