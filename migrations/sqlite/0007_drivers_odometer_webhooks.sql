-- What partners tell us of: who drives, and how far; and where they want to hear of what happens.

CREATE TABLE driver (
    id                  BLOB PRIMARY KEY,
    customer_id         BLOB NOT NULL REFERENCES customer (id),
    name                TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
    email               TEXT NOT NULL DEFAULT '',
    born_on_sealed      BLOB,
    licence_sealed      BLOB,
    licence_country     TEXT NOT NULL DEFAULT '',
    licence_expires_on  TEXT,
    licence_checked_on  TEXT,
    status              TEXT NOT NULL CHECK (status IN ('active', 'blocked', 'former')),
    created_at          INTEGER NOT NULL,
    created_by          TEXT NOT NULL,
    updated_at          INTEGER NOT NULL,
    updated_by          TEXT NOT NULL,
    version             INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX driver_by_customer ON driver (customer_id, created_at, id);
CREATE INDEX driver_by_created ON driver (created_at, id);

CREATE TABLE odometer_reading (
    id           BLOB PRIMARY KEY,
    vehicle_id   BLOB NOT NULL REFERENCES vehicle (id),
    read_at      INTEGER NOT NULL,
    km           INTEGER NOT NULL CHECK (km BETWEEN 0 AND 3000000),
    source       TEXT NOT NULL,
    recorded_at  INTEGER NOT NULL,
    recorded_by  TEXT NOT NULL,
    UNIQUE (vehicle_id, read_at)
) STRICT;
CREATE INDEX odometer_reading_by_vehicle ON odometer_reading (vehicle_id, read_at, id);

CREATE TABLE webhook_endpoint (
    id           BLOB PRIMARY KEY,
    partner_id   BLOB NOT NULL REFERENCES partner (id),
    environment  TEXT NOT NULL CHECK (environment IN ('live', 'test')),
    url          TEXT NOT NULL CHECK (length(url) BETWEEN 9 AND 2000),
    description  TEXT NOT NULL DEFAULT '',
    event_types  TEXT NOT NULL DEFAULT '[]',
    secret       BLOB NOT NULL,
    is_enabled   INTEGER NOT NULL DEFAULT TRUE CHECK (is_enabled IN (0, 1)),
    created_at   INTEGER NOT NULL,
    updated_at   INTEGER NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX webhook_endpoint_by_partner ON webhook_endpoint (partner_id, created_at, id);

-- What happened, over all records, in order: what the partner API's events read.
CREATE INDEX timeline_entry_by_time ON timeline_entry (at, id);
