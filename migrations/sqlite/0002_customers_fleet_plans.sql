-- Customers, vehicles and plans: what a subscription joins together.

CREATE TABLE customer (
    id             BLOB PRIMARY KEY,
    number         TEXT NOT NULL UNIQUE,
    external_key   TEXT UNIQUE,
    kind           TEXT NOT NULL CHECK (kind IN ('person', 'company')),
    name           TEXT NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
    sort_name      TEXT NOT NULL,
    email          TEXT NOT NULL,
    phone          TEXT NOT NULL DEFAULT '',
    street         TEXT NOT NULL DEFAULT '',
    postal_code    TEXT NOT NULL DEFAULT '',
    city           TEXT NOT NULL DEFAULT '',
    country        TEXT NOT NULL CHECK (length(country) = 2),
    zone           TEXT NOT NULL,
    locale         TEXT NOT NULL DEFAULT 'en',
    currency       TEXT NOT NULL CHECK (length(currency) = 3),
    status         TEXT NOT NULL CHECK (status IN ('prospect', 'active', 'blocked', 'closed')),
    created_at     INTEGER NOT NULL,
    created_by     TEXT NOT NULL,
    updated_at     INTEGER NOT NULL,
    updated_by     TEXT NOT NULL,
    version        INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX customer_by_name ON customer (sort_name, id);
CREATE INDEX customer_by_created ON customer (created_at, id);
CREATE INDEX customer_by_status_name ON customer (status, sort_name, id);
CREATE INDEX customer_by_status_created ON customer (status, created_at, id);

CREATE TABLE vehicle (
    id                   BLOB PRIMARY KEY,
    vin                  TEXT NOT NULL UNIQUE CHECK (length(vin) = 17),
    plate                TEXT NOT NULL DEFAULT '',
    plate_key            TEXT NOT NULL DEFAULT '',
    make                 TEXT NOT NULL CHECK (length(make) BETWEEN 1 AND 60),
    model                TEXT NOT NULL CHECK (length(model) BETWEEN 1 AND 80),
    sort_name            TEXT NOT NULL,
    model_trim           TEXT NOT NULL DEFAULT '',
    model_year           INTEGER NOT NULL CHECK (model_year BETWEEN 1950 AND 2100),
    fuel                 TEXT NOT NULL CHECK (fuel IN ('electric', 'hybrid', 'petrol', 'diesel', 'hydrogen')),
    category             TEXT NOT NULL DEFAULT '',
    location             TEXT NOT NULL DEFAULT '',
    odometer_km          INTEGER NOT NULL DEFAULT 0 CHECK (odometer_km >= 0),
    state                TEXT NOT NULL CHECK (state IN ('incoming', 'preparing', 'available', 'reserved', 'allocated', 'on_subscription', 'in_transit', 'workshop', 'inspection', 'accident', 'stolen', 'defleeted')),
    registered_on        TEXT,
    inspection_due_on    TEXT,
    service_due_on       TEXT,
    created_at           INTEGER NOT NULL,
    created_by           TEXT NOT NULL,
    updated_at           INTEGER NOT NULL,
    updated_by           TEXT NOT NULL,
    version              INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE UNIQUE INDEX vehicle_by_plate ON vehicle (plate_key) WHERE plate_key <> '';
CREATE INDEX vehicle_by_name ON vehicle (sort_name, id);
CREATE INDEX vehicle_by_created ON vehicle (created_at, id);
CREATE INDEX vehicle_by_state_name ON vehicle (state, sort_name, id);
CREATE INDEX vehicle_by_state_created ON vehicle (state, created_at, id);

CREATE TABLE plate_history (
    vehicle_id  BLOB NOT NULL REFERENCES vehicle (id) ON DELETE CASCADE,
    plate       TEXT NOT NULL,
    since_at    INTEGER NOT NULL,
    until_at    INTEGER,
    PRIMARY KEY (vehicle_id, since_at)
) STRICT;

CREATE TABLE plan (
    id           BLOB PRIMARY KEY,
    name         TEXT NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 80),
    sort_name    TEXT NOT NULL,
    description  TEXT NOT NULL DEFAULT '',
    status       TEXT NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    created_at   INTEGER NOT NULL,
    created_by   TEXT NOT NULL,
    updated_at   INTEGER NOT NULL,
    updated_by   TEXT NOT NULL,
    version      INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX plan_by_name ON plan (sort_name, id);

-- A published version is never edited: a subscription keeps the terms it was signed with.
CREATE TABLE plan_version (
    id                   BLOB PRIMARY KEY,
    plan_id              BLOB NOT NULL REFERENCES plan (id),
    number               INTEGER NOT NULL CHECK (number >= 1),
    status               TEXT NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    currency             TEXT NOT NULL CHECK (length(currency) = 3),
    price_minor          INTEGER NOT NULL CHECK (price_minor >= 0),
    deposit_minor        INTEGER NOT NULL DEFAULT 0 CHECK (deposit_minor >= 0),
    tax_basis_points     INTEGER NOT NULL DEFAULT 0 CHECK (tax_basis_points BETWEEN 0 AND 10000),
    minimum_term_months  INTEGER NOT NULL DEFAULT 1 CHECK (minimum_term_months BETWEEN 0 AND 120),
    notice_days          INTEGER NOT NULL DEFAULT 30 CHECK (notice_days BETWEEN 0 AND 365),
    included_km          INTEGER NOT NULL DEFAULT 0 CHECK (included_km >= 0),
    excess_rate          TEXT NOT NULL DEFAULT '0',
    pause_allowed        INTEGER NOT NULL DEFAULT TRUE CHECK (pause_allowed IN (0, 1)),
    pause_max_days       INTEGER NOT NULL DEFAULT 90 CHECK (pause_max_days BETWEEN 0 AND 730),
    pause_billing        TEXT NOT NULL DEFAULT 'credit' CHECK (pause_billing IN ('credit', 'period_end')),
    cancel_fee_minor     INTEGER NOT NULL DEFAULT 0 CHECK (cancel_fee_minor >= 0),
    early_end_fee_minor  INTEGER NOT NULL DEFAULT 0 CHECK (early_end_fee_minor >= 0),
    effective_from       TEXT NOT NULL,
    published_at         INTEGER,
    created_at           INTEGER NOT NULL,
    created_by           TEXT NOT NULL,
    UNIQUE (plan_id, number)
) STRICT;
