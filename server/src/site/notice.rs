//! What the last act came to, carried over the redirect in a signed cookie and told once.

use app::viewer::Notice;
use axum::http::{HeaderMap, HeaderValue, header};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use domain::Timestamp;
use services::{Services, clock::zoned, keys::Purpose};
use subtle::ConstantTimeEq;

const NAME: &str = "keyfob-notice";
/// A notice older than this belongs to a page nobody is waiting for.
const FRESH: i64 = 2 * Timestamp::MINUTE;
const LONGEST: usize = 1_500;

/// Sends a notice along; empty sends none.
pub fn set(cx: &Services, headers: &mut HeaderMap, message: &str) {
    if message.is_empty() {
        return;
    }
    let message: String = message.chars().take(LONGEST / 4).collect();
    let text = format!("{}\n{message}", cx.clock.now().millis());
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
    let (at, message) = text.split_once('\n')?;
    let at = Timestamp(at.parse().ok()?);
    (is_ours && (0..FRESH).contains(&cx.clock.now().since(at))).then(|| Notice {
        message: message.to_owned(),
        at: zoned(at, "Europe/Berlin").strftime("Today %H:%M %Z").to_string(),
    })
}
