-- Customers, vehicles and plans: what a subscription joins together.

CREATE TABLE customer (
    id             UUID PRIMARY KEY,
    number         TEXT COLLATE "C" NOT NULL UNIQUE,
    external_key   TEXT COLLATE "C" UNIQUE,
    kind           TEXT COLLATE "C" NOT NULL CHECK (kind IN ('person', 'company')),
    name           TEXT COLLATE "C" NOT NULL CHECK (length(name) BETWEEN 1 AND 160),
    sort_name      TEXT COLLATE "C" NOT NULL,
    email          TEXT COLLATE "C" NOT NULL,
    phone          TEXT COLLATE "C" NOT NULL DEFAULT '',
    street         TEXT COLLATE "C" NOT NULL DEFAULT '',
    postal_code    TEXT COLLATE "C" NOT NULL DEFAULT '',
    city           TEXT COLLATE "C" NOT NULL DEFAULT '',
    country        TEXT COLLATE "C" NOT NULL CHECK (length(country) = 2),
    zone           TEXT COLLATE "C" NOT NULL,
    locale         TEXT COLLATE "C" NOT NULL DEFAULT 'en',
    currency       TEXT COLLATE "C" NOT NULL CHECK (length(currency) = 3),
    status         TEXT COLLATE "C" NOT NULL CHECK (status IN ('prospect', 'active', 'blocked', 'closed')),
    created_at     BIGINT NOT NULL,
    created_by     TEXT COLLATE "C" NOT NULL,
    updated_at     BIGINT NOT NULL,
    updated_by     TEXT COLLATE "C" NOT NULL,
    version        BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX customer_by_name ON customer (sort_name, id);
CREATE INDEX customer_by_created ON customer (created_at, id);
CREATE INDEX customer_by_status_name ON customer (status, sort_name, id);
CREATE INDEX customer_by_status_created ON customer (status, created_at, id);

CREATE TABLE vehicle (
    id                   UUID PRIMARY KEY,
    vin                  TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(vin) = 17),
    plate                TEXT COLLATE "C" NOT NULL DEFAULT '',
    plate_key            TEXT COLLATE "C" NOT NULL DEFAULT '',
    make                 TEXT COLLATE "C" NOT NULL CHECK (length(make) BETWEEN 1 AND 60),
    model                TEXT COLLATE "C" NOT NULL CHECK (length(model) BETWEEN 1 AND 80),
    sort_name            TEXT COLLATE "C" NOT NULL,
    model_trim           TEXT COLLATE "C" NOT NULL DEFAULT '',
    model_year           BIGINT NOT NULL CHECK (model_year BETWEEN 1950 AND 2100),
    fuel                 TEXT COLLATE "C" NOT NULL CHECK (fuel IN ('electric', 'hybrid', 'petrol', 'diesel', 'hydrogen')),
    category             TEXT COLLATE "C" NOT NULL DEFAULT '',
    location             TEXT COLLATE "C" NOT NULL DEFAULT '',
    odometer_km          BIGINT NOT NULL DEFAULT 0 CHECK (odometer_km >= 0),
    state                TEXT COLLATE "C" NOT NULL CHECK (state IN ('incoming', 'preparing', 'available', 'reserved', 'allocated', 'on_subscription', 'in_transit', 'workshop', 'inspection', 'accident', 'stolen', 'defleeted')),
    registered_on        TEXT COLLATE "C",
    inspection_due_on    TEXT COLLATE "C",
    service_due_on       TEXT COLLATE "C",
    created_at           BIGINT NOT NULL,
    created_by           TEXT COLLATE "C" NOT NULL,
    updated_at           BIGINT NOT NULL,
    updated_by           TEXT COLLATE "C" NOT NULL,
    version              BIGINT NOT NULL DEFAULT 1
);
CREATE UNIQUE INDEX vehicle_by_plate ON vehicle (plate_key) WHERE plate_key <> '';
CREATE INDEX vehicle_by_name ON vehicle (sort_name, id);
CREATE INDEX vehicle_by_created ON vehicle (created_at, id);
CREATE INDEX vehicle_by_state_name ON vehicle (state, sort_name, id);
CREATE INDEX vehicle_by_state_created ON vehicle (state, created_at, id);

CREATE TABLE plate_history (
    vehicle_id  UUID NOT NULL REFERENCES vehicle (id) ON DELETE CASCADE,
    plate       TEXT COLLATE "C" NOT NULL,
    since_at    BIGINT NOT NULL,
    until_at    BIGINT,
    PRIMARY KEY (vehicle_id, since_at)
);

CREATE TABLE plan (
    id           UUID PRIMARY KEY,
    name         TEXT COLLATE "C" NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 80),
    sort_name    TEXT COLLATE "C" NOT NULL,
    description  TEXT COLLATE "C" NOT NULL DEFAULT '',
    status       TEXT COLLATE "C" NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    created_at   BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL,
    updated_at   BIGINT NOT NULL,
    updated_by   TEXT COLLATE "C" NOT NULL,
    version      BIGINT NOT NULL DEFAULT 1
);
CREATE INDEX plan_by_name ON plan (sort_name, id);

-- A published version is never edited: a subscription keeps the terms it was signed with.
CREATE TABLE plan_version (
    id                   UUID PRIMARY KEY,
    plan_id              UUID NOT NULL REFERENCES plan (id),
    number               BIGINT NOT NULL CHECK (number >= 1),
    status               TEXT COLLATE "C" NOT NULL CHECK (status IN ('draft', 'published', 'retired')),
    currency             TEXT COLLATE "C" NOT NULL CHECK (length(currency) = 3),
    price_minor          BIGINT NOT NULL CHECK (price_minor >= 0),
    deposit_minor        BIGINT NOT NULL DEFAULT 0 CHECK (deposit_minor >= 0),
    tax_basis_points     BIGINT NOT NULL DEFAULT 0 CHECK (tax_basis_points BETWEEN 0 AND 10000),
    minimum_term_months  BIGINT NOT NULL DEFAULT 1 CHECK (minimum_term_months BETWEEN 0 AND 120),
    notice_days          BIGINT NOT NULL DEFAULT 30 CHECK (notice_days BETWEEN 0 AND 365),
    included_km          BIGINT NOT NULL DEFAULT 0 CHECK (included_km >= 0),
    excess_rate          TEXT COLLATE "C" NOT NULL DEFAULT '0',
    pause_allowed        BOOLEAN NOT NULL DEFAULT TRUE,
    pause_max_days       BIGINT NOT NULL DEFAULT 90 CHECK (pause_max_days BETWEEN 0 AND 730),
    pause_billing        TEXT COLLATE "C" NOT NULL DEFAULT 'credit' CHECK (pause_billing IN ('credit', 'period_end')),
    cancel_fee_minor     BIGINT NOT NULL DEFAULT 0 CHECK (cancel_fee_minor >= 0),
    early_end_fee_minor  BIGINT NOT NULL DEFAULT 0 CHECK (early_end_fee_minor >= 0),
    effective_from       TEXT COLLATE "C" NOT NULL,
    published_at         BIGINT,
    created_at           BIGINT NOT NULL,
    created_by           TEXT COLLATE "C" NOT NULL,
    UNIQUE (plan_id, number)
);
