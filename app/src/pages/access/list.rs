//! The list of API keys and OAuth clients.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::use_location;

use super::{reads::key_list, tabs::AccessTabs};
use crate::{
    components::{ListPanel, Loaded, PageHead},
    viewer::may,
    views::ListView,
};

/// The list of API keys and OAuth clients.
#[component]
pub fn KeysPage() -> impl IntoView {
    let search = use_location().search;
    let list = Resource::new(move || search.get(), key_list);
    view! { <Loaded resource=list view=show/> }
}

fn show(list: ListView) -> AnyView {
    view! {
        <PageHead title="API keys and clients".to_owned()>
            {may(Permission::AccessManage)
                .then(|| view! {
                    <a class="btn quiet" href="/access/revoke">"Revoke many …"</a>
                    <a class="btn" href="/access/keys/new?kind=oauth_client">"New OAuth client"</a>
                    <a class="btn primary" href="/access/keys/new?kind=api_key">"New API key"</a>
                })}
        </PageHead>
        <AccessTabs here="/access/keys"/>
        <ListPanel list empty="Issue the first API key or OAuth client for a partner, and it appears here."/>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(search: String) -> Result<ListView, crate::error::AppError> {
    use domain::{ids::PartnerId, permissions::marker::AccessRead};
    use services::{
        credentials::{self, Filter, Sort},
        partners,
    };

    use crate::{
        context::{answer, asked},
        listing::Address,
        views::Chip,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let address = Address::parse("/access/keys", &search, rows::FILTERS)?;
        let sorted = address.sort(rows::COLUMNS, "name")?;
        let partner: Option<PartnerId> = address.parsed("partner")?;
        let filter = Filter {
            kind: address.parsed("kind")?,
            state: address.parsed("state")?,
            environment: address.parsed("environment")?,
            partner,
            has_old_secret: rows::is_old(&address)?,
            query: address.get("q").map(str::to_owned),
            sort: if sorted.0 == "created" { Sort::Created } else { Sort::Name },
            is_descending: sorted.1,
            cursor: address.get("cursor").map(str::to_owned),
        };
        let page = credentials::list(&cx, &access, &filter).await?;
        let now = cx.clock.now();
        let mut view = address.view(
            "API keys and OAuth clients",
            "Name or public id",
            rows::COLUMNS,
            sorted,
            page,
            |credential, shown| rows::row(&credential, shown, &actor, now),
        );
        view.chips = rows::chips(&address);
        view.filters.extend(rows::other_state(&address));
        view.filters.extend(address.filter_chip("Environment", "environment"));
        if let Some(id) = partner {
            let names = partners::choices(&cx, &access).await?;
            let name =
                names.into_iter().find(|(other, _)| *other == id).map_or_else(|| id.to_string(), |(_, name)| name);
            let href = address.href(&[("partner", None)]);
            view.filters.push(Chip { label: format!("Partner: {name}"), href, is_on: true });
        }
        Ok(view)
    })
    .await
}

/// From the address to chips, and from records to rows.
#[cfg(feature = "ssr")]
pub(super) mod rows {
    use domain::{
        Timestamp,
        credentials::{CredentialKind, State},
        permissions::Permission,
    };
    use services::{Error, access::Actor, credentials::Listed};

    use super::super::words::{environment, state, stem};
    use crate::{
        listing::{Address, Known, column},
        views::{Cell, Chip, Row, When},
        words,
    };

    /// What can stand in the address.
    pub(in super::super) const FILTERS: &[&str] = &["kind", "state", "environment", "partner", "secret"];

    pub(in super::super) const COLUMNS: &[Known] = &[
        column("name", "Name").sortable(),
        column("partner", "Partner"),
        column("environment", "Environment"),
        column("state", "State"),
        column("used", "Last used"),
        column("expires", "Expires"),
        column("created", "Created").sortable(),
        column("version", "API version").hidden(),
        column("kind", "Kind").hidden(),
        column("by", "Created by").hidden(),
    ];

    /// The views: one condition each, in place of the others.
    const VIEWS: [(&str, &str, &str); 5] = [
        ("API keys", "kind", CredentialKind::ApiKey.as_str()),
        ("OAuth clients", "kind", CredentialKind::OauthClient.as_str()),
        ("Waiting for approval", "state", State::PendingApproval.as_str()),
        ("Old secret in use", "secret", "old"),
        ("Revoked", "state", State::Revoked.as_str()),
    ];
    const VIEW_KEYS: [&str; 3] = ["kind", "state", "secret"];

    pub(in super::super) fn is_old(address: &Address) -> Result<bool, Error> {
        match address.get("secret") {
            None => Ok(false),
            Some("old") => Ok(true),
            Some(other) => Err(Error::invalid_field(
                "secret",
                format!("“{other}” is not a value of the filter “secret”. Open the list afresh and choose again."),
            )),
        }
    }

    pub(in super::super) fn chips(address: &Address) -> Vec<Chip> {
        let view = |label: &str, wanted: Option<(&str, &str)>| {
            let value = |key: &str| wanted.filter(|(of, _)| *of == key).map(|(_, value)| value);
            let changes = VIEW_KEYS.map(|key| (key, value(key)));
            Chip {
                label: label.to_owned(),
                href: address.href(&changes),
                is_on: changes.iter().all(|(key, value)| address.get(key) == *value),
            }
        };
        let views = VIEWS.iter().map(|(label, key, value)| view(label, Some((key, value))));
        std::iter::once(view("All", None)).chain(views).collect()
    }

    /// A state that no view shows.
    pub(in super::super) fn other_state(address: &Address) -> Option<Chip> {
        let is_view = VIEWS.iter().any(|(_, key, value)| *key == "state" && address.get("state") == Some(value));
        if is_view { None } else { address.filter_chip("State", "state") }
    }

    pub(in super::super) fn row(credential: &Listed, shown: &[&Known], actor: &Actor, now: Timestamp) -> Row {
        let at = |at: Option<i64>| Cell::When(at.map_or_else(When::default, |at| words::when(Timestamp(at), now)));
        let partner = || {
            let name = credential.partner_name.clone();
            if actor.holds(Permission::PartnersRead) {
                Cell::Link(name, format!("/partners/{}", credential.partner_id))
            } else {
                Cell::Text(name)
            }
        };
        let cells = shown
            .iter()
            .map(|column| match column.key {
                "name" => Cell::Who(credential.name.clone(), stem(credential)),
                "partner" => partner(),
                "environment" => Cell::Badge(environment(credential.environment())),
                "state" => Cell::Badge(state(credential, now)),
                "used" if credential.last_used_at.is_none() => Cell::Text("Never".to_owned()),
                "used" => at(credential.last_used_at),
                "expires" if credential.expires_at.is_none() => Cell::Text("Never".to_owned()),
                "expires" => at(credential.expires_at),
                "version" => Cell::Code(credential.api_version.clone()),
                "kind" => Cell::Text(credential.kind().label().to_owned()),
                "by" => Cell::Text(credential.created_by.clone()),
                _ => at(Some(credential.created_at)),
            })
            .collect();
        let mark = match credential.state() {
            _ if !credential.is_open(now) => "off",
            State::PendingApproval => "attn",
            _ => "",
        };
        Row { href: format!("/access/keys/{}", credential.id), mark: mark.to_owned(), cells }
    }
}
