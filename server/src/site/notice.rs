//! What the last act came to, carried over the redirect in a signed cookie and told once.

use app::viewer::{Done, Notice, Undo};
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Timestamp;
use serde::{Deserialize, Serialize};
use services::{
    Services,
    clock::{ZONE, zoned},
    keys::Purpose,
};
use subtle::ConstantTimeEq;

const NAME: &str = "keyfob-notice";
/// A notice older than this belongs to a page nobody is waiting for.
const FRESH: i64 = 2 * Timestamp::MINUTE;
const LONGEST: usize = 1_500;

/// A notice on its way.
#[derive(Serialize, Deserialize)]
struct Told {
    at: i64,
    message: String,
    undo: Option<Undo>,
}

/// Sends along what an act came to, if there is anything to say.
pub fn set(cx: &Services, headers: &mut HeaderMap, done: &Done) {
    if done.notice.is_empty() {
        return;
    }
    let message = done.notice.chars().take(LONGEST / 4).collect();
    let told = Told { at: cx.clock.now().millis(), message, undo: done.undo.clone() };
    let Ok(text) = serde_json::to_string(&told) else { return };
    let mark = cx.keys.keyed_hash(Purpose::Notice, text.as_bytes());
    put(cx, headers, &format!("{}.{}", URL_SAFE_NO_PAD.encode(mark), URL_SAFE_NO_PAD.encode(text)), 120);
}

/// Takes the notice away once it has been told.
pub fn clear(cx: &Services, headers: &mut HeaderMap) {
    put(cx, headers, "", 0);
}

fn put(cx: &Services, headers: &mut HeaderMap, value: &str, seconds: u32) {
    let secure = if cx.settings.secure_cookies { "; Secure" } else { "" };
    let cookie = format!("{NAME}={value}; Path=/; HttpOnly; SameSite=Lax; Max-Age={seconds}{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        headers.append(header::SET_COOKIE, cookie);
    }
}

/// The notice that came with a request, if it is ours and fresh.
pub fn read(cx: &Services, headers: &HeaderMap) -> Option<Notice> {
    let value = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .find_map(|pair| pair.trim().strip_prefix(NAME)?.strip_prefix('='))?;
    let (mark, text) = value.split_once('.')?;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let expected = cx.keys.keyed_hash(Purpose::Notice, text.as_bytes());
    let is_ours: bool = expected.ct_eq(&URL_SAFE_NO_PAD.decode(mark).ok()?).into();
    if !is_ours {
        return None;
    }
    let Told { at, message, undo } = serde_json::from_str(&text).ok()?;
    let at = Timestamp(at);
    (0..FRESH).contains(&cx.clock.now().since(at)).then(|| Notice {
        message,
        undo,
        at: zoned(at, ZONE).strftime("Today %H:%M %Z").to_string(),
    })
}
