//! What an integration's page is filled with.

use domain::{
    Timestamp,
    ids::IntegrationId,
    integrations::{Auth, InboundScheme, IntegrationState, KillLevel, naming},
    permissions::{Permission, marker::IntegrationsRead},
};
use services::{
    Error, Services,
    access::{Access, Actor},
    gateway::{self, BreakerView, LoggedFilter},
    integrations::{self, Integration, Operation, WARNED},
    staff,
    vault::{About, SecretPurpose},
};

use super::{
    reads::{IntegrationView, TestView},
    test, words as said,
};
use crate::{
    context::{answer as answered, asked, parse_id, session},
    error::AppError,
    once,
    views::{Badge, Cell, Fact, Row},
    words,
};

/// So many of its calls are shown.
const CALLS: usize = 20;

pub(super) async fn answer(id: String, act: String) -> Result<IntegrationView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let id: IntegrationId = parse_id(&id)?;
        let integration = integrations::find(&cx, &access, id).await?;
        let standing = gateway::standing(&cx, &access, id).await?;
        let operations = integrations::operations(&cx, &access, id).await?;
        let secrets = integrations::secrets(&cx, &access, id).await?;
        let fresh = if act.is_empty() { once::take(&cx, &session()?, id.uuid()).await? } else { None };
        let setting = matches!(act.as_str(), "secret" | "webhook" | "make");
        let is_testing = act == "test";
        let mut said_now = switched(&cx, &access, &integration).await?;
        said_now.extend(notes(&integration, &secrets, &operations, now));
        let acts = possible(&actor, &integration, &standing, now);
        let may_edit = acts.iter().any(|act| act == "edit");
        Ok(IntegrationView {
            id: id.to_string(),
            name: integration.name.clone(),
            subtitle: format!(
                "{} · {} · breaker {}",
                integration.kind().label(),
                integration.partner_name,
                standing.state.label().to_lowercase()
            ),
            state: said::state(integration.state()),
            notes: said_now,
            acts,
            fresh,
            facts: facts(&integration, now),
            plans: operations.iter().map(|one| format!("{}: {}", one.name, integrations::plan_in_words(one))).collect(),
            operations: operations.iter().map(|one| operation_row(id, one, may_edit)).collect(),
            secrets: secrets.iter().map(|about| secret_row(about, now)).collect(),
            breaker: said::breaker(standing.state),
            breaker_words: said::standing(&standing, now),
            turns: turns(&cx, &access, id, now).await?,
            drills: drills(&cx, &access, id, now).await?,
            calls: calls(&cx, &access, id, now).await?,
            needs_confirmation: setting && staff::needs_step_up(&cx, &actor).await?,
            test: if is_testing { Some(begin_test(&cx, &integration).await?) } else { None },
        })
    })
    .await
}

async fn begin_test(cx: &Services, integration: &Integration) -> Result<TestView, Error> {
    let id = integration.id.to_string();
    if let Some(tried) = test::take(cx, &session()?, &id).await? {
        return Ok(tried);
    }
    Ok(TestView {
        integration: id,
        base_url: integration.base_url.clone(),
        path: "/health".to_owned(),
        auth: integration.auth().to_string(),
        auth_name: integration.auth_name.clone(),
        token_url: integration.token_url.clone(),
        tried: None,
    })
}

fn facts(integration: &Integration, now: Timestamp) -> Vec<Fact> {
    let exact = |at: i64| words::when(Timestamp(at), now).exact;
    let name = match integration.auth() {
        Auth::None | Auth::Bearer => String::new(),
        _ => format!(", {}", integration.auth_name),
    };
    let mut facts = vec![
        Fact::link("Partner", integration.partner_name.clone(), format!("/partners/{}", integration.partner_id)),
        Fact::new("Purpose", integration.purpose.clone()),
        Fact::new("Criticality", integration.criticality().label()),
        Fact::new("Looked after by", integration.owner_name.clone()),
        Fact::code("Base address", integration.base_url.clone()),
        Fact::new("Proves itself by", format!("{}{name}", integration.auth().label())),
        Fact::new("Calls at once", format!("at most {}", integration.max_concurrent)),
        Fact::new("Calls in a minute", format!("at most {}", words::grouped(integration.per_minute))),
        Fact::new(
            "Expected",
            format!(
                "{} % succeed, within {}",
                naming::availability_words(integration.availability_ppm),
                said::span(integration.latency_ms)
            ),
        ),
        Fact::new("Messages in", integration.inbound_scheme().label()),
        Fact::new(
            "Last good call",
            integration.last_good_at().map(|at| words::when(at, now).exact).unwrap_or_default(),
        ),
        Fact::code("Short name", integration.slug.clone()),
        Fact::new("Registered", format!("{}, by {}", exact(integration.created_at), integration.created_by)),
        Fact::new("Changed", format!("{}, by {}", exact(integration.updated_at), integration.updated_by)),
        Fact::code("Id", integration.id.to_string()),
    ];
    if integration.auth() == Auth::OAuth2 {
        facts.insert(6, Fact::code("Token address", integration.token_url.clone()));
    }
    facts
}

