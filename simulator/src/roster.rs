//! Who is played, and what each can be asked.

/// A partner that is played.
#[derive(Clone, Copy, Debug)]
pub struct Partner {
    /// Its name here, which is a part of its secret.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The first part of its paths, without slashes.
    pub place: &'static str,
    /// What its references begin with.
    pub prefix: &'static str,
    /// Whether it also takes access tokens of `/oauth/token`.
    pub takes_tokens: bool,
    /// What it can be asked.
    pub operations: &'static [Operation],
}

/// Something that a partner can be asked.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// Keyfob's word for it.
    pub name: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path below the partner's own; a part in braces stands for any one part.
    pub path: &'static str,
}

impl Operation {
    /// Whether a path is one of its own.
    pub fn is_at(&self, method: &str, path: &str) -> bool {
        let (mut wanted, mut found) = (self.path.split('/'), path.split('/'));
        let are_alike = wanted
            .by_ref()
            .zip(found.by_ref())
            .all(|(wanted, found)| if wanted.starts_with('{') { !found.is_empty() } else { wanted == found });
        let are_as_long = self.path.split('/').count() == path.split('/').count();
        self.method == method && are_alike && are_as_long
    }
}

const fn post(name: &'static str, path: &'static str) -> Operation {
    Operation { name, method: "POST", path }
}

const fn get(name: &'static str, path: &'static str) -> Operation {
    Operation { name, method: "GET", path }
}

const HEALTH: Operation = get("health", "/health");

const INSURANCE: &[Operation] = &[
    post("cover.start", "/policies"),
    post("cover.suspend", "/policies/suspend"),
    post("cover.resume", "/policies/resume"),
    post("cover.transfer", "/policies/transfer"),
    post("cover.end", "/policies/end"),
    HEALTH,
];

/// Everybody who is played.
pub const PARTNERS: &[Partner] = &[
    Partner {
        name: "nordlicht",
        title: "Nordlicht Versicherung",
        place: "insurance",
        prefix: "NL",
        takes_tokens: false,
        operations: INSURANCE,
    },
    Partner {
        name: "aurora",
        title: "Aurora Mutual",
        place: "insurance-two",
        prefix: "AU",
        takes_tokens: false,
        operations: INSURANCE,
    },
    Partner {
        name: "roadsense",
        title: "RoadSense",
        place: "telematics",
        prefix: "RS",
        takes_tokens: false,
        operations: &[
            post("tracker.pair", "/trackers/pair"),
            post("tracker.unpair", "/trackers/unpair"),
            get("odometer.read", "/vehicles/{vin}/odometer"),
            HEALTH,
        ],
    },
    Partner {
        name: "ardent",
        title: "Ardent Payments",
        place: "payments",
        prefix: "AR",
        takes_tokens: false,
        operations: &[post("charge.create", "/charges"), post("refund.create", "/refunds"), HEALTH],
    },
    Partner {
        name: "veridrive",
        title: "VeriDrive",
        place: "identity",
        prefix: "VD",
        takes_tokens: true,
        operations: &[post("licence.check", "/checks"), HEALTH],
    },
    Partner {
        name: "kestrel",
        title: "Kestrel Roadside",
        place: "roadside",
        prefix: "KR",
        takes_tokens: false,
        operations: &[post("assistance.request", "/callouts"), HEALTH],
    },
    Partner {
        name: "bosun",
        title: "Bosun Workshops",
        place: "workshop",
        prefix: "BW",
        takes_tokens: false,
        operations: &[post("slot.book", "/slots"), HEALTH],
    },
    Partner {
        name: "tollgrid",
        title: "TollGrid",
        place: "tolls",
        prefix: "TG",
        takes_tokens: false,
        operations: &[post("tag.register", "/tags"), HEALTH],
    },
];

/// A partner by its name or by its place.
pub fn partner(word: &str) -> Option<&'static Partner> {
    PARTNERS.iter().find(|partner| partner.name == word || partner.place == word)
}

/// What a partner is asked by a method and a path below its own.
pub fn operation(partner: &Partner, method: &str, path: &str) -> Option<&'static Operation> {
    partner.operations.iter().find(|operation| operation.is_at(method, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_operation_and_no_other() {
        let roadsense = partner("telematics").unwrap();
        let name = |method, path| operation(roadsense, method, path).map(|found| found.name);
        assert_eq!(name("GET", "/vehicles/WVWZZZ1KZAW000001/odometer"), Some("odometer.read"));
        assert_eq!(name("POST", "/vehicles/WVWZZZ1KZAW000001/odometer"), None);
        assert_eq!(name("GET", "/vehicles//odometer"), None);
        assert_eq!(name("GET", "/vehicles/x/odometer/more"), None);
        assert_eq!(name("GET", "/vehicles/x"), None);
    }
}
