-- How integrations do: what the gateway saw, by minute, hour and day. A row has one writer, the process `node`, so that
-- several count at once without waiting for each other; whoever reads adds them up.
CREATE TABLE health_count (
    grain           TEXT NOT NULL CHECK (grain IN ('minute', 'hour', 'day')),
    starts_at       INTEGER NOT NULL,
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    operation       TEXT NOT NULL,
    node            BLOB NOT NULL,
    calls           INTEGER NOT NULL,
    -- What the partner failed, what else went wrong, what was done in its stead, and attempts beyond the first.
    failed          INTEGER NOT NULL,
    refused         INTEGER NOT NULL,
    fallbacks       INTEGER NOT NULL,
    retries         INTEGER NOT NULL,
    -- A sketch of how long the calls took, which can be added to others.
    sketch          TEXT NOT NULL,
    PRIMARY KEY (integration_id, grain, starts_at, operation, node)
) STRICT;
CREATE INDEX health_count_by_time ON health_count (grain, starts_at);

-- Times in which an integration did not do what is expected of it. One of a kind is open at a time.
CREATE TABLE integration_incident (
    id              BLOB PRIMARY KEY,
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    kind            TEXT NOT NULL,
    title           TEXT NOT NULL,
    opened_at       INTEGER NOT NULL,
    -- When it was last seen to go on.
    seen_at         INTEGER NOT NULL,
    closed_at       INTEGER
) STRICT;
CREATE UNIQUE INDEX integration_incident_open ON integration_incident (integration_id, kind) WHERE closed_at IS NULL;
CREATE INDEX integration_incident_by_time ON integration_incident (opened_at, id);

CREATE TABLE incident_entry (
    id           BLOB PRIMARY KEY,
    incident_id  BLOB NOT NULL REFERENCES integration_incident (id) ON DELETE CASCADE,
    at           INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    body         TEXT NOT NULL CHECK (length(body) BETWEEN 1 AND 4000)
) STRICT;
CREATE INDEX incident_entry_by_incident ON incident_entry (incident_id, at, id);

-- Announced work on a partner's side, or on ours: nobody is alerted meanwhile.
CREATE TABLE maintenance_window (
    id              BLOB PRIMARY KEY,
    integration_id  BLOB NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    starts_at       INTEGER NOT NULL,
    ends_at         INTEGER NOT NULL CHECK (ends_at > starts_at),
    reason          TEXT NOT NULL,
    created_by      TEXT NOT NULL,
    created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX maintenance_window_by_integration ON maintenance_window (integration_id, ends_at);
