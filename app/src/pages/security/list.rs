//! The list of events: what narrows it, and its rows.

use leptos::prelude::*;

use super::reads::{EventListView, FilterField};

/// Fields that narrow the list; the address keeps them.
#[component]
pub(super) fn Filters(
    /// The list and what stands in the fields.
    events: EventListView,
) -> impl IntoView {
    let kept: Vec<_> =
        events.kept.into_iter().map(|(name, value)| view! { <input type="hidden" name=name value=value/> }).collect();
    let fields: Vec<_> = events.fields.into_iter().map(field).collect();
    let clear = events.list.clear_href;
    let is_filtered = events.list.is_filtered;
    let groups: Vec<_> = events
        .groups
        .into_iter()
        .map(|(key, label)| {
            let is_chosen = key == events.group;
            view! { <option value=key selected=is_chosen>{label}</option> }
        })
        .collect();
    view! {
        <form class="filters" method="get">
            {kept}
            <div class="field">
                <label for="filter-group">"Area"</label>
                <select class="input" id="filter-group" name="group">{groups}</select>
            </div>
            {fields}
            <button class="btn" type="submit">"Apply"</button>
            {is_filtered.then(|| view! { <a class="btn quiet" href=clear>"Clear"</a> })}
        </form>
    }
}

fn field(field: FilterField) -> AnyView {
    let id = format!("filter-{}", field.name);
    view! {
        <div class="field">
            <label for=id.clone()>{field.label}</label>
            <input class="input" id=id name=field.name type=field.kind value=field.value placeholder=field.example autocomplete="off"/>
        </div>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(search: String) -> Result<EventListView, crate::error::AppError> {
    use domain::permissions::marker::AuditRead;
    use services::audit::{self, Outcome, Stream};

    use super::words::{GROUPS, People};
    use crate::{
        context::{answer, asked},
        listing::Address,
        words,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AuditRead>()?;
        let now = cx.clock.now();
        let address = Address::parse("/security", &search, narrow::KEYS)?;
        let filter = narrow::filter(&cx, &actor, &address).await?;
        let page = audit::list(&cx, &access, &filter).await?;
        let people = People::read(&cx, &actor).await?;
        let sorted = ("time", true);
        let mut list = address.view(
            "Audit events",
            "Action, address or request id",
            rows::COLUMNS,
            sorted,
            page,
            |event, shown| rows::row(&event, shown, &people, &actor, now),
        );
        let is_unfiltered = address.get("stream").is_none() && address.get("outcome").is_none();
        let mut all = address.chip("All", "stream", None);
        all.href = address.href(&[("stream", None), ("outcome", None)]);
        all.is_on = is_unfiltered;
        list.chips.push(all);
        list.chips.extend(
            Stream::ALL.iter().map(|stream| narrow::toggle(&address, "stream", stream.as_str(), stream.label())),
        );
        list.chips.extend(
            Outcome::ALL.iter().map(|outcome| narrow::toggle(&address, "outcome", outcome.as_str(), outcome.label())),
        );
        list.filters.extend(address.filter_chip("Request", "request"));
        let columns =
            list.choices.iter().filter(|choice| choice.is_on).map(|choice| ("col".to_owned(), choice.key.clone()));
        let own = |key: &str| key == "group" || narrow::FIELDS.iter().any(|(name, ..)| *name == key);
        let kept = list.kept.iter().filter(|(key, _)| !own(key)).cloned();
        let query = (!list.query.is_empty()).then(|| ("q".to_owned(), list.query.clone()));
        Ok(EventListView {
            fields: narrow::fields(&address),
            groups: GROUPS.iter().map(|(key, label)| ((*key).to_owned(), (*label).to_owned())).collect(),
            group: address.get("group").unwrap_or_default().to_owned(),
            kept: kept.chain(query).chain(columns).collect(),
            printed: format!("{} · {}", narrow::in_words(&address), words::when(now, now).exact),
            list,
        })
    })
    .await
}

/// From the address to a filter.
#[cfg(feature = "ssr")]
mod narrow {
    use std::net::IpAddr;

    use domain::permissions::marker::StaffRead;
    use services::{Error, Services, access::Actor, audit::Filter, staff};

    use super::super::{
        reads::FilterField,
        words::{GROUPS, parse_time},
    };
    use crate::{listing::Address, views::Chip};

    /// What can stand in the address.
    pub(super) const KEYS: &[&str] =
        &["stream", "outcome", "group", "actor", "ip", "target", "from", "until", "request"];

    /// Name, label, kind and example of each field.
    pub(super) const FIELDS: [(&str, &str, &str, &str); 5] = [
        ("actor", "Who", "text", "E-mail or id"),
        ("target", "To what", "text", "customer:id"),
        ("ip", "Address", "text", "192.0.2.7"),
        ("from", "From", "datetime-local", ""),
        ("until", "Until", "datetime-local", ""),
    ];

    pub(super) fn fields(address: &Address) -> Vec<FilterField> {
        let field = |(name, label, kind, example): (&str, &str, &str, &str)| FilterField {
            value: address.get(name).unwrap_or_default().to_owned(),
            name: name.to_owned(),
            label: label.to_owned(),
            kind: kind.to_owned(),
            example: example.to_owned(),
        };
        FIELDS.into_iter().map(field).collect()
    }

    /// A view that is pressed on and off, beside others.
    pub(super) fn toggle(address: &Address, key: &str, value: &str, label: &str) -> Chip {
        let is_on = address.get(key) == Some(value);
        Chip { label: label.to_owned(), href: address.href(&[(key, (!is_on).then_some(value))]), is_on }
    }

    /// The filters in force, for the printed page.
    pub(super) fn in_words(address: &Address) -> String {
        let pairs: Vec<String> = KEYS
            .iter()
            .chain(&["q"])
            .filter_map(|key| address.get(key).map(|value| format!("{key}: {value}")))
            .collect();
        if pairs.is_empty() { "All events".to_owned() } else { format!("Filters: {}", pairs.join(", ")) }
    }

    pub(super) async fn filter(cx: &Services, actor: &Actor, address: &Address) -> Result<Filter, Error> {
        let group = address.get("group");
        if group.is_some_and(|group| !GROUPS.iter().any(|(key, _)| *key == group)) {
            return Err(Error::invalid_field("group", "There is no such area. Open the list afresh and choose again."));
        }
        let time = |key: &str| address.get(key).map(|text| parse_time(key, text)).transpose();
        let filter = Filter {
            stream: address.parsed("stream")?,
            outcome: address.parsed("outcome")?,
            action: group.map(str::to_owned),
            actor: match address.get("actor") {
                Some(text) => Some(who(cx, actor, text).await?),
                None => None,
            },
            target: address.get("target").map(target).transpose()?,
            ip: address.get("ip").map(str::to_owned),
            request: address.get("request").map(str::to_owned),
            from: time("from")?,
            until: time("until")?,
            cursor: address.get("cursor").map(str::to_owned),
            limit: None,
        };
        Ok(address.get("q").map(str::trim).map_or(filter.clone(), |query| searched(filter, query)))
    }

    /// Somebody by id, or by the address they sign in with: the log knows only ids.
    async fn who(cx: &Services, actor: &Actor, text: &str) -> Result<String, Error> {
        if !text.contains('@') {
            return Ok(text.to_owned());
        }
        let access = actor.authorize::<StaffRead>()?;
        Ok(staff::find_by_email(cx, &access, text.trim()).await?.id.to_string())
    }

    fn target(text: &str) -> Result<(String, String), Error> {
        text.split_once(':')
            .filter(|(kind, id)| !kind.is_empty() && !id.is_empty())
            .map(|(kind, id)| (kind.trim().to_owned(), id.trim().to_owned()))
            .ok_or_else(|| {
                Error::invalid_field(
                    "target",
                    "Enter a kind and an id, like customer:0192f0aa-….  Or follow “About this” from an event.",
                )
            })
    }

    /// What is typed into the search field: an address, an action, or else a request's id.
    fn searched(filter: Filter, query: &str) -> Filter {
        let is_action = query.contains('.') && query.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '.' | '_'));
        let query = query.to_owned();
        if query.parse::<IpAddr>().is_ok() {
            Filter { ip: Some(query), ..filter }
        } else if is_action {
            Filter { action: Some(query), ..filter }
        } else {
            Filter { request: Some(query), ..filter }
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn what_is_searched_for_is_told_by_its_shape() {
            let searched = |query| searched(Filter::default(), query);
            assert_eq!(searched("192.0.2.7").ip.as_deref(), Some("192.0.2.7"));
            assert_eq!(searched("2001:db8::7").ip.as_deref(), Some("2001:db8::7"));
            assert_eq!(searched("customer.updated").action.as_deref(), Some("customer.updated"));
            assert_eq!(searched("0192f0aa-11").request.as_deref(), Some("0192f0aa-11"));
        }

        #[test]
        fn a_target_needs_a_kind_and_an_id() {
            assert_eq!(target("role:7").unwrap(), ("role".to_owned(), "7".to_owned()));
            assert!(target("role").is_err());
            assert!(target(":7").is_err());
        }
    }
}

