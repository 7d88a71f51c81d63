-- A subscription with its two timelines: who may drive (service) and who pays (billing).

CREATE TABLE subscription (
    id                BLOB PRIMARY KEY,
    number            TEXT NOT NULL UNIQUE,
    customer_id       BLOB NOT NULL REFERENCES customer (id),
    plan_version_id   BLOB NOT NULL REFERENCES plan_version (id),
    vehicle_id        BLOB REFERENCES vehicle (id),
    state             TEXT NOT NULL CHECK (state IN ('draft', 'requested', 'approved', 'awaiting_payment', 'scheduled', 'active', 'paused', 'ending', 'return_due', 'returned', 'closed', 'declined', 'expired', 'cancelled')),
    money_state       TEXT NOT NULL DEFAULT 'current' CHECK (money_state IN ('current', 'past_due', 'dunning', 'unpaid', 'written_off')),
    zone              TEXT NOT NULL,
    currency          TEXT NOT NULL CHECK (length(currency) = 3),
    price_minor       INTEGER NOT NULL CHECK (price_minor >= 0),
    anchor_day        INTEGER NOT NULL CHECK (anchor_day BETWEEN 1 AND 31),
    service_from      TEXT,
    service_until     TEXT,
    billing_from      TEXT,
    billing_until     TEXT,
    pause_from        TEXT,
    pause_until       TEXT,
    customer_name     TEXT NOT NULL,
    drive_blocks      INTEGER NOT NULL DEFAULT 0 CHECK (drive_blocks >= 0),
    change_blocks     INTEGER NOT NULL DEFAULT 0 CHECK (change_blocks >= 0),
    billing_blocks    INTEGER NOT NULL DEFAULT 0 CHECK (billing_blocks >= 0),
    needs_attention   INTEGER NOT NULL DEFAULT FALSE CHECK (needs_attention IN (0, 1)),
    attention_why     TEXT NOT NULL DEFAULT '',
    next_due_on       TEXT,
    created_at        INTEGER NOT NULL,
    created_by        TEXT NOT NULL,
    updated_at        INTEGER NOT NULL,
    updated_by        TEXT NOT NULL,
    version           INTEGER NOT NULL DEFAULT 1,
    CHECK (service_until IS NULL OR service_from IS NULL OR service_until >= service_from),
    CHECK (billing_until IS NULL OR billing_from IS NULL OR billing_until >= billing_from)
) STRICT;
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
    id               BLOB PRIMARY KEY,
    subscription_id  BLOB NOT NULL REFERENCES subscription (id),
    service_from     TEXT NOT NULL,
    service_until    TEXT NOT NULL,
    billing_from     TEXT,
    billing_until    TEXT,
    credit_minor     INTEGER NOT NULL DEFAULT 0,
    called_off_at    INTEGER,
    created_at       INTEGER NOT NULL
) STRICT;
CREATE INDEX subscription_pause_by_subscription ON subscription_pause (subscription_id, service_from);

