//! Which integrations there are, and what can be asked of each.

use domain::integrations::{
    Auth::{self, Bearer, OAuth2},
    Criticality::{self, Critical, High, Low, Medium},
    InboundScheme::{self, Hmac, None as Nothing, Standard},
    IntegrationKind as Kind,
    IntegrationState::{self as State, Draft, Live},
    Plan::{self, LastKnown, Queue, Refuse, Second},
};

/// An integration, named like its partner.
pub(super) struct Integration {
    pub(super) partner: &'static str,
    pub(super) slug: &'static str,
    pub(super) kind: Kind,
    pub(super) purpose: &'static str,
    pub(super) criticality: Criticality,
    pub(super) state: State,
    /// Its path at the simulator, without a slash before it.
    pub(super) path: &'static str,
    pub(super) auth: Auth,
    /// The client's id; empty where there is none.
    pub(super) auth_name: &'static str,
    pub(super) inbound: InboundScheme,
    pub(super) availability_ppm: i64,
    pub(super) latency_ms: i64,
    /// In how many days its credential ends, if it does.
    pub(super) credential_ends_in: Option<i64>,
    pub(super) operations: &'static [Operation],
    /// How many minutes lie between two calls.
    pub(super) every: i64,
    /// How long an answer usually takes, in milliseconds.
    pub(super) took_ms: (i64, i64),
    /// Between how many minutes ago it was down.
    pub(super) outage: Option<(i64, i64)>,
}

/// What can be asked.
pub(super) struct Operation {
    pub(super) name: &'static str,
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) timeout_ms: i64,
    pub(super) deadline_ms: i64,
    pub(super) plan: Plan,
    /// The kind of record that it is about.
    pub(super) subject: &'static str,
    /// How often it is asked beside the others.
    pub(super) weight: usize,
}

const fn cover(name: &'static str, path: &'static str, plan: Plan, weight: usize) -> Operation {
    Operation {
        name,
        method: "POST",
        path,
        timeout_ms: 3_000,
        deadline_ms: 8_000,
        plan,
        subject: "subscription",
        weight,
    }
}

const fn tracker(name: &'static str, path: &'static str) -> Operation {
    let subject = "vehicle";
    Operation { name, method: "POST", path, timeout_ms: 2_000, deadline_ms: 6_000, plan: Queue, subject, weight: 1 }
}

const fn money(name: &'static str, path: &'static str, weight: usize) -> Operation {
    let subject = "subscription";
    Operation { name, method: "POST", path, timeout_ms: 5_000, deadline_ms: 12_000, plan: Queue, subject, weight }
}

const fn other(name: &'static str, path: &'static str, plan: Plan, subject: &'static str) -> Operation {
    Operation { name, method: "POST", path, timeout_ms: 4_000, deadline_ms: 10_000, plan, subject, weight: 1 }
}

/// A usual integration, over which each lays what is its own.
const USUAL: Integration = Integration {
    partner: "",
    slug: "",
    kind: Kind::Other,
    purpose: "",
    criticality: Medium,
    state: Live,
    path: "",
    auth: Bearer,
    auth_name: "",
    inbound: Nothing,
    availability_ppm: 995_000,
    latency_ms: 2_000,
    credential_ends_in: None,
    operations: &[],
    every: 120,
    took_ms: (90, 400),
    outage: None,
};

pub(super) const INTEGRATIONS: &[Integration] = &[
    Integration {
        partner: "Nordlicht Versicherung",
        slug: "nordlicht",
        kind: Kind::Insurance,
        purpose: "Cover for cars that are handed over",
        criticality: Critical,
        path: "insurance",
        availability_ppm: 999_000,
        operations: &[
            cover("cover.start", "/policies", Second, 5),
            cover("cover.suspend", "/policies/suspend", Queue, 2),
            cover("cover.resume", "/policies/resume", Queue, 2),
            cover("cover.transfer", "/policies/transfer", Queue, 1),
            cover("cover.end", "/policies/end", Queue, 3),
        ],
        every: 55,
        took_ms: (240, 900),
        outage: Some((1_200, 1_020)),
        ..USUAL
    },
    Integration {
        partner: "Aurora Mutual",
        slug: "aurora",
        kind: Kind::Insurance,
        purpose: "Cover when Nordlicht can’t give it",
        criticality: High,
        path: "insurance-two",
        credential_ends_in: Some(41),
        operations: &[
            cover("cover.start", "/policies", Queue, 3),
            cover("cover.suspend", "/policies/suspend", Queue, 1),
            cover("cover.resume", "/policies/resume", Queue, 1),
            cover("cover.transfer", "/policies/transfer", Queue, 1),
            cover("cover.end", "/policies/end", Queue, 1),
        ],
        every: 310,
        took_ms: (310, 1_100),
        ..USUAL
    },
    Integration {
        partner: "RoadSense",
        slug: "roadsense",
        kind: Kind::Telematics,
        purpose: "Odometers and trackers",
        criticality: High,
        path: "telematics",
        inbound: Hmac,
        latency_ms: 1_000,
        operations: &[
            tracker("tracker.pair", "/trackers/pair"),
            tracker("tracker.unpair", "/trackers/unpair"),
            Operation {
                name: "odometer.read",
                method: "GET",
                path: "/vehicles/{vehicle.vin}/odometer",
                timeout_ms: 1_500,
                deadline_ms: 4_000,
                plan: LastKnown,
                subject: "vehicle",
                weight: 8,
            },
        ],
        every: 26,
        took_ms: (120, 640),
        outage: Some((370, 230)),
        ..USUAL
    },
    Integration {
        partner: "Ardent Payments",
        slug: "ardent",
        kind: Kind::Payments,
        purpose: "Charges and refunds",
        criticality: Critical,
        path: "payments",
        inbound: Standard,
        availability_ppm: 999_000,
        credential_ends_in: Some(12),
        operations: &[money("charge.create", "/charges", 6), money("refund.create", "/refunds", 1)],
        every: 41,
        took_ms: (80, 220),
        ..USUAL
    },
    Integration {
        partner: "VeriDrive",
        slug: "veridrive",
        kind: Kind::Licence,
        purpose: "Licence checks before a hand-over",
        criticality: High,
        path: "identity",
        auth: OAuth2,
        auth_name: "keyfob",
        operations: &[other("licence.check", "/checks", Refuse, "customer")],
        every: 87,
        took_ms: (150, 500),
        outage: Some((2_100, 1_830)),
        ..USUAL
    },
    Integration {
        partner: "Kestrel Roadside",
        slug: "kestrel",
        kind: Kind::Other,
        purpose: "Help for cars that broke down",
        path: "roadside",
        operations: &[other("assistance.request", "/callouts", Refuse, "vehicle")],
        every: 390,
        took_ms: (60, 180),
        ..USUAL
    },
    Integration {
        partner: "Bosun Workshops",
        slug: "bosun",
        kind: Kind::Maintenance,
        purpose: "Workshop slots",
        path: "workshop",
        operations: &[other("slot.book", "/slots", Queue, "vehicle")],
        every: 140,
        took_ms: (220, 900),
        ..USUAL
    },
    Integration {
        partner: "TollGrid",
        slug: "tollgrid",
        kind: Kind::Tolls,
        purpose: "Toll tags, and fines by plate",
        criticality: Low,
        state: Draft,
        path: "tolls",
        operations: &[other("tag.register", "/tags", Queue, "vehicle")],
        ..USUAL
    },
];
