//! Admission: every check of a call, in order. Each leaves a line, so that "why was I refused?" has an answer.

use std::{collections::BTreeSet, net::IpAddr, sync::Arc, time::Instant};

use axum::{
    body::{Body, to_bytes},
    extract::{OriginalUri, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use domain::{
    api_version::ApiVersion,
    credentials::{SecretKind, Standing},
    limits::{RouteClass, Subject},
    partners::Way,
    permissions::Permission,
};
use serde_json::Value;
use services::{
    access::{Actor, ActorKind, Trace},
    credentials::{Caller, Refused, network_of},
    limits::{Ask, Verdict, WindowLeft},
    oauth::{Proof, ProofOf, Refusal},
    usage::{self, Outcome, Step},
};

use super::{
    Api, Operation, body::LARGEST, call::Call, conditional, fields, given::Given, idempotent, problem::Violated,
    versions,
};
use crate::{edge::trace, error_page::Problem};

/// What stands before an operation.
#[derive(Clone)]
pub(super) struct Gate {
    pub(super) api: Arc<Api>,
    pub(super) operation: Arc<Operation>,
}

/// What was found out about a call, whatever became of it.
#[derive(Default)]
struct Facts {
    steps: Vec<Step>,
    public_id: String,
    caller: Option<Arc<Caller>>,
    version: Option<ApiVersion>,
    limits: Vec<WindowLeft>,
}

impl Facts {
    fn passed(&mut self, check: &str, detail: impl Into<String>) {
        self.steps.push(Step { check: check.to_owned(), outcome: Outcome::Passed, detail: detail.into() });
    }

    fn refused(&mut self, check: &str, detail: impl Into<String>, problem: Problem) -> Problem {
        self.steps.push(Step { check: check.to_owned(), outcome: Outcome::Refused, detail: detail.into() });
        problem
    }
}

/// A call that may be carried out.
struct Admitted {
    call: Call,
    asked: Option<BTreeSet<String>>,
    key: Option<String>,
}

/// Middleware of each operation: admits a call or refuses it, and counts it either way.
pub(super) async fn admit(State(gate): State<Gate>, request: Request, next: Next) -> Response {
    let begun = Instant::now();
    let at = gate.api.services().clock.now();
    let (trace, address) = (trace::of(&request), trace::address(&request));
    let mut facts = Facts::default();
    let (parts, body) = request.into_parts();
    let decided = decide(&gate, &parts, &trace, address, &mut facts).await;
    let request = Request::from_parts(parts, body);
    let mut response = match decided {
        Ok(admitted) => perform(&gate, admitted, request, next).await.unwrap_or_else(IntoResponse::into_response),
        Err(response) => response,
    };
    label(&gate, &facts, response.headers_mut());
    let problem = response.extensions().get::<Problem>();
    let code = problem.map(|problem| problem.code.to_string()).unwrap_or_default();
    if let Some(problem) = problem
        && facts.steps.iter().all(|step| step.outcome == Outcome::Passed)
    {
        let detail = problem.message.to_string();
        facts.steps.push(Step { check: "Request".to_owned(), outcome: Outcome::Refused, detail });
    }
    gate.api.recorder.record(usage::Call {
        at,
        caller: facts.caller.as_ref().map(|caller| (caller.id, caller.partner, caller.secret)),
        public_id: facts.public_id,
        route: gate.operation.route,
        version: facts.version.unwrap_or(ApiVersion::NEWEST).as_str(),
        scope: gate.operation.scope,
        status: response.status().as_u16(),
        code,
        micros: u64::try_from(begun.elapsed().as_micros()).unwrap_or(u64::MAX),
        address,
        agent: trace.user_agent,
        request_id: trace.request_id,
        steps: facts.steps,
    });
    response
}

/// Every check, in order. What refuses is answered as it stands.
async fn decide(
    gate: &Gate,
    request: &Parts,
    trace: &Trace,
    address: IpAddr,
    facts: &mut Facts,
) -> Result<Admitted, Response> {
    let (api, operation) = (&gate.api, &gate.operation);
    let (caller, scopes) = authenticate(api, request, facts).await.map_err(IntoResponse::into_response)?;
    facts.public_id = caller.public_id.to_string();
    facts.caller = Some(Arc::clone(&caller));
    facts.version = Some(caller.version);
    check_network(&caller, address, facts).map_err(IntoResponse::into_response)?;
    let version =
        check_version(&request.headers, &caller, operation, api, facts).map_err(IntoResponse::into_response)?;
    check_scope(operation, &caller, &scopes, facts).map_err(IntoResponse::into_response)?;
    check_limits(api, operation, &caller, address, facts).await?;
    let asked = fields::asked(request.uri.query(), &operation.fields)
        .map_err(|problem| facts.refused("Request", problem.message.to_string(), problem).into_response())?;
    conditional::check(&request.headers)
        .map_err(|problem| facts.refused("Request", problem.message.to_string(), problem).into_response())?;
    let key = idempotent::key(&request.headers)
        .map_err(|problem| facts.refused("Request", problem.message.to_string(), problem).into_response())?
        .filter(|_| operation.creates);
    let Some(cx) = api.data(caller.environment).cloned() else {
        let problem = Problem::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "sandbox.unavailable",
            "The sandbox, on which test keys work, is not available on this server.",
        );
        return Err(facts.refused("Environment", "no sandbox", problem).into_response());
    };
    facts.passed("Environment", caller.environment.label());
    let kind = ActorKind::Machine {
        id: caller.id,
        kind: caller.kind,
        public_id: caller.public_id.clone(),
        name: caller.name.clone(),
        partner: caller.partner,
        partner_name: caller.partner_name.clone(),
    };
    let call = Call {
        cx,
        own: api.services().clone(),
        actor: Actor::new(kind, scopes, trace.clone()),
        token: idempotent::token(&caller, key.as_deref()),
        terms: Arc::new(caller.contract.terms(Way::Read, Some(&api.services().keys), api.services().clock.now())),
        given: Given::default(),
        caller,
        version,
    };
    Ok(Admitted { call, asked, key })
}

fn unauthenticated(code: &'static str, message: &'static str, challenge: &'static str) -> Problem {
    Problem::new(StatusCode::UNAUTHORIZED, code, message)
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge))
}

