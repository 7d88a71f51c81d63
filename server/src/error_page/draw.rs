//! Drawing a problem. The page stands on its own: it needs no session, no database and no script, because any of them
//! may be what failed.

use serde::Serialize;

use super::Problem;
use crate::{assets, edge::request_id::RequestId};

/// A problem document, RFC 9457 with our members `code`, `request_id` and `errors`.
#[derive(Serialize)]
struct Document<'a> {
    r#type: String,
    title: &'a str,
    status: u16,
    detail: &'a str,
    code: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    errors: &'a [services::FieldError],
}

/// The content type and the body.
pub(super) fn draw(problem: &Problem, id: Option<&RequestId>, as_html: bool) -> (&'static str, String) {
    let title = title(problem);
    if as_html {
        return ("text/html; charset=utf-8", page(problem, title, id));
    }
    let document = Document {
        r#type: format!("urn:keyfob:problem:{}", problem.code),
        title,
        status: problem.status.as_u16(),
        detail: &problem.message,
        code: &problem.code,
        request_id: id.map(RequestId::as_str),
        errors: &problem.fields,
    };
    // Plain strings and numbers always serialise; an empty object would still carry the status.
    ("application/problem+json", serde_json::to_string(&document).unwrap_or_else(|_| "{}".to_owned()))
}

/// The headings of the portal's own page for faults.
fn title(problem: &Problem) -> &'static str {
    match problem.status.as_u16() {
        401 => "You are signed out",
        403 => "You can’t do this",
        404 => "There is nothing here",
        408 | 504 => "That took too long",
        409 => "This has changed meanwhile",
        413 => "That is too large",
        422 => "Some fields need another look",
        429 => "Too many requests",
        503 => "Not available right now",
        500 => "Something went wrong",
        _ => problem.status.canonical_reason().unwrap_or("That was refused"),
    }
}

fn page(problem: &Problem, title: &str, id: Option<&RequestId>) -> String {
    let sheet = assets::names()
        .css
        .map_or_else(String::new, |name| format!("<link rel=\"stylesheet\" href=\"/pkg/{}\">", escape(&name)));
    let status = problem.status.as_u16();
    let items =
        problem.fields.iter().fold(String::new(), |items, field| format!("{items}<li>{}</li>", escape(&field.message)));
    let list = if items.is_empty() { items } else { format!("<ul>{items}</ul>") };
    let facts = id.map_or_else(String::new, |id| {
        let id = escape(id.as_str());
        format!("<dl class=\"facts\"><div><dt>Request</dt><dd><code>{id}</code></dd></div></dl>")
    });
    let next = match status {
        401 => "<a class=\"btn primary\" href=\"/sign-in\">Sign in</a>",
        408 | 429 | 500 | 503 | 504 => "<a class=\"btn\" href=\"\">Try again</a>",
        _ => "",
    };
    format!(
        "<!DOCTYPE html>\
         <html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>{title} · Keyfob</title><link rel=\"icon\" href=\"/favicon.svg\" type=\"image/svg+xml\">{sheet}</head>\
         <body><div class=\"gate wide\"><main class=\"gate-card panel\" id=\"main\"><section class=\"fault\">\
         <p class=\"fault-code\">{status} <span>{code}</span></p><h1 tabindex=\"-1\">{title}</h1>\
         <p class=\"lead\">{message}</p>{list}{facts}\
         <div class=\"acts\">{next}<a class=\"btn\" href=\"/\">Go to the overview</a></div>\
         </section></main></div></body></html>",
        title = escape(title),
        message = escape(&problem.message),
        code = escape(&problem.code),
    )
}

/// Makes text harmless in HTML, as content and as an attribute's value.
fn escape(text: &str) -> String {
    text.chars().fold(String::with_capacity(text.len()), |mut out, character| {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
        out
    })
}
