//! What a key did, line by line. Server only.

use domain::{
    Timestamp,
    credentials::{CredentialKind, SecretState},
    ids::PolicyId,
    permissions::{Grant, Permission},
    subscription::Tone,
};
use services::{
    Error, Services,
    access::{Access, Actor},
    credentials::{Blast, Detail, ScopeUse, Secret},
    limits,
    usage::{Decision, RouteUse, Source},
};

use super::{
    reads::{BlastView, RefusalLine, RouteLine, ScopeLine, SecretLine, SourceLine},
    words::{count, exact, risk},
};
use crate::{
    views::{Badge, Fact, When},
    words,
};

fn at(at: Option<i64>, now: Timestamp) -> When {
    at.map(|at| words::when(Timestamp(at), now)).unwrap_or_default()
}

/// The scopes of a key.
pub(super) fn scopes(scopes: &[ScopeUse], now: Timestamp) -> Vec<ScopeLine> {
    let line = |used: &ScopeUse| ScopeLine {
        key: used.scope.as_str().to_owned(),
        description: used.scope.description().to_owned(),
        risk: risk(used.scope),
        last_used: used.last_used_at.map(|at| words::when(at, now)),
    };
    scopes.iter().map(line).collect()
}

/// The secrets of a key.
pub(super) fn secrets(secrets: &[Secret], now: Timestamp) -> Vec<SecretLine> {
    let line = |secret: &Secret| {
        let state = secret.state(now);
        let badge = match state {
            SecretState::Pending => Badge::new(Tone::Notice, state.label()).with_note(grace(secret.grace_seconds)),
            SecretState::Current => Badge::new(Tone::Ok, state.label()),
            SecretState::Retiring => Badge::new(Tone::Warn, state.label()),
            SecretState::Retired => Badge::new(Tone::Neutral, state.label()),
        };
        SecretLine {
            state: badge,
            issued: at(Some(secret.created_at), now),
            issued_by: secret.created_by.clone(),
            first_used: at(secret.first_used_at, now),
            last_used: at(secret.last_used_at, now),
            stops: at(secret.retires_at, now),
        }
    };
    secrets.iter().map(line).collect()
}

fn grace(seconds: i64) -> String {
    let (hours, days) = (seconds / 3_600, seconds / 86_400);
    match seconds {
        0 => "the old one stops at its first use".to_owned(),
        86_400.. => format!("the old one stops {} after its first use", count(days, "day", "days")),
        _ => format!("the old one stops {} after its first use", count(hours.max(1), "hour", "hours")),
    }
}

/// The networks of a key.
pub(super) fn sources(sources: &[Source], now: Timestamp) -> Vec<SourceLine> {
    let day = |at: i64| {
        let date = services::clock::date_in(Timestamp(at), "UTC");
        words::when_date(Some(&date.to_string()))
    };
    let line = |source: &Source| SourceLine {
        network: source.network.clone(),
        calls: words::grouped(source.calls),
        first: day(source.first_day),
        last: day(source.last_day),
        is_new: now.since(Timestamp(source.first_day)) < 7 * Timestamp::DAY,
    };
    sources.iter().map(line).collect()
}

/// The routes of a key.
pub(super) fn routes(routes: &[RouteUse], now: Timestamp) -> Vec<RouteLine> {
    let line = |route: &RouteUse| RouteLine {
        route: route.route.clone(),
        calls: words::grouped(route.calls),
        errors: words::grouped(route.errors),
        refused: words::grouped(route.refusals),
        last: at(Some(route.last_at), now),
    };
    routes.iter().map(line).collect()
}

/// The refusals of a key.
pub(super) fn refusals(refusals: &[Decision], now: Timestamp) -> Vec<RefusalLine> {
    let line = |decision: &Decision| RefusalLine {
        request: decision.request_id.clone(),
        when: at(Some(decision.at), now),
        status: decision.status.to_string(),
        code: decision.code.clone(),
        route: decision.route.clone(),
    };
    refusals.iter().map(line).collect()
}