/// The kill switches that stand over it.
async fn switched(
    cx: &Services,
    access: &Access<IntegrationsRead>,
    integration: &Integration,
) -> Result<Vec<String>, Error> {
    let (id, partner) = (integration.id.to_string(), integration.partner_id.to_string());
    let stands_over = |switch: &gateway::Switched| match switch.level() {
        KillLevel::Everything => true,
        KillLevel::Partner => switch.key == partner,
        KillLevel::Integration => switch.key == id,
        KillLevel::Operation | KillLevel::Endpoint => false,
    };
    let switches = gateway::switches(cx, access).await?;
    let words = |switch: &gateway::Switched| {
        format!("{} was switched off by {}, so nothing is sent. Why: {}", switch.name, switch.thrown_by, switch.reason)
    };
    Ok(switches.iter().filter(|switch| stands_over(switch)).map(words).collect())
}

/// What should be known of it now.
fn notes(integration: &Integration, secrets: &[About], operations: &[Operation], now: Timestamp) -> Vec<String> {
    let mut notes = Vec::new();
    let state = integration.state();
    if state == IntegrationState::Retired {
        return vec!["It is retired: nothing is sent, and nothing is taken from it.".to_owned()];
    }
    if !integration.state_why.is_empty() {
        notes.push(format!("{}: {}", state.label(), integration.state_why));
    }
    if let Some(until) = integration.drill_until(now) {
        let until = words::when(until, now).exact;
        notes.push(format!("A failure drill is on until {until}: nothing is sent, and the plans below are in force."));
    }
    let has = |purpose: SecretPurpose| secrets.iter().any(|about| about.purpose() == purpose);
    if integration.auth() != Auth::None && !has(SecretPurpose::Credential) {
        notes.push("No credential is set, so no call can prove that it is ours.".to_owned());
    }
    if integration.inbound_scheme() != InboundScheme::None && !has(SecretPurpose::Webhook) {
        notes.push("No signing secret is set, so none of its messages can be taken.".to_owned());
    }
    if operations.is_empty() {
        notes.push("Nothing can be asked of it yet: it has no operation.".to_owned());
    }
    for about in secrets.iter().filter(|about| about.slot == "current" && about.purpose() != SecretPurpose::AccessToken)
    {
        if let Some(end) = about.expires_at.map(Timestamp) {
            let exact = words::when(end, now).exact;
            let label = about.purpose().label();
            if end <= now {
                notes.push(format!("{label}: it ended on {exact}. Set a new one."));
            } else if end.since(now) < WARNED {
                notes.push(format!("{label}: it ends on {exact}, in {} days.", end.since(now) / Timestamp::DAY));
            }
        }
    }
    notes
}

/// What somebody may do to an integration as it is now, in the words of the address.
fn possible(actor: &Actor, integration: &Integration, standing: &BreakerView, now: Timestamp) -> Vec<String> {
    let mut acts: Vec<&str> = Vec::new();
    if integration.state() == IntegrationState::Retired {
        return Vec::new();
    }
    if actor.holds(Permission::IntegrationsManage) {
        acts.extend(["edit", "retire", "test", "operation"]);
        if integration.auth() != Auth::None {
            acts.push("secret");
        }
        if integration.inbound_scheme() != InboundScheme::None {
            acts.extend(["webhook", "make"]);
        }
    }
    if actor.holds(Permission::IntegrationsOperate) {
        acts.extend(["hold_open", "hold_closed"]);
        if standing.forced.as_ref().is_some_and(|forced| forced.until > now) {
            acts.push("let_go");
        }
        acts.push(if integration.drill_until(now).is_some() { "stop_drill" } else { "drill" });
    }
    acts.into_iter().map(str::to_owned).collect()
}

