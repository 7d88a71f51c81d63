//! A partner's file: its profile, assessments, evidence and findings.

use domain::{
    assessments::{DataClass, EvidenceKind, FindingState, in_force, standing},
    ids::PartnerId,
    permissions::{Permission, marker::IntegrationsRead},
};
use jiff::civil::Date;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};
use services::{
    assessments::{self, Assessment, Evidence, File, Finding},
    clock::ZONE,
};

use super::{
    TAB, crumbs, file_acts,
    reads::{ClassBox, FileView, Named, read_file},
    words as said,
};
use crate::{
    components::{Facts, Icon, Loaded, PageHead, PlainTable},
    context::{answer as answered, asked, new_token, parse_id},
    error::AppError,
    pages::integrations::tabs::IntegrationTabs,
    viewer::may,
    views::{Cell, Fact, Row},
    words,
};

/// A partner's file. `act` in the address opens a form of its own; `of` names the piece that it is about.
#[component]
pub fn PartnerFilePage() -> impl IntoView {
    let (params, query) = (use_params_map(), use_query_map());
    let page = Resource::new(
        move || {
            let query = query.get();
            let of = query.get("of").unwrap_or_default();
            (params.get().get("id").unwrap_or_default(), query.get("act").unwrap_or_default(), of)
        },
        |(id, act, of)| async move { read_file(id).await.map(|file| (act, of, file)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, of, file): (String, String, FileView)) -> AnyView {
    if may(Permission::AssessmentsWrite)
        && let Some(page) = file_acts::act_page(&act, &of, &file)
    {
        return page;
    }
    view! { <Record file/> }.into_any()
}

#[component]
fn Record(file: FileView) -> impl IntoView {
    let FileView { id, name, standing, facts, has_no_profile, assessments, open, evidence, findings, .. } = file;
    let can_write = may(Permission::AssessmentsWrite);
    let partner = format!("/partners/{id}");
    let audit = format!("/security?target=partner:{id}");
    let begin = match open {
        Some(href) => view! { <a class="btn primary" href=href>"Open assessment"</a> }.into_any(),
        None => view! { <a class="btn primary" href="?act=start">"Begin an assessment …"</a> }.into_any(),
    };
    view! {
        <PageHead title=name subtitle="Assessment file" badge=standing crumbs=crumbs()>
            {can_write
                .then(|| view! {
                    <a class="btn" href="?act=profile">"Edit profile"</a>
                    <a class="btn" href="?act=evidence">"Add evidence"</a>
                    <a class="btn" href="?act=finding">"Add a finding"</a>
                    {begin}
                })}
        </PageHead>
        <IntegrationTabs here=TAB/>
        <div class="stack">
            {has_no_profile
                .then(|| view! {
                    <div class="message notice">
                        <Icon name="alert"/>
                        <div class="message-body">
                            <p>"Nobody has written its profile yet. Its criticality decides when it is looked at again."</p>
                        </div>
                    </div>
                })}
            <PlainTable
                id="assessments"
                heading="Assessments"
                columns=vec!["Begun", "Questionnaire", "State", "Score", "Good until", "Decided by"]
                rows=assessments
                empty="It was never assessed."
            />
            <PlainTable
                id="evidence"
                heading="Evidence"
                note="It is warned of 60, 30, 14, 7 and 1 days before its end."
                columns=vec!["Evidence", "Kind", "In force", "Kept at", "Added", "Change"]
                rows=evidence
                empty="There is no certificate, report or contract in this file yet."
            />
            <PlainTable
                id="findings"
                heading="Findings"
                columns=vec!["Finding", "Severity", "State", "Owner", "Due", "Change"]
                rows=findings
                empty="Nothing was found that has to be mended."
            />
            <div class="grid2">
                <section class="panel" aria-labelledby="profile">
                    <header class="panel-head"><h2 id="profile">"Profile"</h2></header>
                    <div class="panel-body"><Facts facts/></div>
                </section>
                <section class="panel" aria-labelledby="else">
                    <header class="panel-head"><h2 id="else">"Elsewhere"</h2></header>
                    <div class="panel-body stack xs">
                        {may(Permission::PartnersRead)
                            .then(|| view! { <p><a href=partner>"Its record, and what may leave for it"</a></p> })}
                        {may(Permission::AuditRead)
                            .then(|| view! { <p><a href=audit>"What was done to it, in the audit log"</a></p> })}
                    </div>
                </section>
            </div>
        </div>
    }
}

fn assessment_row(one: &Assessment, now: domain::Timestamp) -> Row {
    Row {
        href: format!("{TAB}/{}", one.id),
        mark: String::new(),
        cells: vec![
            Cell::When(words::when(domain::Timestamp(one.created_at), now)),
            Cell::Text(format!("{}, version {}", one.template_key, one.template_version)),
            Cell::Badge(said::state(one.state())),
            Cell::Text(said::percent(one.score_percent)),
            Cell::When(if one.decided_at.is_some() { said::day(one.review_on()) } else { said::day(None) }),
            Cell::Text(one.decided_by.clone()),
        ],
    }
}

fn evidence_row(one: &Evidence, is_replaced: bool, can_write: bool, now: domain::Timestamp, today: Date) -> Row {
    use domain::subscription::Tone;

    let badge = said::until(one.until(), today);
    let badge = if is_replaced {
        crate::views::Badge { tone: Tone::Neutral, label: "Replaced".to_owned(), ..badge }
    } else {
        badge
    };
    let by = if one.issuer.is_empty() { String::new() } else { format!("Issued by {}", one.issuer) };
    Row {
        href: String::new(),
        mark: String::new(),
        cells: vec![
            Cell::Who(one.title.clone(), by),
            Cell::Text(one.kind().label().to_owned()),
            Cell::Badge(badge),
            Cell::Text(one.reference.clone()),
            Cell::When(words::when(domain::Timestamp(one.created_at), now)),
            act(can_write, "Take out …", format!("?act=remove&of={}", one.id)),
        ],
    }
}

fn finding_row(one: &Finding, can_write: bool, today: Date) -> Row {
    let is_open = one.state() == FindingState::Open;
    let due: Option<Date> = one.due_on.parse().ok();
    let is_overdue = is_open && due.is_some_and(|due| due < today);
    Row {
        href: String::new(),
        mark: if is_overdue { "bad" } else { "" }.to_owned(),
        cells: vec![
            Cell::Who(one.title.clone(), one.closed_why.clone()),
            Cell::Badge(said::severity(one.severity())),
            Cell::Badge(said::finding(one.state(), is_overdue)),
            Cell::Text(one.owner.clone()),
            Cell::When(said::day(due)),
            act(can_write && is_open, "Close …", format!("?act=close&of={}", one.id)),
        ],
    }
}

fn act(can: bool, label: &str, href: String) -> Cell {
    if can { Cell::Link(label.to_owned(), href) } else { Cell::Text(String::new()) }
}

fn facts(file: &File, now: domain::Timestamp) -> Vec<Fact> {
    let Some(profile) = &file.profile else { return Vec::new() };
    let date = |text: &Option<String>| words::stored_date(text.as_deref());
    let contract = match (date(&profile.contract_from), date(&profile.contract_until)) {
        (from, until) if from.is_empty() && until.is_empty() => String::new(),
        (from, until) if until.is_empty() => format!("From {from}, without an end"),
        (from, until) => format!("{from} to {until}"),
    };
    let classes: Vec<&str> = profile.data_classes().iter().map(|class| class.label()).collect();
    vec![
        Fact::new("What they do for us", profile.purpose.clone()),
        Fact::new("Criticality", profile.criticality().label()),
        Fact::new("Data", classes.join(", ")),
        Fact::new("Countries", profile.countries.clone()),
        Fact::new("Sub-processors", profile.sub_processors.replace('\n', " · ")),
        Fact::new("Contract", contract),
        Fact::new("Data-processing agreement", date(&profile.agreement_on)),
        Fact::new("Contacts", profile.contacts.replace('\n', " · ")),
        Fact::new(
            "Changed",
            format!("{}, by {}", words::when(domain::Timestamp(profile.updated_at), now).exact, profile.updated_by),
        ),
    ]
}

pub(super) async fn answer(id: String) -> Result<FileView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let id: PartnerId = parse_id(&id)?;
        let file = assessments::file(&cx, &access, id).await?;
        let templates = assessments::templates(&cx, &access).await?;
        let (now, today) = (cx.clock.now(), cx.clock.today(ZONE));
        let can_write = actor.holds(Permission::AssessmentsWrite);
        let dated: Vec<_> = file.evidence.iter().map(Evidence::dated).collect();
        let best = in_force(&dated);
        let ends: Vec<(EvidenceKind, Option<Date>)> = best.iter().map(|piece| (piece.kind, piece.until)).collect();
        let chosen = file.profile.as_ref().map(assessments::Profile::data_classes).unwrap_or_default();
        let open = file.assessments.iter().find(|one| one.state().is_open());
        let is_open = |finding: &&Finding| finding.state() == FindingState::Open;
        Ok(FileView {
            id: id.to_string(),
            name: file.partner_name.clone(),
            standing: said::standing(standing(file.decided, &ends, today)),
            facts: facts(&file, now),
            has_no_profile: file.profile.is_none(),
            open: open.map(|one| format!("{TAB}/{}", one.id)),
            assessments: file.assessments.iter().map(|one| assessment_row(one, now)).collect(),
            evidence: file
                .evidence
                .iter()
                .map(|one| evidence_row(one, !best.contains(&&one.dated()), can_write, now, today))
                .collect(),
            findings: file.findings.iter().map(|one| finding_row(one, can_write, today)).collect(),
            removable: file
                .evidence
                .iter()
                .map(|one| Named { id: one.id.to_string(), title: one.title.clone() })
                .collect(),
            closable: file
                .findings
                .iter()
                .filter(is_open)
                .map(|one| Named { id: one.id.to_string(), title: one.title.clone() })
                .collect(),
            profile: file.profile.as_ref().map(assessments::Profile::form).unwrap_or_default(),
            version: file.profile.as_ref().map(|profile| profile.version).unwrap_or_default(),
            classes: DataClass::ALL
                .iter()
                .map(|class| ClassBox {
                    key: class.as_str().to_owned(),
                    label: class.label().to_owned(),
                    is_on: chosen.contains(class),
                })
                .collect(),
            templates: templates
                .into_iter()
                .map(|one| (format!("{}/{}", one.key, one.version), format!("{}, version {}", one.title, one.version)))
                .collect(),
            token: new_token(),
        })
    })
    .await
}
