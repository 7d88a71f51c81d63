//! The files of the site: style, script, WebAssembly, fonts. They are part of the binary; a debug build reads them from
//! `target/site`, so that a rebuilt style shows without a new server.
//!
//! The build puts a hash of the content into the names under `pkg/`. Such a file never changes, so browsers keep it for
//! a year; everything else is asked for again after its time, with an entity tag that mostly answers 304.

mod encoding;
mod names;

use axum::{
    Router,
    extract::Request,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use rust_embed::{EmbeddedFile, RustEmbed};

pub use self::names::{Names, names};
use crate::{edge::headers::Cacheable, error_page::Problem};

#[derive(RustEmbed)]
#[folder = "../target/site"]
struct Site;

/// A file of the site by its path without the leading slash, such as `pkg/keyfob.….css`.
pub fn file(path: &str) -> Option<EmbeddedFile> {
    Site::get(path)
}

/// The routes of the site's files. They need no session and no limit.
pub fn routes() -> Router {
    Router::new()
        .route("/pkg/{*path}", get(serve))
        .route("/fonts/{*path}", get(serve))
        .route("/favicon.svg", get(serve))
        .route("/robots.txt", get(serve))
        .route("/.well-known/security.txt", get(serve))
}

/// What is served for one request.
struct Chosen {
    file: EmbeddedFile,
    encoding: Option<&'static str>,
}

async fn serve(request: Request) -> Response {
    let path = request.uri().path().trim_start_matches('/');
    let Some(chosen) = choose(path, request.headers()) else {
        return Problem::of_status(StatusCode::NOT_FOUND).into_response();
    };
    let tag = tag(&chosen.file);
    let is_known = request
        .headers()
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .any(|tags| tags.to_str().is_ok_and(|tags| tags.split(',').any(|known| is_same(known, &tag))));
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = [(header::CONTENT_TYPE, content_type(path))];
        let mut response = (kind, chosen.file.data).into_response();
        if let Some(encoding) = chosen.encoding {
            response.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
        }
        response
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(lifetime(path)));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(header::ETAG, tag);
    }
    response.extensions_mut().insert(Cacheable);
    response
}

/// The smallest form that the client can read.
fn choose(path: &str, headers: &HeaderMap) -> Option<Chosen> {
    // Compressed forms have no address of their own.
    if has_extension(path, "br") || has_extension(path, "gz") {
        return None;
    }
    let plain = file(path)?;
    let compressed = encoding::accepted(headers).into_iter().find_map(|(encoding, extension)| {
        let file = file(&format!("{path}.{extension}"))?;
        Some(Chosen { file, encoding: Some(encoding) })
    });
    Some(compressed.unwrap_or(Chosen { file: plain, encoding: None }))
}

/// The entity tag: half of the content's SHA-256.
fn tag(file: &EmbeddedFile) -> String {
    format!("\"{}\"", hex::encode(&file.metadata.sha256_hash()[..16]))
}

/// Weak comparison, as `If-None-Match` asks for.
fn is_same(known: &str, tag: &str) -> bool {
    let known = known.trim();
    known == "*" || known.strip_prefix("W/").unwrap_or(known) == tag
}

/// How long a file may be kept.
fn lifetime(path: &str) -> &'static str {
    if path.starts_with("pkg/") && names::has_hash(path) {
        "public, max-age=31536000, immutable"
    } else if path.starts_with("pkg/") {
        "no-cache"
    } else if path.starts_with("fonts/") {
        // The version stands in the name.
        "public, max-age=2592000"
    } else {
        "public, max-age=3600"
    }
}

fn content_type(path: &str) -> &'static str {
    let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "json" | "map" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

fn has_extension(path: &str, extension: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, own)| own.eq_ignore_ascii_case(extension))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hashed_name_is_kept_for_good() {
        assert!(lifetime("pkg/keyfob.KgBIrSV5wMZ1gnMtyzY0Hg.css").contains("immutable"));
        assert_eq!(lifetime("pkg/keyfob.css"), "no-cache");
        assert_eq!(lifetime("pkg/snippets/client-0/inline0.js"), "no-cache");
        assert!(!lifetime("favicon.svg").contains("immutable"));
    }

    #[test]
    fn tags_are_compared_weakly() {
        assert!(is_same(" W/\"a\"", "\"a\"") && is_same("\"a\"", "\"a\"") && is_same("*", "\"a\""));
        assert!(!is_same("\"b\"", "\"a\""));
    }
}
