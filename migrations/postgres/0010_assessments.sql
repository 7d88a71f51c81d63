-- Partners before they are connected: what they are for, how they were assessed, and the gate that asks for it.

CREATE TABLE partner_profile (
    partner_id      UUID PRIMARY KEY REFERENCES partner (id),
    purpose         TEXT COLLATE "C" NOT NULL DEFAULT '',
    criticality     TEXT COLLATE "C" NOT NULL CHECK (criticality IN ('low', 'medium', 'high', 'critical')),
    -- Words of a closed set, with a space between them.
    data_classes    TEXT COLLATE "C" NOT NULL DEFAULT '',
    countries       TEXT COLLATE "C" NOT NULL DEFAULT '',
    sub_processors  TEXT COLLATE "C" NOT NULL DEFAULT '',
    contract_from   TEXT COLLATE "C" CHECK (length(contract_from) = 10),
    contract_until  TEXT COLLATE "C" CHECK (length(contract_until) = 10),
    -- When the agreement on the processing of personal data was signed.
    agreement_on    TEXT COLLATE "C" CHECK (length(agreement_on) = 10),
    contacts        TEXT COLLATE "C" NOT NULL DEFAULT '',
    updated_at      BIGINT NOT NULL,
    updated_by      TEXT COLLATE "C" NOT NULL,
    version         BIGINT NOT NULL DEFAULT 1,
    CHECK (contract_from <= contract_until)
);

-- Questionnaires. A version is never changed.
CREATE TABLE assessment_template (
    key          TEXT COLLATE "C" NOT NULL CHECK (length(key) BETWEEN 2 AND 40),
    version      BIGINT NOT NULL CHECK (version >= 1),
    title        TEXT COLLATE "C" NOT NULL,
    document     TEXT COLLATE "C" NOT NULL,
    imported_at  BIGINT NOT NULL,
    imported_by  TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (key, version)
);

CREATE TABLE assessment (
    id                UUID PRIMARY KEY,
    partner_id        UUID NOT NULL REFERENCES partner (id),
    template_key      TEXT COLLATE "C" NOT NULL,
    template_version  BIGINT NOT NULL,
    state             TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'submitted', 'approved', 'rejected', 'withdrawn')),
    score_percent     BIGINT CHECK (score_percent BETWEEN 0 AND 100),
    conditions        TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- The approval holds until the end of that day.
    review_on         TEXT COLLATE "C" CHECK (length(review_on) = 10),
    created_at        BIGINT NOT NULL,
    created_by        TEXT COLLATE "C" NOT NULL,
    submitted_at      BIGINT,
    submitted_by      TEXT COLLATE "C" NOT NULL DEFAULT '',
    submitter_id      UUID,
    -- The first of the two who approve, and a digest of everything that they saw.
    proposed_at       BIGINT,
    proposed_by       TEXT COLLATE "C" NOT NULL DEFAULT '',
    proposer_id       UUID,
    proposal_digest   TEXT COLLATE "C" NOT NULL DEFAULT '',
    decided_at        BIGINT,
    decided_by        TEXT COLLATE "C" NOT NULL DEFAULT '',
    decider_id        UUID,
    decided_why       TEXT COLLATE "C" NOT NULL DEFAULT '',
    version           BIGINT NOT NULL DEFAULT 1,
    FOREIGN KEY (template_key, template_version) REFERENCES assessment_template (key, version),
    CHECK ((state IN ('approved', 'rejected')) = (decided_at IS NOT NULL)),
    CHECK (state <> 'approved' OR review_on IS NOT NULL),
    -- Nobody approves alone, nor what they have submitted themselves.
    CHECK (state <> 'approved' OR (proposer_id IS NOT NULL AND decider_id IS NOT NULL AND proposer_id <> decider_id)),
    CHECK (proposer_id <> submitter_id),
    CHECK (decider_id <> submitter_id)
);
CREATE INDEX assessment_by_partner ON assessment (partner_id, created_at, id);
CREATE INDEX assessment_decided ON assessment (partner_id, decided_at, id) WHERE state IN ('approved', 'rejected');
-- One at a time for each partner.
CREATE UNIQUE INDEX assessment_open ON assessment (partner_id) WHERE state IN ('draft', 'submitted');

