-- What partners tell us of: who drives, and how far; and where they want to hear of what happens.

CREATE TABLE driver (
    id                  UUID PRIMARY KEY,
    customer_id         UUID NOT NULL REFERENCES customer (id),
    name                TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
    email               TEXT COLLATE "C" NOT NULL DEFAULT '',
    born_on_sealed      BYTEA,
    licence_sealed      BYTEA,
    licence_country     TEXT COLLATE "C" NOT NULL DEFAULT '',
    licence_expires_on  TEXT COLLATE "C",
    licence_checked_on  TEXT COLLATE "C",
    status              TEXT COLLATE "C" NOT NULL CHECK (status IN ('active', 'blocked', 'former')),
    created_at          BIGINT NOT NULL,
    created_by          TEXT COLLATE "C" NOT NULL,
    updated_at          BIGINT NOT NULL,
    updated_by          TEXT COLLATE "C" NOT NULL,
    version             BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX driver_by_customer ON driver (customer_id, created_at, id);
CREATE INDEX driver_by_created ON driver (created_at, id);

CREATE TABLE odometer_reading (
    id           UUID PRIMARY KEY,
    vehicle_id   UUID NOT NULL REFERENCES vehicle (id),
    read_at      BIGINT NOT NULL,
    km           BIGINT NOT NULL CHECK (km BETWEEN 0 AND 3000000),
    source       TEXT COLLATE "C" NOT NULL,
    recorded_at  BIGINT NOT NULL,
    recorded_by  TEXT COLLATE "C" NOT NULL,
    UNIQUE (vehicle_id, read_at)
);
CREATE INDEX odometer_reading_by_vehicle ON odometer_reading (vehicle_id, read_at, id);

CREATE TABLE webhook_endpoint (
    id           UUID PRIMARY KEY,
    partner_id   UUID NOT NULL REFERENCES partner (id),
    environment  TEXT COLLATE "C" NOT NULL CHECK (environment IN ('live', 'test')),
    url          TEXT COLLATE "C" NOT NULL CHECK (length(url) BETWEEN 9 AND 2000),
    description  TEXT COLLATE "C" NOT NULL DEFAULT '',
    event_types  TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    secret       BYTEA NOT NULL,
    is_enabled   BOOLEAN NOT NULL DEFAULT TRUE,
    created_at   BIGINT NOT NULL,
    updated_at   BIGINT NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX webhook_endpoint_by_partner ON webhook_endpoint (partner_id, created_at, id);

-- What happened, over all records, in order: what the partner API's events read.
CREATE INDEX timeline_entry_by_time ON timeline_entry (at, id);