const NO_TOKEN: &str = "Bearer realm=\"keyfob\"";
const BAD_TOKEN: &str = "Bearer realm=\"keyfob\", error=\"invalid_token\"";
const BAD_PROOF: &str = "DPoP realm=\"keyfob\", error=\"invalid_dpop_proof\", algs=\"Ed25519 EdDSA ES256 RS256 PS256\"";

/// Whose call it is, and what its key or token allows.
async fn authenticate(
    api: &Api,
    request: &Parts,
    facts: &mut Facts,
) -> Result<(Arc<Caller>, BTreeSet<Permission>), Problem> {
    let mut values = request.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else {
        let problem = unauthenticated(
            "credential.missing",
            "Send your API key or access token once, in the header Authorization: Bearer ….",
            NO_TOKEN,
        );
        return Err(facts.refused("Credential", "no Authorization header, or more than one", problem));
    };
    let (scheme, text) = value.to_str().ok().and_then(|value| value.split_once(' ')).unwrap_or(("", ""));
    let text = text.trim();
    match scheme.to_ascii_lowercase().as_str() {
        "bearer" if text.starts_with(domain::credentials::PREFIX) => by_key(api, text, facts).await,
        "bearer" => by_token(api, request, text, false, facts).await,
        "dpop" => by_token(api, request, text, true, facts).await,
        _ => {
            let problem = unauthenticated(
                "credential.scheme",
                "Use the scheme Bearer, or DPoP for a token that is bound to a key.",
                NO_TOKEN,
            );
            Err(facts.refused("Credential", "another scheme than Bearer or DPoP", problem))
        }
    }
}

async fn by_key(api: &Api, text: &str, facts: &mut Facts) -> Result<(Arc<Caller>, BTreeSet<Permission>), Problem> {
    match api.verifier.verify(api.services(), text, SecretKind::ApiKey).await {
        Ok(caller) => {
            let old = if caller.uses_old_secret() { ", with a secret that is being replaced" } else { "" };
            facts.passed("Credential", format!("{} {}{old}", caller.kind.label(), caller.public_id));
            let scopes = caller.scopes.clone();
            Ok((caller, scopes))
        }
        Err(refused) => Err(refusal(refused, facts)),
    }
}

