//! The register: every partner, how it stands, and what comes in the next twelve months.

use domain::{
    assessments::{AssessmentState, Missing, Standing},
    integrations::Criticality,
    permissions::marker::IntegrationsRead,
    subscription::Tone,
    texts::fold,
};
use jiff::{Span, civil::Date};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use services::{
    assessments::{self, Line},
    clock::ZONE,
    db::Page,
};

use super::{
    TAB, file_of,
    reads::{RegisterView, read_register},
    words as said,
};
use crate::{
    components::{ListPanel, Loaded, PageHead, PlainTable},
    context::{answer as answered, asked},
    error::AppError,
    listing::{Address, Known, column},
    pages::integrations::tabs::IntegrationTabs,
    views::{Badge, Cell, Row},
    words,
};

/// The register of partners.
#[component]
pub fn RegisterPage() -> impl IntoView {
    let search = use_location().search;
    let page = Resource::new(move || search.get(), read_register);
    view! { <Loaded resource=page view=show/> }
}

fn show(view: RegisterView) -> AnyView {
    let RegisterView { list, calendar, gates } = view;
    view! {
        <PageHead
            title="Assessments".to_owned()
            subtitle="Partners are assessed before they are connected, and again when it is time."
        >
            <a class="btn" href="/integrations/assessments/templates">"Questionnaires"</a>
        </PageHead>
        <IntegrationTabs here=TAB/>
        <div class="stack">
            <ListPanel list empty="There are no partners yet. Register the first one under Partners."/>
            <div id="gates">
                <PlainTable
                    id="gates-table"
                    heading="Gates"
                    note="What each integration still lacks before it may go live."
                    columns=vec!["Integration", "State", "Missing"]
                    rows=gates
                    empty="There are no integrations yet."
                />
            </div>
            <PlainTable
                id="calendar"
                heading="Review calendar"
                note="The next twelve months."
                columns=vec!["Month", "Reviews due", "Evidence that ends"]
                rows=calendar
                empty="Nothing is due in the next twelve months."
            />
        </div>
    }
    .into_any()
}

const COLUMNS: &[Known] = &[
    column("partner", "Partner"),
    column("standing", "Standing"),
    column("criticality", "Criticality"),
    column("score", "Score").number(),
    column("review", "Next review"),
    column("evidence", "Evidence that ends next"),
    column("open", "Under way"),
    column("findings", "Open findings").number(),
];

fn criticality(criticality: Option<Criticality>) -> Badge {
    match criticality {
        None => Badge::new(Tone::Neutral, "No profile"),
        Some(Criticality::Critical) => Badge::new(Tone::Danger, "Critical"),
        Some(Criticality::High) => Badge::new(Tone::Warn, "High"),
        Some(other) => Badge::new(Tone::Neutral, other.label()),
    }
}

fn row(line: &Line, shown: &[&Known], today: Date) -> Row {
    let cells = shown
        .iter()
        .map(|column| match column.key {
            "partner" => Cell::Who(line.name.clone(), line.kind.label().to_owned()),
            "standing" => Cell::Badge(said::standing(line.standing)),
            "criticality" => Cell::Badge(criticality(line.criticality)),
            "score" => Cell::Number(said::percent(line.score)),
            "review" => Cell::When(said::day(line.review_on)),
            "evidence" => match line.evidence.first() {
                None => Cell::Text(String::new()),
                Some((title, until)) => {
                    let badge = said::until(Some(*until), today);
                    Cell::Badge(Badge { note: format!("{title}, {}", words::date(*until)), ..badge })
                }
            },
            "open" => match line.open {
                None => Cell::Text(String::new()),
                Some((id, state)) => Cell::Link(
                    if state == AssessmentState::Draft { "Draft" } else { "Waits for a decision" }.to_owned(),
                    format!("{TAB}/{id}"),
                ),
            },
            _ => Cell::Number(if line.open_findings == 0 { String::new() } else { line.open_findings.to_string() }),
        })
        .collect();
    let mark = match line.standing {
        Standing::Expired | Standing::Rejected => "bad",
        Standing::Due => "attn",
        Standing::Never | Standing::Current => "",
    };
    Row { href: file_of(line.partner), mark: mark.to_owned(), cells }
}

/// A row for each month in which something is due.
fn calendar(lines: &[Line], today: Date) -> Vec<Row> {
    let named = |month: Date, dates: Vec<(Date, String)>| {
        let mut of_month: Vec<(Date, String)> =
            dates.into_iter().filter(|(date, _)| date.first_of_month() == month && *date >= today).collect();
        of_month.sort();
        let words: Vec<String> =
            of_month.iter().map(|(date, what)| format!("{} {what}", date.strftime("%-d"))).collect();
        words.join(" · ")
    };
    let reviews = || lines.iter().filter_map(|line| Some((line.review_on?, line.name.clone()))).collect();
    let evidence = || {
        let of_line = |line: &Line| {
            let name = line.name.clone();
            line.evidence.iter().map(move |(title, until)| (*until, format!("{name}: {title}"))).collect::<Vec<_>>()
        };
        lines.iter().flat_map(of_line).collect()
    };
    let first = today.first_of_month();
    (0..12)
        .map(|months| first.saturating_add(Span::new().months(months)))
        .map(|month| Row {
            href: String::new(),
            mark: String::new(),
            cells: vec![
                Cell::Text(month.strftime("%B %Y").to_string()),
                Cell::Text(named(month, reviews())),
                Cell::Text(named(month, evidence())),
            ],
        })
        .collect()
}

pub(super) async fn answer(search: String) -> Result<RegisterView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let address = Address::parse(TAB, &search, &["standing"])?;
        let wanted: Option<Standing> = address.parsed("standing")?;
        let query = fold(address.get("q").unwrap_or_default().trim());
        let today = cx.clock.today(ZONE);
        let lines = assessments::register(&cx, &access).await?;
        let calendar = calendar(&lines, today);
        let rows: Vec<Line> = lines
            .into_iter()
            .filter(|line| wanted.is_none_or(|standing| line.standing == standing))
            .filter(|line| query.is_empty() || fold(&line.name).contains(&query))
            .collect();
        let page = Page { rows, previous: None, next: None };
        let mut list = address
            .view("Partners", "Name", COLUMNS, ("standing", false), page, |line, shown| row(&line, shown, today));
        list.chips.push(address.chip("All", "standing", None));
        list.chips.extend(
            Standing::ALL.iter().map(|standing| address.chip(standing.label(), "standing", Some(standing.as_str()))),
        );
        let gates = assessments::gates(&cx, &access).await?;
        let gates = gates
            .into_iter()
            .map(|(gated, missing)| Row {
                href: format!("/integrations/{}/gate", gated.id),
                mark: String::new(),
                cells: vec![
                    Cell::Who(gated.name.clone(), gated.partner_name.clone()),
                    Cell::Badge(said::integration(gated.state())),
                    Cell::Text(if missing.is_empty() { "Nothing".to_owned() } else { Missing::words(&missing) }),
                ],
            })
            .collect();
        Ok(RegisterView { list, calendar, gates })
    })
    .await
}
