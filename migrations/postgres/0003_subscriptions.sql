-- A subscription with its two timelines: who may drive (service) and who pays (billing).

CREATE TABLE subscription (
    id                UUID PRIMARY KEY,
    number            TEXT COLLATE "C" NOT NULL UNIQUE,
    customer_id       UUID NOT NULL REFERENCES customer (id),
    plan_version_id   UUID NOT NULL REFERENCES plan_version (id),
    vehicle_id        UUID REFERENCES vehicle (id),
    state             TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'requested', 'approved', 'awaiting_payment', 'scheduled', 'active', 'paused', 'ending', 'return_due', 'returned', 'closed', 'declined', 'expired', 'cancelled')),
    money_state       TEXT COLLATE "C" NOT NULL DEFAULT 'current' CHECK (money_state IN ('current', 'past_due', 'dunning', 'unpaid', 'written_off')),
    zone              TEXT COLLATE "C" NOT NULL,
    currency          TEXT COLLATE "C" NOT NULL CHECK (length(currency) = 3),
    price_minor       BIGINT NOT NULL CHECK (price_minor >= 0),
    anchor_day        BIGINT NOT NULL CHECK (anchor_day BETWEEN 1 AND 31),
    service_from      TEXT COLLATE "C",
    service_until     TEXT COLLATE "C",
    billing_from      TEXT COLLATE "C",
    billing_until     TEXT COLLATE "C",
    pause_from        TEXT COLLATE "C",
    pause_until       TEXT COLLATE "C",
    customer_name     TEXT COLLATE "C" NOT NULL,
    drive_blocks      BIGINT NOT NULL DEFAULT 0 CHECK (drive_blocks >= 0),
    change_blocks     BIGINT NOT NULL DEFAULT 0 CHECK (change_blocks >= 0),
    billing_blocks    BIGINT NOT NULL DEFAULT 0 CHECK (billing_blocks >= 0),
    needs_attention   BOOLEAN NOT NULL DEFAULT FALSE,
    attention_why     TEXT COLLATE "C" NOT NULL DEFAULT '',
    next_due_on       TEXT COLLATE "C",
    created_at        BIGINT NOT NULL,
    created_by        TEXT COLLATE "C" NOT NULL,
    updated_at        BIGINT NOT NULL,
    updated_by        TEXT COLLATE "C" NOT NULL,
    version           BIGINT NOT NULL DEFAULT 1,
    CHECK (service_until IS NULL OR service_from IS NULL OR service_until >= service_from),
    CHECK (billing_until IS NULL OR billing_from IS NULL OR billing_until >= billing_from)
);
CREATE INDEX subscription_by_customer ON subscription (customer_id, created_at);
CREATE INDEX subscription_by_vehicle ON subscription (vehicle_id, created_at);
CREATE INDEX subscription_by_plan_version ON subscription (plan_version_id, state);
CREATE INDEX subscription_by_created ON subscription (created_at, id);
CREATE INDEX subscription_by_name ON subscription (customer_name, id);
CREATE INDEX subscription_by_state_created ON subscription (state, created_at, id);
CREATE INDEX subscription_by_state_name ON subscription (state, customer_name, id);
CREATE INDEX subscription_by_attention ON subscription (updated_at, id) WHERE needs_attention;
CREATE INDEX subscription_by_due ON subscription (next_due_on) WHERE next_due_on IS NOT NULL;

-- Each pause with both its timelines; the open one is also on the subscription's row.
CREATE TABLE subscription_pause (
    id               UUID PRIMARY KEY,
    subscription_id  UUID NOT NULL REFERENCES subscription (id),
    service_from     TEXT COLLATE "C" NOT NULL,
    service_until    TEXT COLLATE "C" NOT NULL,
    billing_from     TEXT COLLATE "C",
    billing_until    TEXT COLLATE "C",
    credit_minor     BIGINT NOT NULL DEFAULT 0,
    called_off_at    BIGINT,
    created_at       BIGINT NOT NULL
);
CREATE INDEX subscription_pause_by_subscription ON subscription_pause (subscription_id, service_from);

-- A car in a subscription for a time. Times of one car never overlap: the database refuses it.
CREATE TABLE vehicle_assignment (
    id                 UUID PRIMARY KEY,
    subscription_id    UUID NOT NULL REFERENCES subscription (id),
    vehicle_id         UUID NOT NULL REFERENCES vehicle (id),
    starts_at          BIGINT NOT NULL,
    ends_at            BIGINT NOT NULL CHECK (ends_at > starts_at),
    odometer_start_km  BIGINT,
    odometer_end_km    BIGINT,
    created_at         BIGINT NOT NULL
);
CREATE INDEX vehicle_assignment_by_subscription ON vehicle_assignment (subscription_id, starts_at);
CREATE INDEX vehicle_assignment_by_vehicle ON vehicle_assignment (vehicle_id, starts_at);

