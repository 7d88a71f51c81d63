//! Integrations: how we call a partner, and what happens when that fails.

mod breaker;
pub mod naming;
mod retry;

pub use breaker::{Admission, Breaker, Forced, Outcome, Turn};
pub use retry::{after_failure, backoff};

crate::text_enum! {
    /// What a partner does for us through an integration.
    pub enum IntegrationKind {
        /// Insures cars.
        Insurance = "insurance", "Insurance";
        /// Knows where cars are and how far they went.
        Telematics = "telematics", "Telematics";
        /// Takes and returns money.
        Payments = "payments", "Payments";
        /// Checks who somebody is.
        Identity = "identity", "Identity checks";
        /// Checks licences.
        Licence = "licence", "Licence checks";
        /// Repairs and inspects cars.
        Maintenance = "maintenance", "Maintenance";
        /// Tells of tolls and fines.
        Tolls = "tolls", "Tolls and fines";
        /// Anything else.
        Other = "other", "Other";
    }
}

crate::text_enum! {
    /// Whether an integration may be used.
    pub enum IntegrationState {
        /// It is being set up, and nothing is sent.
        Draft = "draft", "Being set up";
        /// It is in use.
        Live = "live", "Live";
        /// Evidence has run out: it answers what is under way, and begins nothing new.
        Restricted = "restricted", "Restricted";
        /// It may not be used; what is queued waits.
        Held = "held", "Held";
        /// It is not used any more.
        Retired = "retired", "Retired";
    }
}

impl IntegrationState {
    /// Whether calls go out.
    pub const fn may_call(self) -> bool {
        matches!(self, Self::Live | Self::Restricted)
    }
}

crate::text_enum! {
    /// How much depends on it.
    pub enum Criticality {
        /// Nobody would notice for days.
        Low = "low", "Low";
        /// Work gets slower.
        Medium = "medium", "Medium";
        /// Customers notice.
        High = "high", "High";
        /// Cars stand still.
        Critical = "critical", "Critical";
    }
}

crate::text_enum! {
    /// How we prove ourselves to a partner.
    pub enum Auth {
        /// Not at all.
        None = "none", "Nothing";
        /// A token in the header Authorization.
        Bearer = "bearer", "Bearer token";
        /// A user's name and a password.
        Basic = "basic", "User name and password";
        /// A key in a header of the partner's choice.
        Header = "header", "Key in a header";
        /// An access token that is asked for first (OAuth 2.0, client credentials).
        OAuth2 = "oauth2", "OAuth 2.0 client";
    }
}

crate::text_enum! {
    /// How a partner proves that a message is from it.
    pub enum InboundScheme {
        /// Nothing comes in.
        None = "none", "No messages come in";
        /// Standard Webhooks.
        Standard = "standard", "Standard Webhooks";
        /// HMAC-SHA-256 of the body, in hexadecimal digits.
        Hmac = "hmac", "HMAC-SHA-256 of the body";
        /// Stripe's scheme: a time and an HMAC of time and body.
        Stripe = "stripe", "Stripe’s signature";
    }
}

crate::text_enum! {
    /// What is done when an operation can't be had.
    pub enum Plan {
        /// Another integration is asked.
        Second = "second", "Ask the second provider";
        /// The last answer to the same question, with its age.
        LastKnown = "last_known", "Last known answer";
        /// It is asked later, until it is done.
        Queue = "queue", "Queue for later";
        /// Whoever asked is told why not.
        Refuse = "refuse", "Refuse with a reason";
    }
}

crate::text_enum! {
    /// Where a circuit breaker stands.
    pub enum BreakerState {
        /// Calls go through.
        Closed = "closed", "Closed";
        /// No call goes through.
        Open = "open", "Open";
        /// Single calls go through, to find out.
        HalfOpen = "half_open", "Half-open";
    }
}

crate::text_enum! {
    /// Where a queued call stands.
    pub enum CallState {
        /// It waits for its time.
        Ready = "ready", "Waiting";
        /// A worker has it.
        Running = "running", "On its way";
        /// The partner took it.
        Done = "done", "Done";
        /// It was tried as often as there is patience for.
        Dead = "dead", "Given up";
        /// Somebody decided that it is not needed any more.
        Cancelled = "cancelled", "Cancelled";
    }
}

crate::text_enum! {
    /// How a call through the gateway ended, for whoever asked.
    pub enum CallOutcome {
        /// The partner answered.
        Answered = "answered", "Answered";
        /// The second provider answered.
        Second = "second", "Second provider";
        /// The last known answer was given.
        LastKnown = "last_known", "Last known answer";
        /// It was queued.
        Queued = "queued", "Queued";
        /// It was refused.
        Refused = "refused", "Refused";
    }
}

crate::text_enum! {
    /// What a call failed of.
    pub enum CallFailure {
        /// Somebody switched it off.
        Switched = "switched", "Switched off";
        /// The integration is not live.
        Gate = "gate", "Gate closed";
        /// The contract doesn't let these fields leave.
        Contract = "contract", "Contract";
        /// Faster than the partner wants it.
        Rate = "rate", "Too fast";
        /// Too many at once.
        Bulkhead = "bulkhead", "Too many at once";
        /// The breaker is open.
        Open = "open", "Circuit open";
        /// No answer in time.
        Timeout = "timeout", "No answer in time";
        /// No connection, or it broke.
        Connection = "connection", "Connection failed";
        /// The partner said that it is its own fault.
        Server = "server", "Partner’s error";
        /// The partner said that it is ours.
        Client = "client", "Refused by the partner";
        /// Our credential was not taken.
        Credential = "credential", "Credential not taken";
        /// The partner wants us to slow down.
        Throttled = "throttled", "Throttled by the partner";
        /// An answer that is none.
        Malformed = "malformed", "Answer not understood";
        /// A drill: it was made to fail.
        Drill = "drill", "Failure drill";
    }
}

impl CallFailure {
    /// Whether the partner itself failed, which the breaker counts. Our credential, our haste and our gate are no
    /// failure of the partner.
    pub const fn counts_against_partner(self) -> bool {
        matches!(self, Self::Timeout | Self::Connection | Self::Server | Self::Malformed)
    }

    /// Whether the same call, a little later, may do better.
    pub const fn may_pass_later(self) -> bool {
        !matches!(self, Self::Contract | Self::Client)
    }

    /// Whether nothing was sent to the partner.
    pub const fn was_not_sent(self) -> bool {
        matches!(
            self,
            Self::Switched | Self::Gate | Self::Contract | Self::Rate | Self::Bulkhead | Self::Open | Self::Drill
        )
    }
}

crate::text_enum! {
    /// How much a kill switch stops.
    pub enum KillLevel {
        /// All calls to all partners.
        Everything = "everything", "Everything";
        /// All integrations of a partner.
        Partner = "partner", "Partner";
        /// One integration.
        Integration = "integration", "Integration";
        /// One operation of one integration.
        Operation = "operation", "Operation";
        /// One webhook endpoint.
        Endpoint = "endpoint", "Webhook endpoint";
    }
}