async fn by_token(
    api: &Api,
    request: &Parts,
    token: &str,
    is_dpop: bool,
    facts: &mut Facts,
) -> Result<(Arc<Caller>, BTreeSet<Permission>), Problem> {
    let cx = api.services();
    let verified = match api.tokens.verify(cx, &api.verifier, token).await {
        Ok(verified) => verified,
        Err(Refused::Unknown | Refused::Malformed) => {
            let problem = unauthenticated(
                "token.invalid",
                "This access token is not one of ours, is over, or was revoked. Ask for a new one at /oauth/token.",
                BAD_TOKEN,
            );
            return Err(facts.refused("Credential", "an access token that is not valid", problem));
        }
        Err(refused) => return Err(refusal(refused, facts)),
    };
    match (&verified.bound_to, is_dpop) {
        (None, false) => {}
        (Some(thumbprint), true) => prove(api, request, token, thumbprint, facts).await?,
        (Some(_), false) | (None, true) => {
            let problem = unauthenticated(
                "token.binding",
                "A token that is bound to a key comes with the scheme DPoP and a proof; any other comes with Bearer.",
                BAD_PROOF,
            );
            return Err(facts.refused("Credential", "the scheme doesn't fit the token", problem));
        }
    }
    let bound = if is_dpop { ", bound to its key" } else { "" };
    facts.passed("Credential", format!("Access token of {}{bound}", verified.caller.public_id));
    Ok((verified.caller, verified.scopes))
}

async fn prove(api: &Api, request: &Parts, token: &str, thumbprint: &str, facts: &mut Facts) -> Result<(), Problem> {
    let proof = request.headers.get("dpop").and_then(|proof| proof.to_str().ok()).unwrap_or_default();
    let path = request
        .extensions
        .get::<OriginalUri>()
        .map_or_else(|| request.uri.path().to_owned(), |original| original.path().to_owned());
    let of = ProofOf { method: request.method.as_str(), path: &path, token: Some(token) };
    let words = match Proof::check(api.services(), proof, of).await {
        Ok(proof) if proof.thumbprint == thumbprint => return Ok(()),
        Ok(_) => "The DPoP proof was made with another key than the token is bound to.".to_owned(),
        Err(Refusal::Failed(error)) => {
            return Err(facts.refused("Credential", "the proof could not be checked", error.into()));
        }
        Err(refusal) => refusal.description(),
    };
    let problem = Problem::new(StatusCode::UNAUTHORIZED, "token.proof", words.clone())
        .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(BAD_PROOF));
    Err(facts.refused("Credential", words, problem))
}

fn refusal(refused: Refused, facts: &mut Facts) -> Problem {
    let (caller, code, message): (_, &'static str, &'static str) = match refused {
        Refused::Malformed => {
            let problem = unauthenticated(
                "credential.malformed",
                "This is no key of ours: a part is missing or mistyped. Copy it again, whole.",
                BAD_TOKEN,
            );
            return facts.refused("Credential", "not of our form, or mistyped", problem);
        }
        Refused::Unknown => {
            let problem =
                unauthenticated("credential.unknown", "This key is not known. It may have been replaced.", BAD_TOKEN);
            return facts.refused("Credential", "well formed, and nobody's", problem);
        }
        Refused::Failed(error) => return facts.refused("Credential", "could not be looked up", error.into()),
        Refused::PartnerSuspended(caller) => {
            (caller, "partner.suspended", "This key's partner is suspended. Ask whoever runs this service.")
        }
        Refused::Standing(caller, standing) => {
            let (code, message) = match standing {
                Standing::PendingApproval => ("credential.pending_approval", "This key waits for approval."),
                Standing::Disabled => ("credential.disabled", "This key is switched off."),
                Standing::NotYet => ("credential.not_yet", "This key doesn't work yet: its first day lies ahead."),
                Standing::Expired => ("credential.expired", "This key's time is over. Ask for a new one."),
                Standing::SecretRetired => {
                    ("credential.secret_retired", "This secret was replaced by a newer one of the same key. Use that.")
                }
                Standing::Revoked | Standing::Works => ("credential.revoked", "This key was revoked."),
            };
            (caller, code, message)
        }
    };
    facts.public_id = caller.public_id.to_string();
    facts.caller = Some(Arc::from(caller));
    facts.refused("Credential", message, unauthenticated(code, message, BAD_TOKEN))
}

