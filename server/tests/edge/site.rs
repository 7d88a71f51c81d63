//! The files of the site. A debug build reads them from disk, where these tests can put some.
#![cfg(debug_assertions)]

use std::{fs, path::PathBuf};

use keyfob_server::edge::EdgeConfig;

use crate::{Portal, wire::get};

const HASHED: &str = "edge-test.KgBIrSV5wMZ1gnMtyzY0Hg.css";

/// Files under `pkg/` that go with the test.
struct Files(Vec<PathBuf>);

impl Files {
    fn put(files: &[(&str, &str)]) -> Self {
        let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../target/site/pkg");
        fs::create_dir_all(&folder).unwrap();
        let put = files.iter().map(|(name, text)| {
            let path = folder.join(name);
            fs::write(&path, text).unwrap();
            path
        });
        Self(put.collect())
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        for path in &self.0 {
            let _ = fs::remove_file(path);
        }
    }
}

#[tokio::test]
async fn a_hashed_file_is_kept_for_good_and_sent_in_the_smallest_form() {
    let _files =
        Files::put(&[(HASHED, "plain"), (&format!("{HASHED}.br"), "brotli"), (&format!("{HASHED}.gz"), "gzip")]);
    let portal = Portal::start(&EdgeConfig::default());
    let path = format!("/pkg/{HASHED}");
    for (accept, encoding, body) in [
        ("gzip, deflate, br", Some("br"), "brotli"),
        ("gzip, br;q=0", Some("gzip"), "gzip"),
        ("identity", None, "plain"),
    ] {
        let answer = get(&path).header("accept-encoding", accept).send(portal.address).await;
        assert_eq!((answer.status, answer.header("content-encoding"), answer.body.as_str()), (200, encoding, body));
        assert_eq!(answer.header("cache-control"), Some("public, max-age=31536000, immutable"));
        assert_eq!(answer.header("vary"), Some("accept-encoding"));
        assert_eq!(answer.header("content-type"), Some("text/css; charset=utf-8"));
        assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
        let tag = answer.header("etag").unwrap();
        let again =
            get(&path).header("accept-encoding", accept).header("if-none-match", tag).send(portal.address).await;
        assert_eq!((again.status, again.body.as_str()), (304, ""));
        assert_eq!(again.header("etag"), Some(tag));
        assert!(again.header("cache-control").unwrap().contains("immutable"));
    }
    assert_eq!(get(&format!("{path}.br")).send(portal.address).await.status, 404, "forms have no address");
}

#[tokio::test]
async fn a_file_without_a_hash_is_asked_for_again() {
    let _files = Files::put(&[("edge-test.js", "1")]);
    let portal = Portal::start(&EdgeConfig::default());
    let answer = get("/pkg/edge-test.js").send(portal.address).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-cache")));
}

#[tokio::test]
async fn nothing_outside_the_site_is_served() {
    let portal = Portal::start(&EdgeConfig::default());
    for path in
        ["/pkg/../../../Cargo.toml", "/pkg/%2e%2e/%2e%2e/Cargo.toml", "/pkg//etc/passwd", "/fonts/../../Cargo.toml"]
    {
        let answer = get(path).send(portal.address).await;
        assert!(answer.status == 404 && !answer.body.contains("workspace"), "{path}: {answer:?}");
    }
}
