//! What came in, what was turned away, and where messages are taken.

use domain::{Timestamp, inbound::MessageState, permissions::marker::IntegrationsRead};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use services::inbound::{self, Entrance, Filter, Message, Refused};

use super::{
    reads::{MessagesView, message_list},
    words as said,
};
use crate::{
    components::{ListPanel, Loaded, PageHead, PlainTable},
    context::{answer as answered, asked},
    error::AppError,
    listing::{Address, Known, column},
    pages::integrations::tabs::IntegrationTabs,
    views::{Cell, Chip, Row},
    words,
};

/// The list of messages.
#[component]
pub fn MessagesPage() -> impl IntoView {
    let search = use_location().search;
    let page = Resource::new(move || search.get(), message_list);
    view! { <Loaded resource=page view=show/> }
}

fn show(view: MessagesView) -> AnyView {
    let MessagesView { list, figures, refused, entrances } = view;
    let figures: Vec<_> =
        figures.into_iter().map(|(name, value)| view! { <div><dt>{name}</dt><dd>{value}</dd></div> }).collect();
    view! {
        <PageHead
            title="Messages in".to_owned()
            subtitle="What partners tell us, checked by its signature and worked off in order."
        />
        <IntegrationTabs here="/integrations/messages"/>
        <div class="stack">
            <dl class="strip">{figures}</dl>
            <ListPanel list empty="Give a partner one of the addresses below. What it sends there appears here."/>
            <PlainTable
                id="refused"
                heading="Turned away in the last 24 hours"
                note="None of it was kept. A wrong signature means another secret, or another sender."
                columns=vec!["Why", "How often", "Last", "From"]
                rows=refused
                empty="Nothing was turned away."
            />
            <PlainTable
                id="entrances"
                heading="Where messages are taken"
                note="The address that the partner calls, by POST."
                columns=vec!["Integration", "Address", "Signed by", "Secret set", "Integration is"]
                rows=entrances
                empty="No integration takes messages. Choose how its messages are signed on the integration’s page, and set a secret."
            />
        </div>
    }
    .into_any()
}

const COLUMNS: &[Known] = &[
    column("type", "Message"),
    column("state", "State"),
    column("outcome", "What came of it"),
    column("about", "About"),
    column("received", "Received"),
    column("attempts", "Attempts").number().hidden(),
    column("id", "Partner’s id").hidden(),
];

fn row(message: &Message, shown: &[&Known], now: Timestamp) -> Row {
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "type" => Cell::Who(said::kind(message), message.integration_name.clone()),
            "state" => Cell::Badge(said::state(message, now)),
            "outcome" => Cell::Text(said::outcome(message)),
            "about" => match said::record(message) {
                Some((label, href)) => Cell::Link(label, href),
                None => Cell::Text(String::new()),
            },
            "attempts" => Cell::Number(words::grouped(message.attempts)),
            "id" => Cell::Code(message.external_id.clone()),
            _ => Cell::When(words::when(Timestamp(message.received_at), now)),
        })
        .collect();
    let mark = match message.state() {
        MessageState::Parked => "bad",
        MessageState::Ready if message.attempts > 0 => "attn",
        MessageState::Ignored => "off",
        _ => "",
    };
    Row { href: format!("/integrations/messages/{}", message.id), mark: mark.to_owned(), cells }
}

fn refused_row(refused: &Refused, now: Timestamp) -> Row {
    let cells = vec![
        Cell::Text(refused.reason().to_owned()),
        Cell::Number(words::grouped(refused.count)),
        Cell::When(words::when(Timestamp(refused.last_at), now)),
        Cell::Code(refused.last_from.clone()),
    ];
    Row { href: String::new(), mark: String::new(), cells }
}

fn entrance_row(entrance: &Entrance, address: String, now: Timestamp) -> Row {
    let secret = match entrance.secret_set_at {
        Some(at) => Cell::When(words::when(Timestamp(at), now)),
        None => Cell::Text("None: everything is turned away".to_owned()),
    };
    let cells = vec![
        Cell::Who(entrance.name.clone(), entrance.partner_name.clone()),
        Cell::Code(address),
        Cell::Text(entrance.scheme().label().to_owned()),
        secret,
        Cell::Text(entrance.state().label().to_owned()),
    ];
    let mark = if entrance.secret_set_at.is_none() { "attn" } else { "" };
    let href = format!("/integrations/messages?integration={}", entrance.integration_id);
    Row { href, mark: mark.to_owned(), cells }
}

pub(super) async fn answer(search: String) -> Result<MessagesView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let address = Address::parse("/integrations/messages", &search, &["integration", "state"])?;
        let filter = Filter {
            integration: address.parsed("integration")?,
            state: address.parsed("state")?,
            query: address.get("q").map(str::to_owned),
            cursor: address.get("cursor").map(str::to_owned),
        };
        let now = cx.clock.now();
        let figures = inbound::figures(&cx, &access, filter.integration).await?;
        let entrances = inbound::entrances(&cx, &access, filter.integration).await?;
        let page = inbound::list(&cx, &access, &filter).await?;
        let sorted = ("received", true);
        let mut list =
            address.view("Messages", "The partner’s id of a message", COLUMNS, sorted, page, |one, shown| {
                row(&one, shown, now)
            });
        list.chips.push(address.chip("All", "state", None));
        for state in [MessageState::Parked, MessageState::Ready, MessageState::Done, MessageState::Ignored] {
            list.chips.push(address.chip(state.label(), "state", Some(state.as_str())));
        }
        if filter.integration.is_some() {
            let name = entrances.first().map_or("one only", |entrance| entrance.name.as_str());
            let href = address.href(&[("integration", None)]);
            list.filters.push(Chip { label: format!("Integration: {name}"), href, is_on: true });
        }
        let refused: i64 = figures.refused.iter().map(|refused| refused.count).sum();
        Ok(MessagesView {
            list,
            figures: vec![
                ("Received in 24 h".to_owned(), said::counted(figures.received)),
                ("Turned away in 24 h".to_owned(), words::grouped(refused)),
                ("Waiting".to_owned(), said::counted(figures.waiting)),
                ("Parked".to_owned(), said::counted(figures.parked)),
            ],
            refused: figures.refused.iter().map(|refused| refused_row(refused, now)).collect(),
            entrances: entrances.iter().map(|one| entrance_row(one, one.address(&cx), now)).collect(),
        })
    })
    .await
}
