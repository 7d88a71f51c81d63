//! Control for people: a page with forms that work without JavaScript.

use std::{fmt::Write as _, sync::Arc};

use axum::{
    Form,
    extract::{Path, Query, State as Shared},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;
use serde_json::Value;

use crate::{
    State,
    answers::instant,
    book::Told,
    mode::{CHOICES, Mode},
    roster::{PARTNERS, Partner, partner},
    send::{self, Fault, Message, Scheme},
    signatures,
};

/// So many calls stand on a partner's page.
const SHOWN: usize = 50;

/// Text as it may stand in HTML, inside of elements and of quoted attributes.
fn escaped(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

fn page(status: StatusCode, title: &str, main: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <link rel=\"stylesheet\" href=\"/style.css\"></head><body><main>{main}</main></body></html>"
    );
    let policy = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
    let headers = [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    (status, headers, Html(html)).into_response()
}

pub(crate) async fn style() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "text/css; charset=utf-8")], include_str!("style.css"))
}

/// All partners, each with its mode and a form that sets it.
pub(crate) async fn all(Shared(state): Shared<Arc<State>>) -> Response {
    let rows: String = PARTNERS.iter().map(|partner| row(&state.book.told(partner))).collect();
    let main = format!(
        "<h1>Partner simulator</h1><p>These partners are played here. Choose how one of them behaves, and see in the \
         portal what becomes of it. What stands in brackets are numbers; leave them out for the usual ones.</p><div class=\"scroll\"><table><caption>Partners</caption>\
         <thead><tr><th scope=\"col\">Partner</th><th scope=\"col\">Path</th><th scope=\"col\">Behaves</th>\
         <th scope=\"col\" class=\"number\">Calls</th><th scope=\"col\" class=\"number\">Done</th>\
         <th scope=\"col\">Change</th></tr></thead><tbody>{rows}</tbody></table></div>"
    );
    page(StatusCode::OK, "Partner simulator", &main)
}

fn row(told: &Told) -> String {
    format!(
        "<tr><th scope=\"row\"><a href=\"/partners/{name}\">{title}</a></th><td><code>{path}</code></td><td>{state}</td>\
         <td class=\"number\">{calls}</td><td class=\"number\">{effects}</td><td>{form}</td></tr>",
        name = told.name,
        title = escaped(told.title),
        path = escaped(&told.path),
        state = behaviour(&told.mode),
        calls = told.calls,
        effects = told.effects,
        form = mode_form(told, "/"),
    )
}

fn behaviour(mode: &Mode) -> String {
    let label = CHOICES.iter().find(|choice| choice.word == mode.word()).map_or("", |choice| choice.label);
    let class = if *mode == Mode::Healthy { "well" } else { "ill" };
    // The words in brackets say what a number means; here stands the number itself.
    let (words, numbers) = (label.split(" (").next().unwrap_or(label), mode.numbers());
    let numbers = if numbers.is_empty() { String::new() } else { format!(" ({numbers})") };
    format!("<span class=\"{class}\">{}{}</span>", escaped(words), escaped(&numbers))
}

fn mode_form(told: &Told, back: &str) -> String {
    let mut options = String::new();
    for choice in CHOICES {
        let selected = if choice.word == told.mode.word() { " selected" } else { "" };
        let _ = write!(options, "<option value=\"{}\"{selected}>{}</option>", choice.word, escaped(choice.label));
    }
    format!(
        "<form class=\"line\" method=\"post\" action=\"/partners/{name}/mode\"><input type=\"hidden\" name=\"back\" \
         value=\"{back}\"><select name=\"mode\" aria-label=\"How {title} behaves\">{options}</select><input \
         name=\"numbers\" placeholder=\"As usual\" aria-label=\"Numbers for {title}\" maxlength=\"40\" \
         inputmode=\"numeric\"><button>Set</button></form>",
        name = told.name,
        title = escaped(told.title),
    )
}

