//! The contract with a partner: what it says of each field, and what was withheld because of it.

use domain::{
    Timestamp,
    partners::{Field, Rule},
    permissions::{Permission, marker::IntegrationsRead},
    subscription::Tone,
};
use leptos::prelude::*;
use leptos_router::hooks::use_params_map;
use services::contracts::{self, Attempt, Contract, FieldTerms, UNUSED_AFTER};

use super::{
    crumbs,
    reads::{ContractView, read_contract},
    words as said,
};
use crate::{
    components::{Facts, Icon, Loaded, PageHead, PlainTable},
    context::{answer as answered, asked, parse_id},
    error::AppError,
    pages::integrations::tabs::IntegrationTabs,
    viewer::may,
    views::{Badge, Cell, Fact, Row},
    words,
};

/// One contract.
#[component]
pub fn ContractPage() -> impl IntoView {
    let params = use_params_map();
    let page = Resource::new(move || params.get().get("id").unwrap_or_default(), read_contract);
    view! { <Loaded resource=page view=show/> }
}

fn show(contract: ContractView) -> AnyView {
    let ContractView { id, name, state, note, facts, fields, counted, attempts } = contract;
    let edit = format!("/integrations/contracts/{id}/edit");
    let (ledger, partner) = (format!("/integrations/disclosures?partner={id}"), format!("/partners/{id}"));
    let audit = format!("/security?target=partner:{id}");
    view! {
        <PageHead title=name subtitle="What may be shared with it, and what for." badge=state crumbs=crumbs()>
            {may(Permission::PartnersManage).then(|| view! { <a class="btn primary" href=edit>"Edit contract"</a> })}
        </PageHead>
        <IntegrationTabs here="/integrations/contracts"/>
        <div class="stack">
            {(!note.is_empty())
                .then(|| view! {
                    <div class="message warn inline">
                        <Icon name="alert"/>
                        <div class="message-body"><p>{note}</p></div>
                    </div>
                })}
            <PlainTable
                id="fields"
                heading="Fields"
                note=counted
                columns=vec!["Field", "Class", "Goes", "What for", "Basis", "Kept for", "Form", "Last left"]
                rows=fields
                empty="No field that tells of a person or a car is in it: only ids, states and dates pass."
            />
            <PlainTable
                id="attempts"
                heading="Withheld in 30 days"
                note="What was asked for, or was in what was to be sent, and did not leave."
                columns=vec!["Fields", "By", "Times", "Last"]
                rows=attempts
                empty="Nothing was asked for that is not in the contract."
            />
            <div class="grid2">
                <section class="panel" aria-labelledby="record">
                    <header class="panel-head"><h2 id="record">"Contract"</h2></header>
                    <div class="panel-body"><Facts facts/></div>
                </section>
                <section class="panel" aria-labelledby="more">
                    <header class="panel-head"><h2 id="more">"More"</h2></header>
                    <div class="panel-body stack xs">
                        {may(Permission::DisclosuresRead)
                            .then(|| view! { <p><a href=ledger>"What left for it, record by record"</a></p> })}
                        {may(Permission::PartnersRead).then(|| view! { <p><a href=partner>"The partner"</a></p> })}
                        {may(Permission::AuditRead)
                            .then(|| view! { <p><a href=audit>"What was changed, in the audit log"</a></p> })}
                    </div>
                </section>
            </div>
        </div>
    }
    .into_any()
}

fn field_row(field: Field, terms: &FieldTerms, now: Timestamp) -> Row {
    let is_unused = terms.is_unused(now.plus(-UNUSED_AFTER));
    let last = match terms.last_used_at {
        _ if is_unused => Cell::Badge(
            Badge::new(Tone::Warn, "Unused").with_note(
                terms
                    .last_used_at
                    .map_or_else(|| "never left".to_owned(), |at| format!("since {}", words::when(at, now).shown)),
            ),
        ),
        Some(at) => Cell::When(words::when(at, now)),
        None => Cell::Text("Not yet".to_owned()),
    };
    let form = match terms.rule {
        Rule::Plain => Cell::Text(said::rule(terms.rule)),
        rule => Cell::Badge(Badge::new(Tone::Notice, said::rule(rule))),
    };
    Row {
        href: String::new(),
        mark: if is_unused { "attn" } else { "" }.to_owned(),
        cells: vec![
            Cell::Who(field.label().to_owned(), field.as_str().to_owned()),
            Cell::Text(field.sensitivity().label().to_owned()),
            Cell::Text(said::ways(terms)),
            Cell::Text(terms.purpose.clone()),
            Cell::Text(terms.basis.label().to_owned()),
            Cell::Text(said::days(terms.retention_days)),
            form,
            last,
        ],
    }
}

fn attempt_row(attempt: &Attempt, now: Timestamp) -> Row {
    let names = attempt.fields();
    Row {
        href: String::new(),
        mark: String::new(),
        cells: vec![
            Cell::Who(said::fields(&names), names.join(", ")),
            Cell::Text(attempt.via().label().to_owned()),
            Cell::Number(words::grouped(attempt.calls)),
            Cell::When(words::when(Timestamp(attempt.last_at), now)),
        ],
    }
}

fn note(contract: &Contract, now: Timestamp) -> String {
    let without_purpose = contract.fields.values().filter(|terms| terms.purpose.is_empty()).count();
    if !contract.is_in_force(now) {
        "It is not in force: no field in it passes, by no way. Calls go on without them, or are refused when it is strict."
            .to_owned()
    } else if without_purpose > 0 {
        format!(
            "{without_purpose} of its fields have no purpose yet. Edit the contract and say what each is needed for."
        )
    } else {
        String::new()
    }
}

fn facts(contract: &Contract, now: Timestamp) -> Vec<Fact> {
    let day = |at: Timestamp| words::when(at, now).exact;
    let strict = if contract.is_strict { "The whole call is refused" } else { "The field is left out" };
    vec![
        Fact::new("A field outside it", strict),
        Fact::new("Holds from", contract.valid_from.map_or_else(|| "the beginning".to_owned(), day)),
        Fact::new("Last day", contract.last_day().map_or_else(|| "open".to_owned(), words::date)),
        Fact::new("Agreed text", contract.document.clone()),
        Fact::new("Changed", contract.updated_at.map(day).unwrap_or_default()),
        Fact::new("Changed by", contract.updated_by.clone()),
        Fact::new("Version", contract.version.to_string()),
    ]
}

pub(super) async fn answer(id: String) -> Result<ContractView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let found = contracts::find(&cx, &access, parse_id(&id)?).await?;
        let (contract, now) = (found.contract, cx.clock.now());
        Ok(ContractView {
            id: contract.partner.to_string(),
            name: found.name,
            state: said::standing(contract.valid_from, contract.valid_until, now),
            note: note(&contract, now),
            facts: facts(&contract, now),
            fields: contract.fields.iter().map(|(field, terms)| field_row(*field, terms, now)).collect(),
            counted: format!("{} of {} fields of the catalogue.", contract.fields.len(), Field::ALL.len()),
            attempts: found.attempts.iter().map(|attempt| attempt_row(attempt, now)).collect(),
        })
    })
    .await
}