-- A car in a subscription for a time. Times of one car never overlap: the database refuses it.
CREATE TABLE vehicle_assignment (
    id                 BLOB PRIMARY KEY,
    subscription_id    BLOB NOT NULL REFERENCES subscription (id),
    vehicle_id         BLOB NOT NULL REFERENCES vehicle (id),
    starts_at          INTEGER NOT NULL,
    ends_at            INTEGER NOT NULL CHECK (ends_at > starts_at),
    odometer_start_km  INTEGER,
    odometer_end_km    INTEGER,
    created_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX vehicle_assignment_by_subscription ON vehicle_assignment (subscription_id, starts_at);
CREATE INDEX vehicle_assignment_by_vehicle ON vehicle_assignment (vehicle_id, starts_at);

CREATE TRIGGER vehicle_assignment_no_overlap_insert BEFORE INSERT ON vehicle_assignment
WHEN EXISTS (
    SELECT 1 FROM vehicle_assignment a
    WHERE a.vehicle_id = NEW.vehicle_id AND a.starts_at < NEW.ends_at AND NEW.starts_at < a.ends_at
)
BEGIN SELECT RAISE(ABORT, 'vehicle_assignment_no_overlap'); END;
CREATE TRIGGER vehicle_assignment_no_overlap_update BEFORE UPDATE ON vehicle_assignment
WHEN EXISTS (
    SELECT 1 FROM vehicle_assignment a
    WHERE a.vehicle_id = NEW.vehicle_id AND a.id <> NEW.id AND a.starts_at < NEW.ends_at AND NEW.starts_at < a.ends_at
)
BEGIN SELECT RAISE(ABORT, 'vehicle_assignment_no_overlap'); END;

CREATE TABLE hold (
    id               BLOB PRIMARY KEY,
    kind             TEXT NOT NULL CHECK (kind IN ('arrears', 'licence', 'insurance', 'legal', 'theft', 'maintenance', 'manual')),
    scope            TEXT NOT NULL CHECK (scope IN ('customer', 'vehicle', 'subscription')),
    customer_id      BLOB REFERENCES customer (id),
    vehicle_id       BLOB REFERENCES vehicle (id),
    subscription_id  BLOB REFERENCES subscription (id),
    blocks_driving   INTEGER NOT NULL CHECK (blocks_driving IN (0, 1)),
    blocks_changes   INTEGER NOT NULL CHECK (blocks_changes IN (0, 1)),
    blocks_billing   INTEGER NOT NULL CHECK (blocks_billing IN (0, 1)),
    reason           TEXT NOT NULL CHECK (length(reason) BETWEEN 3 AND 500),
    review_on        TEXT,
    placed_at        INTEGER NOT NULL,
    placed_by        TEXT NOT NULL,
    released_at      INTEGER,
    released_by      TEXT,
    release_reason   TEXT,
    CHECK ((scope = 'customer' AND customer_id IS NOT NULL) OR (scope = 'vehicle' AND vehicle_id IS NOT NULL) OR (scope = 'subscription' AND subscription_id IS NOT NULL))
) STRICT;
CREATE INDEX hold_by_subscription ON hold (subscription_id) WHERE subscription_id IS NOT NULL;
CREATE INDEX hold_by_customer ON hold (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX hold_by_vehicle ON hold (vehicle_id) WHERE vehicle_id IS NOT NULL;

-- One entry for each change, in words, with who, from where, before and after.
CREATE TABLE timeline_entry (
    id           BLOB PRIMARY KEY,
    object_type  TEXT NOT NULL CHECK (object_type IN ('customer', 'vehicle', 'plan', 'subscription')),
    object_id    BLOB NOT NULL,
    at           INTEGER NOT NULL,
    actor        TEXT NOT NULL,
    source       TEXT NOT NULL CHECK (source IN ('person', 'api_key', 'partner_event', 'job', 'bulk', 'command_line')),
    action       TEXT NOT NULL,
    summary      TEXT NOT NULL,
    reason       TEXT NOT NULL DEFAULT '',
    changes      TEXT NOT NULL DEFAULT '[]',
    event_id     BLOB
) STRICT;
CREATE INDEX timeline_by_object ON timeline_entry (object_type, object_id, at, id);
CREATE INDEX timeline_by_time ON timeline_entry (at, id);

CREATE TABLE note (
    id           BLOB PRIMARY KEY,
    object_type  TEXT NOT NULL CHECK (object_type IN ('customer', 'vehicle', 'plan', 'subscription')),
    object_id    BLOB NOT NULL,
    body         TEXT NOT NULL CHECK (length(body) BETWEEN 1 AND 4000),
    author       TEXT NOT NULL,
    created_at   INTEGER NOT NULL,
    removed_at   INTEGER
) STRICT;
CREATE INDEX note_by_object ON note (object_type, object_id, created_at);

CREATE TABLE tag (
    object_type  TEXT NOT NULL CHECK (object_type IN ('customer', 'vehicle', 'plan', 'subscription')),
    object_id    BLOB NOT NULL,
    tag          TEXT NOT NULL CHECK (length(tag) BETWEEN 1 AND 40),
    PRIMARY KEY (object_type, object_id, tag)
) STRICT;
CREATE INDEX tag_by_name ON tag (object_type, tag, object_id);

-- Folded words by which records are found: prefix look-ups on one index on both engines.
CREATE TABLE search_term (
    kind       TEXT NOT NULL CHECK (kind IN ('customer', 'vehicle', 'plan', 'subscription', 'staff')),
    term       TEXT NOT NULL,
    record_id  BLOB NOT NULL,
    PRIMARY KEY (kind, term, record_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX search_term_by_record ON search_term (kind, record_id);

-- Running numbers for people (C-1042, S-2201): one row each, taken inside the change's own transaction.
CREATE TABLE running_number (
    series  TEXT PRIMARY KEY,
    last    INTEGER NOT NULL
) STRICT;

-- A form sent twice makes one object: the token of the form is spent in the change's own transaction.
CREATE TABLE form_token (
    token     BLOB PRIMARY KEY,
    spent_at  INTEGER NOT NULL,
    result    TEXT NOT NULL
) STRICT;
CREATE INDEX form_token_by_time ON form_token (spent_at);