#[derive(Deserialize)]
pub(crate) struct Setting {
    mode: String,
    #[serde(default)]
    numbers: String,
    #[serde(default)]
    back: String,
}

/// Sets a mode and leads back to where the form stood.
pub(crate) async fn set(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    Form(setting): Form<Setting>,
) -> Response {
    let Some(partner) = partner(&name) else { return unknown() };
    match Mode::of_words(&setting.mode, &setting.numbers) {
        Ok(mode) => {
            state.book.set(partner, Some(mode), None);
            let own = format!("/partners/{}", partner.name);
            Redirect::to(if setting.back == own { &own } else { "/" }).into_response()
        }
        Err(why) => one_page(&state, partner, StatusCode::UNPROCESSABLE_ENTITY, Some((false, &why))),
    }
}

fn unknown() -> Response {
    page(StatusCode::NOT_FOUND, "Not found", "<h1>Nobody here is called that</h1><p><a href=\"/\">All partners</a></p>")
}

#[derive(Deserialize)]
pub(crate) struct Shown {
    #[serde(default)]
    sent: String,
}

/// One partner: its calls, and a form that sends a message.
pub(crate) async fn one(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    Query(shown): Query<Shown>,
) -> Response {
    let Some(partner) = partner(&name) else { return unknown() };
    let notice = (!shown.sent.is_empty()).then(|| format!("The message was sent and answered with {}.", shown.sent));
    one_page(&state, partner, StatusCode::OK, notice.as_deref().map(|notice| (true, notice)))
}

fn one_page(state: &State, partner: &Partner, status: StatusCode, notice: Option<(bool, &str)>) -> Response {
    let told = state.book.told(partner);
    let notice = notice.map_or_else(String::new, |(is_well, text)| {
        let class = if is_well { "notice" } else { "notice wrong" };
        format!("<p class=\"{class}\" role=\"status\">{}</p>", escaped(text))
    });
    let main = format!(
        "<p><a href=\"/\">All partners</a></p><h1>{title}</h1><p>{state} · {calls} calls, {effects} deeds</p>{notice}{form}\
         <h2>Send a message</h2>{send}<h2>Last calls</h2>{list}",
        title = escaped(told.title),
        state = behaviour(&told.mode),
        calls = told.calls,
        effects = told.effects,
        form = mode_form(&told, &format!("/partners/{}", partner.name)),
        send = send_form(partner),
        list = calls(state, partner),
    );
    page(status, &format!("{} · Partner simulator", partner.title), &main)
}

fn calls(state: &State, partner: &Partner) -> String {
    let seen = state.book.calls(partner);
    if seen.is_empty() {
        return "<p>Nobody has called yet.</p>".to_owned();
    }
    let mut rows = String::new();
    for call in seen.iter().rev().take(SHOWN) {
        let key = call.headers.get("idempotency-key").map_or("", String::as_str);
        let body: String = call.body.chars().take(400).collect();
        let _ = write!(
            rows,
            "<tr><td>{}</td><td>{}</td><td><code>{} {}</code></td><td><code>{}</code></td><td><code>{}</code></td></tr>",
            escaped(&instant(call.at)),
            escaped(if call.is_authorized { call.operation } else { "refused" }),
            escaped(&call.method),
            escaped(&call.path),
            escaped(key),
            escaped(&body),
        );
    }
    format!(
        "<div class=\"scroll\"><table><caption>Last calls, the newest first</caption><thead><tr><th scope=\"col\">At</th>\
         <th scope=\"col\">Operation</th><th scope=\"col\">Request</th><th scope=\"col\">Idempotency key</th>\
         <th scope=\"col\">Body</th></tr></thead><tbody>{rows}</tbody></table></div>"
    )
}

