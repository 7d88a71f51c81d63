-- What we use, what was published against it, and until when it has to be updated.

CREATE TABLE component (
    id              UUID PRIMARY KEY,
    kind            TEXT COLLATE "C" NOT NULL CHECK (kind IN ('own', 'connector', 'sdk', 'partner_api')),
    name            TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    -- Small letters, for searching.
    sort_name       TEXT COLLATE "C" NOT NULL,
    -- As OSV names it; empty for what is in none.
    ecosystem       TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- The name by which advisories find it.
    package_key     TEXT COLLATE "C" NOT NULL,
    version         TEXT COLLATE "C" NOT NULL CHECK (length(version) BETWEEN 1 AND 100),
    integration_id  UUID REFERENCES integration (id) ON DELETE SET NULL,
    partner_id      UUID REFERENCES partner (id),
    -- A civil date: the last day on which it is looked after.
    end_of_life     TEXT COLLATE "C",
    source          TEXT COLLATE "C" NOT NULL CHECK (source IN ('built_in', 'entered')),
    created_at      BIGINT NOT NULL,
    created_by      TEXT COLLATE "C" NOT NULL,
    updated_at      BIGINT NOT NULL,
    updated_by      TEXT COLLATE "C" NOT NULL,
    -- Not in use any more; kept for the tasks that tell of it.
    removed_at      BIGINT,
    row_version     BIGINT NOT NULL DEFAULT 1,
    CHECK ((kind = 'own') = (source = 'built_in')),
    CHECK (integration_id IS NULL OR partner_id IS NULL)
);
CREATE UNIQUE INDEX component_own ON component (ecosystem, name, version) WHERE source = 'built_in';
CREATE INDEX component_by_name ON component (sort_name, id) WHERE removed_at IS NULL;
CREATE INDEX component_by_kind ON component (kind, sort_name, id) WHERE removed_at IS NULL;
CREATE INDEX component_by_package ON component (ecosystem, package_key) WHERE removed_at IS NULL;
CREATE INDEX component_by_end ON component (end_of_life) WHERE removed_at IS NULL AND end_of_life IS NOT NULL;

CREATE TABLE advisory (
    id               UUID PRIMARY KEY,
    osv_id           TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(osv_id) BETWEEN 1 AND 100),
    -- A JSON array of the names that others have for it.
    aliases          TEXT COLLATE "C" NOT NULL,
    summary          TEXT COLLATE "C" NOT NULL,
    details          TEXT COLLATE "C" NOT NULL,
    severity         TEXT COLLATE "C" NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low', 'unrated')),
    -- The CVSS base score in tenths, and its vector.
    score            BIGINT CHECK (score BETWEEN 0 AND 100),
    vector           TEXT COLLATE "C" NOT NULL DEFAULT '',
    published_at     BIGINT,
    modified_at      BIGINT NOT NULL,
    withdrawn_at     BIGINT,
    is_exploited     BOOLEAN NOT NULL DEFAULT FALSE,
    -- The packages and their affected versions, as in OSV.
    affected         TEXT COLLATE "C" NOT NULL,
    imported_at      BIGINT NOT NULL,
    imported_by      TEXT COLLATE "C" NOT NULL
);

-- Which packages an advisory is about.
CREATE TABLE advisory_package (
    ecosystem    TEXT COLLATE "C" NOT NULL,
    package_key  TEXT COLLATE "C" NOT NULL,
    advisory_id  UUID NOT NULL REFERENCES advisory (id) ON DELETE CASCADE,
    PRIMARY KEY (ecosystem, package_key, advisory_id)
);
CREATE INDEX advisory_package_by_advisory ON advisory_package (advisory_id);

-- Every name of an advisory, its own among them.
CREATE TABLE advisory_name (
    name         TEXT COLLATE "C" NOT NULL,
    advisory_id  UUID NOT NULL REFERENCES advisory (id) ON DELETE CASCADE,
    PRIMARY KEY (name, advisory_id)
);
CREATE INDEX advisory_name_by_advisory ON advisory_name (advisory_id);

-- What is known to be exploited, by CVE, also before there is an advisory about it.
CREATE TABLE known_exploited (
    cve       TEXT COLLATE "C" PRIMARY KEY CHECK (length(cve) BETWEEN 1 AND 40),
    added_at  BIGINT NOT NULL
);

CREATE TABLE patch_task (
    id               UUID PRIMARY KEY,
    advisory_id      UUID NOT NULL REFERENCES advisory (id),
    component_id     UUID NOT NULL REFERENCES component (id),
    severity         TEXT COLLATE "C" NOT NULL CHECK (severity IN ('critical', 'high', 'medium', 'low', 'unrated')),
    is_exploited     BOOLEAN NOT NULL,
    -- The versions could not be compared: a person has to look.
    is_unclear       BOOLEAN NOT NULL,
    -- A civil date: the last day on which it is in time.
    due_on           TEXT COLLATE "C" NOT NULL,
    state            TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'in_progress', 'fixed', 'not_affected', 'excepted', 'closed')),
    owner_id         UUID REFERENCES staff (id),
    owner            TEXT COLLATE "C" NOT NULL DEFAULT '',
    reason           TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- Somebody asks that it may wait until then …
    asked_by_id      UUID REFERENCES staff (id),
    asked_by         TEXT COLLATE "C" NOT NULL DEFAULT '',
    asked_why        TEXT COLLATE "C" NOT NULL DEFAULT '',
    asked_until      TEXT COLLATE "C",
    -- … and somebody else has let it.
    excepted_by      TEXT COLLATE "C" NOT NULL DEFAULT '',
    excepted_until   TEXT COLLATE "C",
    -- When it was found to be late.
    overdue_at       BIGINT,
    opened_at        BIGINT NOT NULL,
    updated_at       BIGINT NOT NULL,
    updated_by       TEXT COLLATE "C" NOT NULL,
    row_version      BIGINT NOT NULL DEFAULT 1,
    CHECK ((asked_by_id IS NULL) = (asked_until IS NULL)),
    CHECK ((state = 'excepted') = (excepted_until IS NOT NULL)),
    UNIQUE (advisory_id, component_id)
);
CREATE INDEX patch_task_by_due ON patch_task (due_on, id);
CREATE INDEX patch_task_by_state ON patch_task (state, due_on, id);
CREATE INDEX patch_task_by_component ON patch_task (component_id);
CREATE INDEX patch_task_exceptions ON patch_task (excepted_until) WHERE state = 'excepted';
