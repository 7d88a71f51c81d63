//! Which compressed forms a client can read.

use axum::http::{HeaderMap, header};

/// Those that the build makes, smallest first: the word of `Content-Encoding` and the file's extension.
const FORMS: [(&str, &str); 2] = [("br", "br"), ("gzip", "gz")];

/// The forms that are accepted, smallest first. The client's own order is not followed: ours differ in size only.
pub(super) fn accepted(headers: &HeaderMap) -> Vec<(&'static str, &'static str)> {
    FORMS.into_iter().filter(|(name, _)| is_accepted(headers, name)).collect()
}

fn is_accepted(headers: &HeaderMap, name: &str) -> bool {
    let mut wildcard = false;
    let values = headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok());
    for item in values.flat_map(|value| value.split(',')) {
        let mut parts = item.split(';').map(str::trim);
        let coding = parts.next().unwrap_or_default();
        let weight = parts.find_map(|part| part.strip_prefix("q=")).map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
        if coding.eq_ignore_ascii_case(name) {
            return weight > 0.0;
        }
        wildcard |= coding == "*" && weight > 0.0;
    }
    wildcard
}

#[cfg(test)]
mod tests {
    use super::*;

    fn forms(accept: &'static str) -> Vec<&'static str> {
        let headers = HeaderMap::from_iter([(header::ACCEPT_ENCODING, accept.parse().unwrap())]);
        accepted(&headers).into_iter().map(|(name, _)| name).collect()
    }

    #[test]
    fn the_smallest_readable_form_comes_first() {
        assert_eq!(forms("gzip, deflate, br, zstd"), ["br", "gzip"]);
        assert_eq!(forms("gzip;q=1.0, br;q=0"), ["gzip"]);
        assert_eq!(forms("*"), ["br", "gzip"]);
        assert_eq!(forms("*, br;q=0"), ["gzip"]);
        assert!(forms("identity").is_empty());
        assert!(accepted(&HeaderMap::new()).is_empty());
    }
}
