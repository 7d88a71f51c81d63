//! Who comes, and whether they may be here at all: nothing behind sign-in answers anybody who is not signed in.

use app::viewer::Viewer;
use axum::{
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use services::{
    access::Actor,
    keys::Purpose,
    sessions::{self, AuthSession, User},
};

use super::{Site, notice};
use crate::edge::trace;

/// Pages for those who are not signed in.
const GATES: [&str; 2] = ["/sign-in", "/sign-in/second-factor"];
/// Where one-time links lead.
const LINKS: &str = "/join/";
/// The page on which a second factor is enrolled.
const ENROL: &str = "/settings/second-factor";

/// Finds out who comes, and sends them where they may be.
pub async fn admit(State(site): State<Site>, mut request: Request, next: Next) -> Response {
    let cx = &site.services;
    let trace = trace::of(&request);
    let session = request.extensions().get::<AuthSession>().cloned();
    let user = session.as_ref().and_then(|session| session.user.clone());
    let session_key = session.as_ref().and_then(|session| session.session.id());
    let public_id = match (&session, &user) {
        (Some(session), Some(_)) => sessions::id(&session.session).await,
        _ => None,
    };
    let actor =
        user.as_ref().map_or_else(|| Actor::nobody(trace.clone()), |user| user.to_actor(trace.clone(), public_id));

    let path = request.uri().path().to_owned();
    if let Some(place) = elsewhere(&path, request.uri().query(), request.method(), user.as_ref()) {
        return see_other(&place);
    }
    if let (Some(session), Some(_)) = (&session, &user) {
        // A use that could not be noted is no reason to refuse it.
        if let Err(error) = sessions::Store::new(cx.clone()).touch(&session.session).await {
            error.log();
        }
    }
    let form_token = session_key
        .map(|id| hex::encode(&cx.keys.keyed_hash(Purpose::FormToken, id.to_string().as_bytes())[..16]))
        .unwrap_or_default();
    let viewer = viewer(cx, user.as_ref(), &actor, form_token, notice::read(cx, request.headers()));
    request.extensions_mut().insert(actor);
    request.extensions_mut().insert(viewer);
    next.run(request).await
}

/// Where somebody has to go instead, if not here.
fn elsewhere(path: &str, query: Option<&str>, method: &Method, user: Option<&User>) -> Option<String> {
    let is_gate = GATES.contains(&path);
    let is_link = path.starts_with(LINKS);
    let is_function = path.starts_with("/_fn/");
    match user {
        // Functions answer for themselves, in a form that a page under way can read.
        _ if is_function => None,
        None if is_gate || is_link => None,
        None => {
            let wanted = query.map_or_else(|| path.to_owned(), |query| format!("{path}?{query}"));
            let is_page = matches!(*method, Method::GET | Method::HEAD) && path != "/";
            let next: String = form_urlencoded::Serializer::new(String::new()).append_pair("next", &wanted).finish();
            Some(if is_page { format!("/sign-in?{next}") } else { "/sign-in".to_owned() })
        }
        Some(_) if is_gate => Some("/".to_owned()),
        Some(_) if is_link => None,
        Some(user) if user.must_enrol && path != ENROL && *method == Method::GET => Some(ENROL.to_owned()),
        Some(_) => None,
    }
}

fn see_other(place: &str) -> Response {
    let place = HeaderValue::from_str(place).unwrap_or(HeaderValue::from_static("/sign-in"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, place)]).into_response()
}

fn viewer(
    cx: &services::Services,
    user: Option<&User>,
    actor: &Actor,
    form_token: String,
    notice: Option<app::viewer::Notice>,
) -> Viewer {
    let environment = cx.settings.environment_label.clone();
    let Some(user) = user else {
        return Viewer { environment, form_token, notice, ..Viewer::default() };
    };
    Viewer {
        is_signed_in: true,
        name: user.name.clone(),
        initials: user.initials.clone(),
        roles: user.roles.join(", "),
        permissions: actor.permissions().iter().map(|permission| permission.as_str().to_owned()).collect(),
        theme: user.preferences.theme.as_str().to_owned(),
        density: user.preferences.density.as_str().to_owned(),
        has_single_keys: user.preferences.single_keys,
        environment,
        form_token,
        notice,
    }
}