CREATE TABLE partner_evidence (
    id           UUID PRIMARY KEY,
    partner_id   UUID NOT NULL REFERENCES partner (id),
    kind         TEXT COLLATE "C" NOT NULL CHECK (kind IN ('soc2', 'iso_27001', 'pci_dss', 'penetration_test', 'processing_agreement', 'insurance', 'other')),
    title        TEXT COLLATE "C" NOT NULL CHECK (length(title) BETWEEN 1 AND 160),
    issuer       TEXT COLLATE "C" NOT NULL DEFAULT '',
    -- Where the document is kept.
    reference    TEXT COLLATE "C" NOT NULL DEFAULT '',
    valid_from   TEXT COLLATE "C" CHECK (length(valid_from) = 10),
    valid_until  TEXT COLLATE "C" CHECK (length(valid_until) = 10),
    removed_at   BIGINT,
    created_at   BIGINT NOT NULL,
    created_by   TEXT COLLATE "C" NOT NULL,
    CHECK (valid_from <= valid_until)
);
CREATE INDEX partner_evidence_by_partner ON partner_evidence (partner_id, created_at, id) WHERE removed_at IS NULL;

CREATE INDEX partner_evidence_by_end ON partner_evidence (valid_until) WHERE removed_at IS NULL;

CREATE TABLE assessment_answer (
    assessment_id  UUID NOT NULL REFERENCES assessment (id) ON DELETE CASCADE,
    question       TEXT COLLATE "C" NOT NULL,
    answer         TEXT COLLATE "C" NOT NULL CHECK (answer IN ('yes', 'partly', 'no', 'not_applicable')),
    comment        TEXT COLLATE "C" NOT NULL DEFAULT '',
    evidence_id    UUID REFERENCES partner_evidence (id),
    PRIMARY KEY (assessment_id, question)
);

CREATE TABLE partner_finding (
    id             UUID PRIMARY KEY,
    partner_id     UUID NOT NULL REFERENCES partner (id),
    assessment_id  UUID REFERENCES assessment (id),
    title          TEXT COLLATE "C" NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    severity       TEXT COLLATE "C" NOT NULL CHECK (severity IN ('low', 'medium', 'high', 'critical')),
    owner          TEXT COLLATE "C" NOT NULL,
    due_on         TEXT COLLATE "C" NOT NULL CHECK (length(due_on) = 10),
    state          TEXT COLLATE "C" NOT NULL CHECK (state IN ('open', 'fixed', 'accepted')),
    closed_why     TEXT COLLATE "C" NOT NULL DEFAULT '',
    closed_at      BIGINT,
    closed_by      TEXT COLLATE "C" NOT NULL DEFAULT '',
    created_at     BIGINT NOT NULL,
    created_by     TEXT COLLATE "C" NOT NULL,
    CHECK ((state = 'open') = (closed_at IS NULL))
);
CREATE INDEX partner_finding_by_partner ON partner_finding (partner_id, due_on, id);

-- What was warned of already.
CREATE TABLE evidence_warning (
    evidence_id  UUID NOT NULL REFERENCES partner_evidence (id),
    days         BIGINT NOT NULL,
    at           BIGINT NOT NULL,
    PRIMARY KEY (evidence_id, days)
);

-- Exceptions from the gate: for one integration, for named conditions, for a time.
CREATE TABLE gate_exception (
    id              UUID PRIMARY KEY,
    integration_id  UUID NOT NULL REFERENCES integration (id) ON DELETE CASCADE,
    reason          TEXT COLLATE "C" NOT NULL,
    -- The conditions that it stands in for, with a space between them.
    missing         TEXT COLLATE "C" NOT NULL CHECK (length(missing) > 0),
    state           TEXT COLLATE "C" NOT NULL CHECK (state IN ('asked', 'granted', 'declined', 'ended')),
    asked_at        BIGINT NOT NULL,
    asked_by        TEXT COLLATE "C" NOT NULL,
    asker_id        UUID NOT NULL,
    ends_at         BIGINT NOT NULL,
    decided_at      BIGINT,
    decided_by      TEXT COLLATE "C" NOT NULL DEFAULT '',
    decider_id      UUID,
    decided_why     TEXT COLLATE "C" NOT NULL DEFAULT '',
    CHECK (ends_at > asked_at AND ends_at <= asked_at + 1209600000),
    CHECK (state = 'asked' OR state = 'ended' OR decider_id IS NOT NULL),
    CHECK (state <> 'granted' OR decider_id <> asker_id)
);
CREATE INDEX gate_exception_by_integration ON gate_exception (integration_id, asked_at, id);
CREATE INDEX gate_exception_running ON gate_exception (ends_at) WHERE state IN ('asked', 'granted');
CREATE UNIQUE INDEX gate_exception_open ON gate_exception (integration_id) WHERE state IN ('asked', 'granted');

-- Integrations that the gate itself has closed, since when, and for want of what.
CREATE TABLE gate_lapse (
    integration_id  UUID PRIMARY KEY REFERENCES integration (id) ON DELETE CASCADE,
    since           BIGINT NOT NULL,
    missing         TEXT COLLATE "C" NOT NULL
);
