//! What the log says, in the words of the page. Server only.

use std::collections::HashMap;

use domain::{
    Timestamp,
    permissions::{Permission, marker::StaffRead},
    subscription::Tone,
};
use services::{
    Error, Services,
    access::Actor,
    audit::{Listed, Outcome},
    staff,
};

use crate::views::Badge;

/// Groups of actions by what their names begin with.
pub(super) const GROUPS: [(&str, &str); 27] = [
    ("", "All areas"),
    ("access.", "Refused access"),
    ("customer.", "Customers"),
    ("vehicle.", "Fleet"),
    ("plan.", "Plans"),
    ("subscription.", "Subscriptions"),
    ("note.", "Notes"),
    ("tag.", "Tags"),
    ("staff.sign", "Sign-ins"),
    ("staff.", "Staff"),
    ("session.", "Sessions"),
    ("role.", "Roles"),
    ("credential.", "Keys and clients"),
    ("token.", "Tokens"),
    ("limit", "Limits"),
    ("partner.", "Partners"),
    ("organisation.", "Switches"),
    ("driver.", "Drivers"),
    ("webhook_endpoint.", "Webhooks"),
    ("integration.", "Integrations"),
    ("vault.", "Vault"),
    ("partner_call.", "Calls to partners"),
    ("kill_switch.", "Kill switches"),
    ("assessment.", "Assessments"),
    ("contract.", "Contracts"),
    ("inbound.", "Messages from partners"),
    ("patch.", "Updates"),
];

/// An action as people read it: "Customer updated".
pub(super) fn action(action: &str) -> String {
    let words = action.replace(['.', '_'], " ");
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// What came of it.
pub(super) fn outcome(word: &str) -> Badge {
    match word.parse::<Outcome>() {
        Ok(outcome) => {
            let tone = match outcome {
                Outcome::Done => Tone::Ok,
                Outcome::Refused => Tone::Danger,
                Outcome::Failed => Tone::Warn,
            };
            Badge::new(tone, outcome.label())
        }
        Err(_) => Badge::new(Tone::Neutral, word),
    }
}

/// A part of an address.
pub(super) fn href(pairs: &[(&str, &str)]) -> String {
    let query = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    format!("/security?{query}")
}

/// The people behind the ids that the log keeps. It keeps no names, so they are those of today; who may not see staff
/// sees ids.
#[derive(Debug, Default)]
pub(super) struct People {
    names: HashMap<String, String>,
    may_see: bool,
}

impl People {
    /// Reads them, as far as the actor may see them.
    pub(super) async fn read(cx: &Services, actor: &Actor) -> Result<Self, Error> {
        if !actor.holds(Permission::StaffRead) {
            return Ok(Self::default());
        }
        let members = staff::list(cx, &actor.authorize::<StaffRead>()?, &staff::Filter::default()).await?;
        let names = members.into_iter().map(|member| (member.id.to_string(), member.name)).collect();
        Ok(Self { names, may_see: true })
    }

    /// Who did it.
    pub(super) fn actor(&self, event: &Listed) -> String {
        match event.actor_type.as_str() {
            "staff" => {
                self.names.get(&event.actor_id).cloned().unwrap_or_else(|| format!("Staff {}", short(&event.actor_id)))
            }
            "job" => format!("Job: {}", event.actor_id),
            "command_line" => "Command line".to_owned(),
            "nobody" => "Nobody signed in".to_owned(),
            other => format!("{other} {}", event.actor_id),
        }
    }

    /// The page of who did it.
    pub(super) fn actor_href(&self, event: &Listed) -> Option<String> {
        (self.may_see && event.actor_type == "staff").then(|| format!("/settings/staff/{}", event.actor_id))
    }

    /// What it was done to.
    pub(super) fn target(&self, event: &Listed) -> String {
        let kind = action(&event.target_type);
        match (event.target_type.as_str(), event.target_id.as_str()) {
            ("", _) => String::new(),
            (_, "") => kind,
            ("staff", id) => {
                self.names.get(id).map_or_else(|| format!("{kind} {}", short(id)), |name| format!("{kind}: {name}"))
            }
            (_, id) => format!("{kind} {}", short(id)),
        }
    }
}

/// The page of what it was done to, for those who may see it.
pub(super) fn target_href(event: &Listed, actor: &Actor) -> Option<String> {
    let id = &event.target_id;
    let (permission, href) = match event.target_type.as_str() {
        "customer" => (Permission::CustomersRead, format!("/customers/{id}")),
        "vehicle" => (Permission::FleetRead, format!("/fleet/{id}")),
        "plan" => (Permission::PlansRead, format!("/plans/{id}")),
        "subscription" => (Permission::SubscriptionsRead, format!("/subscriptions/{id}")),
        "staff" => (Permission::StaffRead, format!("/settings/staff/{id}")),
        "role" => (Permission::RolesManage, format!("/settings/roles/{id}/edit")),
        _ => return None,
    };
    (actor.holds(permission) && !id.is_empty()).then_some(href)
}

/// An id shortened to the end, where ids made in the same moment differ.
pub(super) fn short(id: &str) -> String {
    match id.char_indices().rev().nth(7) {
        Some((start, _)) if start > 0 => format!("…{}", &id[start..]),
        _ => id.to_owned(),
    }
}

/// A time as a filter's field sends it, on the clocks of the page.
pub(super) fn parse_time(field: &str, text: &str) -> Result<Timestamp, Error> {
    text.parse::<jiff::civil::DateTime>()
        .ok()
        .and_then(|time| time.in_tz(services::clock::ZONE).ok())
        .map(|time| Timestamp(time.timestamp().as_millisecond()))
        .ok_or_else(|| Error::invalid_field(field, "Enter a time as year-month-day and hour, like 2026-07-03T14:05."))
}

/// A time as a filter's field shows it.
pub(super) fn time_field(at: Timestamp) -> String {
    services::clock::zoned(at, services::clock::ZONE).strftime("%Y-%m-%dT%H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actions_read_as_words() {
        assert_eq!(action("customer.updated"), "Customer updated");
        assert_eq!(action("staff.sign_in_refused"), "Staff sign in refused");
        assert_eq!(action(""), "");
    }

    #[test]
    fn times_of_the_filters_survive_their_way_through_the_address() {
        let at = parse_time("from", "2026-07-03T14:05").unwrap();
        assert_eq!(time_field(at), "2026-07-03T14:05");
        assert_eq!(at, Timestamp(1_783_080_300_000), "summer time is two hours ahead of UTC");
        assert!(parse_time("from", "yesterday").is_err());
    }

    #[test]
    fn long_ids_are_shortened_at_the_end_that_differs() {
        assert_eq!(short("0192f0aa-0000-7000-8000-00000000beef"), "…0000beef");
        assert_eq!(short("12345678"), "12345678");
    }
}
