//! A certificate of our own, for development: made once and kept, so that a browser that was told to trust it still does
//! after a restart.

use std::{
    fs,
    io::Write,
    net::{Ipv4Addr, Ipv6Addr},
    path::{Path, PathBuf},
    time::Duration,
};

use rcgen::{CertificateParams, DnType, ExtendedKeyUsagePurpose, KeyPair};
use time::OffsetDateTime;

/// Browsers refuse longer ones.
const VALID_DAYS: i64 = 397;

/// A new one is made when the old one is this old.
const RENEW: Duration = Duration::from_hours(365 * 24);

/// The files of the certificate and the key, made when there are none, when they are old, or for other names.
pub(super) fn keep(folder: &Path, names: &[String]) -> Result<(PathBuf, PathBuf), String> {
    let all = all_names(names);
    let (cert, key, list) = (folder.join("self-signed.crt"), folder.join("self-signed.key"), folder.join("names"));
    let wanted = all.join("\n");
    let is_fit = is_fresh(&cert) && key.is_file() && fs::read_to_string(&list).is_ok_and(|kept| kept == wanted);
    if !is_fit {
        let (cert_pem, key_pem) = make(all).map_err(|error| error.to_string())?;
        let written = fs::create_dir_all(folder)
            .and_then(|()| write(&key, &key_pem, 0o600))
            .and_then(|()| write(&cert, &cert_pem, 0o644))
            .and_then(|()| write(&list, &wanted, 0o644));
        written.map_err(|error| error.to_string())?;
    }
    Ok((cert, key))
}

fn all_names(names: &[String]) -> Vec<String> {
    let here = ["localhost".to_owned(), Ipv4Addr::LOCALHOST.to_string(), Ipv6Addr::LOCALHOST.to_string()];
    let more = names.iter().map(|name| name.trim_matches(['[', ']']).to_owned());
    let mut all: Vec<String> = here.into_iter().chain(more).collect();
    all.sort();
    all.dedup();
    all
}

fn is_fresh(path: &Path) -> bool {
    let age = fs::metadata(path).and_then(|metadata| metadata.modified()).map(|at| at.elapsed().unwrap_or_default());
    age.is_ok_and(|age| age < RENEW)
}

fn make(names: Vec<String>) -> Result<(String, String), rcgen::Error> {
    let key = KeyPair::generate()?;
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name.push(DnType::CommonName, "Keyfob, self-signed");
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let now = OffsetDateTime::now_utc();
    params.not_before = now - time::Duration::days(1);
    params.not_after = now + time::Duration::days(VALID_DAYS - 1);
    let certificate = params.self_signed(&key)?;
    Ok((certificate.pem(), key.serialize_pem()))
}

/// Writes beside and renames, so that a crash leaves no half of a file, and with its rights from the first moment.
fn write(path: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    let beside = path.with_extension("new");
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
    #[cfg(not(unix))]
    let _ = mode;
    let mut file = options.open(&beside)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(beside, path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_kept_until_the_names_change() {
        let folder = tempfile::tempdir().unwrap();
        let (cert, key) = keep(folder.path(), &[]).unwrap();
        let first = fs::read_to_string(&cert).unwrap();
        keep(folder.path(), &[]).unwrap();
        assert_eq!(fs::read_to_string(&cert).unwrap(), first);
        keep(folder.path(), &["portal.test".to_owned()]).unwrap();
        assert_ne!(fs::read_to_string(&cert).unwrap(), first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            assert_eq!(fs::metadata(key).unwrap().permissions().mode() & 0o777, 0o600);
        }
    }

    #[test]
    fn it_is_good_for_this_machine_by_name_and_by_address() {
        let names = all_names(&["[::1]".to_owned(), "portal.test".to_owned()]);
        assert_eq!(names, ["127.0.0.1", "::1", "localhost", "portal.test"]);
    }
}