CREATE EXTENSION IF NOT EXISTS btree_gist;
ALTER TABLE vehicle_assignment ADD CONSTRAINT vehicle_assignment_no_overlap
    EXCLUDE USING gist (vehicle_id WITH =, int8range(starts_at, ends_at) WITH &&);

CREATE TABLE hold (
    id               UUID PRIMARY KEY,
    kind             TEXT COLLATE "C" NOT NULL CHECK (kind IN ('arrears', 'licence', 'insurance', 'legal', 'theft', 'maintenance', 'manual')),
    scope            TEXT COLLATE "C" NOT NULL CHECK (scope IN ('customer', 'vehicle', 'subscription')),
    customer_id      UUID REFERENCES customer (id),
    vehicle_id       UUID REFERENCES vehicle (id),
    subscription_id  UUID REFERENCES subscription (id),
    blocks_driving   BOOLEAN NOT NULL,
    blocks_changes   BOOLEAN NOT NULL,
    blocks_billing   BOOLEAN NOT NULL,
    reason           TEXT COLLATE "C" NOT NULL CHECK (length(reason) BETWEEN 3 AND 500),
    review_on        TEXT COLLATE "C",
    placed_at        BIGINT NOT NULL,
    placed_by        TEXT COLLATE "C" NOT NULL,
    released_at      BIGINT,
    released_by      TEXT COLLATE "C",
    release_reason   TEXT COLLATE "C",
    CHECK ((scope = 'customer' AND customer_id IS NOT NULL) OR (scope = 'vehicle' AND vehicle_id IS NOT NULL) OR (scope = 'subscription' AND subscription_id IS NOT NULL))
);
CREATE INDEX hold_by_subscription ON hold (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX hold_by_customer ON hold (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX hold_by_vehicle ON hold (vehicle_id) WHERE vehicle_id IS NOT NULL;

-- One entry for each change, in words, with who, from where, before and after.
CREATE TABLE timeline_entry (
    id           UUID PRIMARY KEY,
    object_type  TEXT COLLATE "C" NOT NULL CHECK (object_type IN ('customer', 'vehicle', 'plan', 'subscription')),
    object_id    UUID NOT NULL,
    at           BIGINT NOT NULL,
    actor        TEXT COLLATE "C" NOT NULL,
    source       TEXT COLLATE "C" NOT NULL CHECK (source IN ('person', 'api_key', 'partner_event', 'job', 'bulk', 'command_line')),
    action       TEXT COLLATE "C" NOT NULL,
    summary      TEXT COLLATE "C" NOT NULL,
    reason       TEXT COLLATE "C" NOT NULL DEFAULT '',
    changes      TEXT COLLATE "C" NOT NULL DEFAULT '[]',
    event_id     UUID
);
CREATE INDEX timeline_by_object ON timeline_entry (object_type, object_id, at, id);
CREATE INDEX timeline_by_time ON timeline_entry (at, id);

CREATE TABLE note (
    id           UUID PRIMARY KEY,
    object_type  TEXT COLLATE "C" NOT NULL CHECK (object_type IN ('customer', 'vehicle', 'plan', 'subscription')),
    object_id    UUID NOT NULL,
    body         TEXT COLLATE "C" NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
    author       TEXT COLLATE "C" NOT NULL,
    created_at   BIGINT NOT NULL,
    removed_at   BIGINT
);
CREATE INDEX note_by_object ON note (object_type, object_id, created_at);

CREATE TABLE tag (
    object_type  TEXT COLLATE "C" NOT NULL CHECK (object_type IN ('customer', 'vehicle', 'plan', 'subscription')),
    object_id    UUID NOT NULL,
    tag          TEXT COLLATE "C" NOT NULL CHECK (length(tag) BETWEEN 1 AND 40),
    PRIMARY KEY (object_type, object_id, tag)
);
CREATE INDEX tag_by_name ON tag (object_type, tag, object_id);

-- Folded words by which records are found: prefix look-ups on one index on both engines.
CREATE TABLE search_term (
    kind       TEXT COLLATE "C" NOT NULL CHECK (kind IN ('customer', 'vehicle', 'plan', 'subscription', 'staff')),
    term       TEXT COLLATE "C" NOT NULL,
    record_id  UUID NOT NULL,
    PRIMARY KEY (kind, term, record_id)
);
CREATE INDEX search_term_by_record ON search_term (kind, record_id);

-- Running numbers for people (C-1042, S-2201): one row each, taken inside the change's own transaction.
CREATE TABLE running_number (
    series  TEXT COLLATE "C" PRIMARY KEY,
    last    BIGINT NOT NULL
);

-- A form sent twice makes one object: the token of the form is spent in the change's own transaction.
CREATE TABLE form_token (
    token     UUID PRIMARY KEY,
    spent_at  BIGINT NOT NULL,
    result    TEXT COLLATE "C" NOT NULL
);
CREATE INDEX form_token_by_time ON form_token (spent_at);