fn check_network(caller: &Caller, address: IpAddr, facts: &mut Facts) -> Result<(), Problem> {
    if caller.may_come_from(address) {
        let words = if caller.networks.is_empty() { "any network".to_owned() } else { format!("{address} is allowed") };
        facts.passed("Network", words);
        return Ok(());
    }
    let problem = Problem::new(
        StatusCode::FORBIDDEN,
        "network.not_allowed",
        format!("This key may not be used from {address}. Whoever issued it can allow the network."),
    )
    .with_header(header::WWW_AUTHENTICATE, HeaderValue::from_static(BAD_TOKEN));
    Err(facts.refused("Network", format!("{address} is in none of the allowed networks"), problem))
}

fn check_version(
    headers: &HeaderMap,
    caller: &Caller,
    operation: &Operation,
    api: &Api,
    facts: &mut Facts,
) -> Result<ApiVersion, Problem> {
    let version = match versions::asked(headers, caller.version) {
        Ok(version) => version,
        Err(problem) => return Err(facts.refused("Version", "a version that was never published", problem)),
    };
    facts.version = Some(version);
    let now = api.services().clock.now();
    let is_gone = [version.retirement(), operation.retirement].into_iter().flatten().any(|end| end.is_over(now));
    if is_gone {
        let problem = Problem::new(
            StatusCode::GONE,
            "version.sunset",
            "This version or address of the API was taken out of service, as announced. See the reference for what took its place.",
        );
        return Err(facts.refused("Version", format!("{version} or this address is past its sunset"), problem));
    }
    facts.passed("Version", version.as_str());
    Ok(version)
}

fn check_scope(
    operation: &Operation,
    caller: &Caller,
    scopes: &BTreeSet<Permission>,
    facts: &mut Facts,
) -> Result<(), Problem> {
    let Some(scope) = operation.scope else {
        facts.passed("Scope", "none is needed");
        return Ok(());
    };
    if scopes.contains(&scope) {
        facts.passed("Scope", scope.as_str());
        return Ok(());
    }
    let challenge = format!("Bearer realm=\"keyfob\", error=\"insufficient_scope\", scope=\"{scope}\"");
    let mut problem = Problem::new(
        StatusCode::FORBIDDEN,
        "scope.missing",
        format!("This call needs the scope {scope}, which {} doesn't have.", caller.public_id),
    );
    if let Ok(challenge) = HeaderValue::from_str(&challenge) {
        problem = problem.with_header(header::WWW_AUTHENTICATE, challenge);
    }
    Err(facts.refused("Scope", format!("{scope} is needed"), problem))
}

/// What each policy counts this call under.
pub(super) fn asks(caller: &Caller, class: RouteClass, address: IpAddr) -> Vec<Ask> {
    caller
        .policies
        .iter()
        .filter(|policy| policy.route_class.is_none_or(|wanted| wanted == class))
        .map(|policy| {
            let subject = match policy.subject {
                Subject::Credential => caller.id.to_string(),
                Subject::Partner => caller.partner.to_string(),
                Subject::RouteClass => format!("{class}:{}", caller.id),
                // One network of IPv6 has more addresses than anybody can count.
                Subject::Address if address.to_canonical().is_ipv4() => address.to_canonical().to_string(),
                Subject::Address => network_of(address),
            };
            Ask { policy: Arc::clone(policy), subject }
        })
        .collect()
}

async fn check_limits(
    api: &Api,
    operation: &Operation,
    caller: &Caller,
    address: IpAddr,
    facts: &mut Facts,
) -> Result<(), Response> {
    let cx = api.services();
    match cx.limiter.ask(&cx.clock, &asks(caller, operation.class, address)).await {
        Verdict::Passes(limits) => {
            facts.passed("Limit", if limits.is_empty() { "none applies" } else { "within all" });
            facts.limits = limits;
            Ok(())
        }
        Verdict::Uncounted => {
            facts.passed("Limit", "calls can't be counted now, and no limit minds");
            Ok(())
        }
        Verdict::Away { policy } => {
            let problem = Problem::new(
                StatusCode::SERVICE_UNAVAILABLE,
                "limit.store_away",
                "Calls can't be counted right now, so this one was not carried out. Try again shortly.",
            )
            .retry_after(5);
            Err(facts
                .refused("Limit", format!("{policy} wants calls refused while they can't be counted"), problem)
                .into_response())
        }
        Verdict::Refused { violated, retry_after, windows } => {
            facts.limits = windows;
            let problem = Problem::new(
                StatusCode::TOO_MANY_REQUESTS,
                "limit.exceeded",
                format!("More calls than {} allows. Try again in {retry_after} s.", violated.join(", ")),
            )
            .retry_after(retry_after);
            let mut response = facts.refused("Limit", format!("over {}", violated.join(", ")), problem).into_response();
            response.extensions_mut().insert(Violated(violated));
            Err(response)
        }
    }
}