fn operation_row(id: IntegrationId, operation: &Operation, may_edit: bool) -> Row {
    let repeated = if operation.is_idempotent { "safe to repeat" } else { "once only" };
    let attempts = if operation.max_attempts == 1 {
        "1 attempt".to_owned()
    } else {
        format!("up to {} attempts", operation.max_attempts)
    };
    let cells = vec![
        Cell::Who(operation.name.clone(), format!("{repeated}, {attempts}")),
        Cell::Code(format!("{} {}", operation.method, operation.path)),
        Cell::Text(format!("{} of {}", said::span(operation.timeout_ms), said::span(operation.deadline_ms))),
        Cell::Text(operation.plan().label().to_owned()),
        Cell::Text(integrations::plan_in_words(operation)),
    ];
    let href = if may_edit { format!("/integrations/{id}/operations/{}", operation.id) } else { String::new() };
    Row { href, mark: String::new(), cells }
}

fn secret_row(about: &About, now: Timestamp) -> Row {
    let is_previous = about.slot == "previous";
    let label = about.purpose().label();
    let slot = match about.good_until.map(Timestamp) {
        Some(until) if is_previous && until > now => {
            format!("the old one, good until {}", words::when(until, now).exact)
        }
        _ if is_previous => "the old one, over".to_owned(),
        _ => String::new(),
    };
    let end = about.expires_at.map(Timestamp);
    let mark = match end {
        Some(end) if end <= now => "bad",
        Some(end) if end.since(now) < WARNED && about.purpose() != SecretPurpose::AccessToken => "attn",
        _ if is_previous => "off",
        _ => "",
    };
    let cells = vec![
        if slot.is_empty() { Cell::Text(label.to_owned()) } else { Cell::Who(label.to_owned(), slot) },
        Cell::When(end.map(|end| words::when(end, now)).unwrap_or_default()),
        Cell::Who(words::when(Timestamp(about.set_at), now).shown, about.set_by.clone()),
    ];
    Row { href: String::new(), mark: mark.to_owned(), cells }
}

async fn turns(
    cx: &Services,
    access: &Access<IntegrationsRead>,
    id: IntegrationId,
    now: Timestamp,
) -> Result<Vec<Row>, Error> {
    let turns = gateway::turns(cx, access, id).await?;
    let row = |(at, state, why)| Row {
        href: String::new(),
        mark: String::new(),
        cells: vec![Cell::When(words::when(at, now)), Cell::Badge(said::breaker(state)), Cell::Text(why)],
    };
    Ok(turns.into_iter().map(row).collect())
}

async fn drills(
    cx: &Services,
    access: &Access<IntegrationsRead>,
    id: IntegrationId,
    now: Timestamp,
) -> Result<Vec<Row>, Error> {
    let drills = gateway::drills(cx, access, id).await?;
    let row = |drill: gateway::Drill| {
        let is_on = drill.ended_at.is_none() && drill.ends_at > now.millis();
        let end = drill.ended_at.unwrap_or(drill.ends_at).min(now.millis());
        let lasted = format!("{} min", (end - drill.started_at).max(0) / Timestamp::MINUTE);
        let number = |count: i64| Cell::Number(words::grouped(count));
        let cells = vec![
            Cell::When(words::when(Timestamp(drill.started_at), now)),
            if is_on { Cell::Badge(Badge::new(domain::subscription::Tone::Warn, "On")) } else { Cell::Text(lasted) },
            Cell::Who(drill.started_by, drill.reason),
            number(drill.report.calls),
            number(drill.report.second),
            number(drill.report.last_known),
            number(drill.report.queued),
            number(drill.report.refused),
        ];
        Row { href: String::new(), mark: if is_on { "attn".to_owned() } else { String::new() }, cells }
    };
    Ok(drills.into_iter().map(row).collect())
}

async fn calls(
    cx: &Services,
    access: &Access<IntegrationsRead>,
    id: IntegrationId,
    now: Timestamp,
) -> Result<Vec<Row>, Error> {
    let filter = LoggedFilter { integration: Some(id), ..LoggedFilter::default() };
    let page = gateway::calls(cx, access, &filter).await?;
    let since = now.plus(-Timestamp::DAY).millis();
    let latest = page.rows.iter().filter(|logged| logged.at >= since).take(CALLS);
    Ok(latest.map(|logged| said::logged_row(logged, now)).collect())
}