/// What a partner usually tells, and how it signs that: type, data and scheme.
fn usual(partner: &Partner) -> (&'static str, &'static str, Scheme) {
    match partner.name {
        "ardent" => (
            "payment.succeeded",
            r#"{"subscription": "S-1001", "amount_minor": 42900, "currency": "EUR", "reference": "AR-000001"}"#,
            Scheme::Standard,
        ),
        "roadsense" => (
            "odometer.reading",
            r#"{"vin": "WVWZZZ1KZAW000001", "km": 12345, "at": "2026-11-28T10:00:00Z"}"#,
            Scheme::Hmac,
        ),
        _ => ("state.changed", "{}", Scheme::Standard),
    }
}

fn send_form(partner: &Partner) -> String {
    let (kind, data, scheme) = usual(partner);
    let mut schemes = String::new();
    for (one, word, label) in [
        (Scheme::Standard, "standard", "Standard Webhooks"),
        (Scheme::Hmac, "hmac", "HMAC-SHA-256 of the body"),
        (Scheme::Stripe, "stripe", "Stripe’s scheme"),
    ] {
        let selected = if one == scheme { " selected" } else { "" };
        let _ = write!(schemes, "<option value=\"{word}\"{selected}>{label}</option>");
    }
    format!(
        "<form class=\"panel\" method=\"post\" action=\"/partners/{name}/send\">\
         <label>To <input name=\"to\" required maxlength=\"2000\" value=\"http://127.0.0.1:3000/hooks/{name}\"></label>\
         <label>Signed by <select name=\"scheme\">{schemes}</select></label>\
         <label>Secret <input name=\"secret\" required maxlength=\"500\" autocomplete=\"off\" value=\"{secret}\"></label>\
         <label>What happened <input name=\"type\" required maxlength=\"100\" value=\"{kind}\"></label>\
         <label>With what (JSON) <input name=\"data\" maxlength=\"8000\" value=\"{data}\"></label>\
         <label>Wrong with it <select name=\"fault\"><option value=\"none\">Nothing</option>\
         <option value=\"wrong_signature\">Signed by another secret</option><option value=\"late\">Signed an hour ago</option>\
         <option value=\"duplicate\">Sent twice</option><option value=\"bad_json\">No JSON</option>\
         <option value=\"unsigned\">Not signed</option></select></label><button>Send message</button></form>",
        name = partner.name,
        data = escaped(data),
        secret = escaped(&signatures::demo_secret(partner.name, scheme == Scheme::Standard)),
    )
}

#[derive(Deserialize)]
pub(crate) struct Sending {
    to: String,
    scheme: Scheme,
    secret: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    data: String,
    #[serde(default)]
    fault: Fault,
}

/// Sends a message and tells how it was answered.
pub(crate) async fn send(
    Shared(state): Shared<Arc<State>>,
    Path(name): Path<String>,
    Form(sending): Form<Sending>,
) -> Response {
    let Some(partner) = partner(&name) else { return unknown() };
    let Ok(data) = serde_json::from_str::<Value>(&sending.data) else {
        let why = "What happened is told in JSON, and this is none. Nothing was sent.";
        return one_page(&state, partner, StatusCode::UNPROCESSABLE_ENTITY, Some((false, why)));
    };
    let Sending { to, scheme, secret, kind, fault, .. } = sending;
    let message = Message { to, scheme, secret, kind, data, fault, id: None, header: None };
    match send::send(&state, &message).await {
        Ok(answers) => {
            let statuses: Vec<String> = answers.iter().map(|answer| answer.status.to_string()).collect();
            Redirect::to(&format!("/partners/{}?sent={}", partner.name, statuses.join("+and+"))).into_response()
        }
        Err(unsent) => {
            let why = format!("The message was not taken: {unsent}.");
            one_page(&state, partner, StatusCode::BAD_GATEWAY, Some((false, &why)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn text_of_others_stays_text() {
        assert_eq!(escaped("<b a=\"x\" c='y'>&"), "&lt;b a=&quot;x&quot; c=&#39;y&#39;&gt;&amp;");
    }
}