/// The table's columns and rows.
#[cfg(feature = "ssr")]
mod rows {
    use domain::Timestamp;
    use services::{access::Actor, audit::Listed};

    use super::super::words::{self, People};
    use crate::{
        listing::{Known, column},
        views::{Cell, Row},
        words::when,
    };

    pub(super) const COLUMNS: &[Known] = &[
        column("event", "Event"),
        column("target", "To what"),
        column("outcome", "Outcome"),
        column("actor", "Who"),
        column("ip", "Address"),
        column("time", "Time"),
        column("seq", "No."),
        column("request", "Request").hidden(),
    ];

    pub(super) fn row(event: &Listed, shown: &[&Known], people: &People, actor: &Actor, now: Timestamp) -> Row {
        let cells = shown
            .iter()
            .map(|column| match column.key {
                "event" => Cell::Who(words::action(&event.action), event.action.clone()),
                "target" => match words::target_href(event, actor) {
                    Some(href) => Cell::Link(people.target(event), href),
                    None => Cell::Text(people.target(event)),
                },
                "outcome" => Cell::Badge(words::outcome(&event.outcome)),
                "actor" => Cell::Text(people.actor(event)),
                "ip" => Cell::Text(event.ip.clone()),
                "time" => Cell::When(when(Timestamp(event.occurred_at), now)),
                "seq" => Cell::Code(format!("{} #{}", event.stream, event.seq)),
                _ => Cell::Code(event.request_id.clone()),
            })
            .collect();
        let mark = if event.outcome == "done" { "" } else { "attn" };
        Row { href: format!("/security/events/{}", event.id), mark: mark.to_owned(), cells }
    }
}
