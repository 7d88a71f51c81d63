-- How integrations do: what the gateway saw, by minute, hour and day. A row has one writer, the process `node`, so that
-- several count at once without waiting for each other; whoever reads adds them up.
CREATE TABLE health_count (
    grain           TEXT COLLATE "C" NOT NULL CHECK (grain IN ('minute', 'hour', 'day')),
    starts_at       BIGINT NOT NULL,
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    operation       TEXT COLLATE "C" NOT NULL,
    node            UUID NOT NULL,
    calls           BIGINT NOT NULL,
    -- What the partner failed, what else went wrong, what was done in its stead, and attempts beyond the first.
    failed          BIGINT NOT NULL,
    refused         BIGINT NOT NULL,
    fallbacks       BIGINT NOT NULL,
    retries         BIGINT NOT NULL,
    -- A sketch of how long the calls took, which can be added to others.
    sketch          TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (integration_id, grain, starts_at, operation, node)
);
CREATE INDEX health_count_by_time ON health_count (grain, starts_at);

-- Times in which an integration did not do what is expected of it. One of a kind is open at a time.
CREATE TABLE integration_incident (
    id              UUID PRIMARY KEY,
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    kind            TEXT COLLATE "C" NOT NULL,
    title           TEXT COLLATE "C" NOT NULL,
    opened_at       BIGINT NOT NULL,
    -- When it was last seen to go on.
    seen_at         BIGINT NOT NULL,
    closed_at       BIGINT
);
CREATE UNIQUE INDEX integration_incident_open ON integration_incident (integration_id, kind) WHERE closed_at IS NULL;
CREATE INDEX integration_incident_by_time ON integration_incident (opened_at, id);

CREATE TABLE incident_entry (
    id           UUID PRIMARY KEY,
    incident_id  UUID NOT NULL REFERENCES integration_incident (id) ON DELETE CASCADE,
    at           BIGINT NOT NULL,
    actor        TEXT COLLATE "C" NOT NULL,
    body         TEXT COLLATE "C" NOT NULL CHECK (length(body) BETWEEN 1 AND 4000)
);
CREATE INDEX incident_entry_by_incident ON incident_entry (incident_id, at, id);

-- Announced work on a partner's side, or on ours: nobody is alerted meanwhile.
CREATE TABLE maintenance_window (
    id              UUID PRIMARY KEY,
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    starts_at       BIGINT NOT NULL,
    ends_at         BIGINT NOT NULL CHECK (ends_at > starts_at),
    reason          TEXT COLLATE "C" NOT NULL,
    created_by      TEXT COLLATE "C" NOT NULL,
    created_at      BIGINT NOT NULL
);
CREATE INDEX maintenance_window_by_integration ON maintenance_window (integration_id, ends_at);
