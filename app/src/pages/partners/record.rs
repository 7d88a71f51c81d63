//! A partner: what is known of it, what may leave for it, and where its machines are looked after.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    acts::{Act, act_page},
    reads::{FieldLine, PartnerView, SensitivityView, read_partner},
};
use crate::{
    components::{Crumb, Facts, Loaded, PageHead, StatusBadge},
    viewer::may,
    views::Badge,
};

/// One partner. `act` in the address opens the confirmation of a change.
#[component]
pub fn PartnerPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let page = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("act").unwrap_or_default()),
        |(id, act)| async move { read_partner(id).await.map(|partner| (act, partner)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, partner): (String, PartnerView)) -> AnyView {
    let act = Act::of(&act).filter(|act| act.fits(partner.is_active) && may(Permission::PartnersManage));
    match act {
        Some(act) => act_page(act, partner),
        None => view! { <Record partner/> }.into_any(),
    }
}

/// The way to the pages of partners.
pub(super) fn crumbs() -> Vec<Crumb> {
    vec![Crumb::new("Partners", "/partners")]
}

#[component]
fn Record(partner: PartnerView) -> impl IntoView {
    let (id, is_active) = (partner.id, partner.is_active);
    let may_manage = may(Permission::PartnersManage);
    let edit = format!("/partners/{id}/edit");
    let (keys, usage) = (format!("/access/keys?partner={id}"), format!("/access/usage?partner={id}"));
    let audit = format!("/security?target=partner:{id}");
    let contract = format!("/integrations/contracts/{id}");
    view! {
        <PageHead title=partner.name subtitle=partner.kind badge=partner.status crumbs=crumbs()>
            {may_manage
                .then(|| {
                    let turn = if is_active {
                        view! { <a class="btn danger-quiet" href="?act=suspend">"Suspend …"</a> }.into_any()
                    } else {
                        view! { <a class="btn" href="?act=resume">"Lift suspension …"</a> }.into_any()
                    };
                    view! { {turn} <a class="btn primary" href=edit>"Edit"</a> }
                })}
        </PageHead>
        <div class="cols">
            <Cleared catalogue=partner.catalogue words=partner.cleared/>
            <aside class="stack">
                <section class="panel" aria-labelledby="record">
                    <header class="panel-head"><h2 id="record">"Record"</h2></header>
                    <div class="panel-body"><Facts facts=partner.facts/></div>
                </section>
                {may(Permission::IntegrationsRead)
                    .then(|| view! {
                        <section class="panel" aria-labelledby="contract">
                            <header class="panel-head"><h2 id="contract">"Contract"</h2></header>
                            <div class="panel-body">
                                <p><a href=contract>"What each field is for, and in what form it leaves"</a></p>
                            </div>
                        </section>
                    })}
                {may(Permission::AccessRead)
                    .then(|| view! {
                        <section class="panel" aria-labelledby="machines">
                            <header class="panel-head"><h2 id="machines">"Its machines"</h2></header>
                            <div class="panel-body stack xs">
                                <p><a href=keys>"Keys and clients"</a> " · " {partner.keys}</p>
                                <p><a href=usage>"What they call, and how often"</a></p>
                            </div>
                        </section>
                    })}
                {may(Permission::AuditRead)
                    .then(|| view! {
                        <section class="panel" aria-labelledby="trail">
                            <header class="panel-head"><h2 id="trail">"Audit"</h2></header>
                            <div class="panel-body"><p><a href=audit>"What was done to this partner"</a></p></div>
                        </section>
                    })}
            </aside>
        </div>
    }
}