/// Carries a call out, in its version.
async fn perform(gate: &Gate, admitted: Admitted, request: Request, next: Next) -> Result<Response, Problem> {
    let Admitted { call, asked, key } = admitted;
    let (version, caller) = (call.version, Arc::clone(&call.caller));
    let own = call.own.clone();
    let (given, terms) = (call.given.clone(), Arc::clone(&call.terms));
    let mut request = if version < ApiVersion::NEWEST && gate.operation.request.is_some() {
        upgraded(request, version, gate.operation.id).await?
    } else {
        request
    };
    request.extensions_mut().insert(call);
    let response = match key {
        Some(key) => idempotent::once(&own, &caller, &gate.operation, &key, request, next).await?,
        None => next.run(request).await,
    };
    if response.status().is_success() {
        given.tell(&own.disclosures, own.clock.now(), &caller, &terms, asked.as_ref());
    }
    if response.status().is_success() && (asked.is_some() || version < ApiVersion::NEWEST) {
        return rendered(response, version, asked.as_ref()).await;
    }
    Ok(response)
}

/// What was sent, as the newest version would have it. What is no JSON is left for the handler to refuse.
async fn upgraded(request: Request, version: ApiVersion, operation: &str) -> Result<Request, Problem> {
    let (mut parts, body) = request.into_parts();
    let bytes = to_bytes(body, LARGEST).await.map_err(|_| Problem::of_status(StatusCode::PAYLOAD_TOO_LARGE))?;
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Ok(Request::from_parts(parts, Body::from(bytes)));
    };
    versions::upgrade_request(version, operation, &mut value);
    let bytes = serde_json::to_vec(&value).unwrap_or_else(|_| bytes.to_vec());
    parts.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Ok(Request::from_parts(parts, Body::from(bytes)))
}

/// The answer in its version, with no more than the fields asked for.
async fn rendered(
    response: Response,
    version: ApiVersion,
    asked: Option<&BTreeSet<String>>,
) -> Result<Response, Problem> {
    let (mut parts, body) = response.into_parts();
    let bytes =
        to_bytes(body, 16 * LARGEST).await.map_err(|_| Problem::of_status(StatusCode::INTERNAL_SERVER_ERROR))?;
    let Ok(mut value) = serde_json::from_slice::<Value>(&bytes) else {
        return Ok(Response::from_parts(parts, Body::from(bytes)));
    };
    if let Some(asked) = asked {
        fields::keep(&mut value, asked);
    }
    versions::downgrade_answer(version, &mut value);
    let bytes = serde_json::to_vec(&value).unwrap_or_default();
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

/// What every answer says: its version, its limits, and whether what was used goes away.
fn label(gate: &Gate, facts: &Facts, headers: &mut HeaderMap) {
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Some(version) = facts.version {
        headers.insert(versions::HEADER, HeaderValue::from_static(version.as_str()));
        if let Some(retirement) = gate.operation.retirement.or_else(|| version.retirement()) {
            versions::tell(gate.api.services(), headers, retirement);
        }
    }
    let items = |item: fn(&WindowLeft) -> String| facts.limits.iter().map(item).collect::<Vec<_>>().join(", ");
    let policy = items(|left| format!("\"{}\";q={};w={}", left.name, left.window.quota(), left.window.seconds()));
    let state = items(|left| format!("\"{}\";r={};t={}", left.name, left.left.calls, left.left.seconds));
    for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
        if let Some(value) = HeaderValue::from_str(&value).ok().filter(|value| !value.is_empty()) {
            headers.insert(HeaderName::from_static(name), value);
        }
    }
}