/// What a revocation would break.
pub(super) fn blast(blast: &Blast, now: Timestamp) -> BlastView {
    BlastView {
        calls: count(blast.calls, "call", "calls"),
        routes: routes(&blast.routes, now),
        sources: sources(&blast.sources, now),
        is_in_use: blast.is_in_use,
    }
}

/// What is known of a key or client.
pub(super) async fn facts<P: Grant>(
    cx: &Services,
    access: &Access<P>,
    actor: &Actor,
    detail: &Detail,
) -> Result<Vec<Fact>, Error> {
    let now = cx.clock.now();
    let credential = &detail.credential;
    let is_client = credential.kind() == CredentialKind::OauthClient;
    let given = limits_of(cx, access, detail).await?;
    let networks: Vec<String> = detail.networks.iter().map(ToString::to_string).collect();
    let partner = if actor.holds(Permission::PartnersRead) {
        Fact::link("Partner", &credential.partner_name, format!("/partners/{}", credential.partner_id))
    } else {
        Fact::new("Partner", &credential.partner_name)
    };
    let created = format!("{}, by {}", exact(Some(credential.created_at), now), credential.created_by);
    let mut facts = vec![
        Fact::code("Public id", &credential.public_id),
        Fact::new("Kind", credential.kind().label()),
        partner,
        Fact::new("Environment", credential.environment().label()),
        Fact::new("Networks", if networks.is_empty() { "Anywhere".to_owned() } else { networks.join(", ") }),
        Fact::code("API version", &credential.api_version),
        Fact::new("Works from", or(exact(credential.not_before, now), "At once")),
        Fact::new("Works until", or(exact(credential.expires_at, now), "No end")),
        Fact::new("Limits given", or(given.join(", "), "Only those for everybody")),
        match detail.creator.filter(|_| actor.holds(Permission::StaffRead)) {
            Some(id) => Fact::link("Created", created, format!("/settings/staff/{id}")),
            None => Fact::new("Created", created),
        },
    ];
    if is_client {
        let bound = if detail.requires_dpop { "Yes, to the client’s own key (DPoP)" } else { "No" };
        facts.push(Fact::new("Proves itself by", detail.authentication.label()));
        facts.push(Fact::new("Public keys", if detail.jwks.is_empty() { "None" } else { "Registered" }));
        facts.push(Fact::new("Bound tokens", bound));
    }
    if let Some((at, by)) = &detail.approved {
        // Who declines is noted like who approves; what was declined ended at that instant.
        let is_declined = detail.ended.as_ref().is_some_and(|(ended, ..)| ended == at);
        let label = if is_declined { "Declined" } else { "Approved" };
        facts.push(Fact::new(label, format!("{}, by {by}", exact(Some(*at), now))));
    }
    if let Some((at, by, why)) = &detail.ended {
        facts.push(Fact::new("Ended", format!("{}, by {by}", exact(Some(*at), now))));
        facts.push(Fact::new("Why", why));
    }
    facts.push(Fact::new("Last used", or(exact(credential.last_used_at, now), "Never")));
    let (from, route, agent) = &detail.last_used;
    let last = [("Last address", from), ("Last route", route), ("Last client", agent)];
    facts.extend(last.into_iter().filter(|(_, text)| !text.is_empty()).map(|(label, text)| Fact::code(label, text)));
    Ok(facts)
}

fn or(text: String, otherwise: &str) -> String {
    if text.is_empty() { otherwise.to_owned() } else { text }
}

async fn limits_of<P: Grant>(cx: &Services, access: &Access<P>, detail: &Detail) -> Result<Vec<String>, Error> {
    if detail.policies.is_empty() {
        return Ok(Vec::new());
    }
    let is_given = |id: PolicyId| detail.policies.contains(&id);
    let all = limits::list(cx, access).await?;
    Ok(all.into_iter().filter(|policy| is_given(policy.id)).map(|policy| policy.name).collect())
}