/// The whole catalogue, with what may leave first in each kind.
#[component]
fn Cleared(catalogue: Vec<SensitivityView>, words: String) -> impl IntoView {
    let rows: Vec<_> = catalogue
        .into_iter()
        .flat_map(|group| {
            let (open, closed): (Vec<_>, Vec<_>) = group.fields.into_iter().partition(|field| field.is_cleared);
            open.into_iter().chain(closed).map(move |field| field_row(group.name.clone(), field))
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="leaves">
            <header class="panel-head">
                <h2 id="leaves">"What may leave for it"</h2>
                <p>{words}</p>
            </header>
            <div class="table-scroll" role="group" aria-labelledby="leaves-caption" tabindex="0">
                <table class="table plain">
                    <caption id="leaves-caption" class="vh">
                        "Every field of the catalogue, and whether it may leave"
                    </caption>
                    <thead>
                        <tr>
                            <th scope="col">"Field"</th>
                            <th scope="col">"Tells"</th>
                            <th scope="col">"Name in the API"</th>
                            <th scope="col">"For this partner"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </section>
    }
}

fn field_row(tells: String, field: FieldLine) -> AnyView {
    use domain::subscription::Tone;

    let badge =
        if field.is_cleared { Badge::new(Tone::Ok, "May leave") } else { Badge::new(Tone::Neutral, "Not cleared") };
    view! {
        <tr class=(!field.is_cleared).then_some("off")>
            <th scope="row">{field.label}</th>
            <td>{tells}</td>
            <td><code>{field.key}</code></td>
            <td><StatusBadge badge/></td>
        </tr>
    }
    .into_any()
}

/// The catalogue by what it tells, with what a clearance holds.
#[cfg(feature = "ssr")]
pub(super) fn catalogue(clearance: &domain::partners::Clearance) -> Vec<SensitivityView> {
    use domain::partners::{Field, Sensitivity};

    let of = |sensitivity: Sensitivity| {
        Field::ALL.iter().copied().filter(move |field| field.sensitivity() == sensitivity).map(|field| FieldLine {
            key: field.as_str().to_owned(),
            label: field.label().to_owned(),
            is_cleared: clearance.has(field),
        })
    };
    Sensitivity::ALL
        .iter()
        .map(|sensitivity| SensitivityView { name: sensitivity.label().to_owned(), fields: of(*sensitivity).collect() })
        .collect()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(id: String) -> Result<PartnerView, crate::error::AppError> {
    use domain::{
        Timestamp,
        partners::{Field, PartnerStatus},
        permissions::marker::PartnersRead,
    };
    use services::partners;

    use crate::{
        context::{answer, asked, parse_id},
        views::Fact,
        words,
    };

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<PartnersRead>()?;
        let found = partners::find(&cx, &access, parse_id(&id)?).await?;
        let (partner, clearance) = (found.partner, found.clearance);
        let now = cx.clock.now();
        let contact = if partner.contact_email.is_empty() {
            Fact::new("Contact", "")
        } else {
            Fact::link("Contact", partner.contact_email.clone(), format!("mailto:{}", partner.contact_email))
        };
        Ok(PartnerView {
            id: partner.id.to_string(),
            kind: partner.kind().label().to_owned(),
            status: super::list::badge(partner.status()),
            is_active: partner.status() == PartnerStatus::Active,
            keys: match partner.credentials {
                0 => "none yet".to_owned(),
                1 => "1 that is not revoked".to_owned(),
                many => format!("{} that are not revoked", words::grouped(many)),
            },
            facts: vec![
                contact,
                Fact::new("Registered", words::when(Timestamp(partner.created_at), now).exact),
                Fact::new("Changed", words::when(Timestamp(partner.updated_at), now).exact),
                Fact::new("Changed by", partner.updated_by.clone()),
                Fact::code("Id", partner.id.to_string()),
            ],
            cleared: match clearance.fields().count() {
                0 => "No field that tells of a person or a car leaves for this partner: only ids, states and dates."
                    .to_owned(),
                cleared => format!(
                    "{cleared} of {} fields. What is not cleared is absent from every answer, whatever a key asks for.",
                    Field::ALL.len()
                ),
            },
            catalogue: catalogue(&clearance),
            name: partner.name,
        })
    })
    .await
}
