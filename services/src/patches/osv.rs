//! Reading advisories (OSV, version 1.6) and lists of what is known to be exploited (as CISA publishes it), strictly and
//! within bounds.

use domain::{
    Timestamp,
    patches::{Affected, Event, Package, Range, Severity, base_score},
};
use serde::Deserialize;
use serde_json::Value;

/// As much is taken in one go from a field: a megabyte.
pub const MOST_PASTED: usize = 1024 * 1024;
/// As much is taken from a file.
pub const MOST_IN_FILE: usize = 16 * 1024 * 1024;
/// Entries in one text.
const MOST_ENTRIES: usize = 20_000;
/// What is wrong is told of so many entries.
const MOST_TOLD: usize = 20;
const MOST_ALIASES: usize = 100;
const MOST_AFFECTED: usize = 500;
const MOST_RANGES: usize = 100;
const MOST_EVENTS: usize = 1_000;
const MOST_VERSIONS: usize = 5_000;
const LONGEST_SUMMARY: usize = 300;
const LONGEST_DETAILS: usize = 8_000;

/// An advisory that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Advisory {
    /// Its id.
    pub osv_id: String,
    /// What others call it.
    pub aliases: Vec<String>,
    /// One line.
    pub summary: String,
    /// More, shortened; plain text.
    pub details: String,
    /// How bad it is.
    pub severity: Severity,
    /// The CVSS base score in tenths.
    pub score: Option<i64>,
    /// The vector that the score is from.
    pub vector: String,
    /// When it was published.
    pub published: Option<Timestamp>,
    /// When it was last changed.
    pub modified: Timestamp,
    /// When it was taken back.
    pub withdrawn: Option<Timestamp>,
    /// What it is about.
    pub affected: Vec<Affected>,
}

/// What a text turned out to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Parsed {
    /// Advisories.
    Advisories(Vec<Advisory>),
    /// The CVEs that are known to be exploited.
    Exploited(Vec<String>),
}

/// Reads a text: one advisory, a list of them, or a list of what is known to be exploited. Answers all of it, or what is
/// wrong with each entry that can't be read.
pub fn parse(text: &str, most: usize) -> Result<Parsed, Vec<String>> {
    if text.len() > most {
        return Err(vec![format!("This is too long: at most {} KB at once.", most / 1024)]);
    }
    let value: Value = serde_json::from_str(text).map_err(|error| vec![format!("This is not JSON: {error}.")])?;
    let entries = match value {
        Value::Object(mut object) => match object.remove("vulnerabilities") {
            Some(Value::Array(entries)) => return exploited(entries).map(Parsed::Exploited),
            Some(_) => return Err(vec!["“vulnerabilities” must be a list.".to_owned()]),
            None => vec![Value::Object(object)],
        },
        Value::Array(entries) => entries,
        _ => return Err(vec!["Give one advisory or a list of them, in the form of OSV.".to_owned()]),
    };
    each(entries, advisory).map(Parsed::Advisories)
}

fn exploited(entries: Vec<Value>) -> Result<Vec<String>, Vec<String>> {
    each(entries, |entry| {
        let cve = entry.get("cveID").and_then(Value::as_str).ok_or("“cveID” is missing")?;
        let is_cve = cve.strip_prefix("CVE-").and_then(|rest| rest.split_once('-')).is_some_and(|(year, number)| {
            let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            year.len() == 4 && is_number(year) && (4..=19).contains(&number.len()) && is_number(number)
        });
        if is_cve { Ok(cve.to_owned()) } else { Err("“cveID” is not the id of a CVE".to_owned()) }
    })
}

/// Reads every entry, or says what is wrong with those that can't be read.
fn each<T>(entries: Vec<Value>, read: impl Fn(Value) -> Result<T, String>) -> Result<Vec<T>, Vec<String>> {
    match entries.len() {
        0 => return Err(vec!["There is nothing in this list.".to_owned()]),
        count if count > MOST_ENTRIES => {
            return Err(vec![format!("There are too many entries: at most {MOST_ENTRIES}.")]);
        }
        _ => {}
    }
    let (mut good, mut bad, mut untold) = (Vec::with_capacity(entries.len()), Vec::new(), 0);
    for (place, entry) in entries.into_iter().enumerate() {
        let name = entry.get("id").or_else(|| entry.get("cveID")).and_then(Value::as_str).map(|id| line(id, 60));
        let name = name.map(|name| format!(" ({name})")).unwrap_or_default();
        match read(entry) {
            Ok(one) => good.push(one),
            Err(error) if bad.len() < MOST_TOLD => bad.push(format!("Entry {}{name}: {error}.", place + 1)),
            Err(_) => untold += 1,
        }
    }
    if untold > 0 {
        bad.push(format!("And {untold} more entries that can’t be read."));
    }
    if bad.is_empty() { Ok(good) } else { Err(bad) }
}

#[derive(Deserialize)]
struct Osv {
    id: String,
    modified: String,
    published: Option<String>,
    withdrawn: Option<String>,
    aliases: Option<Vec<String>>,
    summary: Option<String>,
    details: Option<String>,
    severity: Option<Vec<Score>>,
    affected: Option<Vec<OsvAffected>>,
    database_specific: Option<Value>,
}

#[derive(Deserialize)]
struct Score {
    #[serde(rename = "type")]
    kind: String,
    score: String,
}

#[derive(Deserialize)]
struct OsvAffected {
    package: Option<Package>,
    ranges: Option<Vec<Range>>,
    versions: Option<Vec<String>>,
    severity: Option<Vec<Score>>,
}

fn advisory(entry: Value) -> Result<Advisory, String> {
    let osv: Osv = serde_json::from_value(entry).map_err(|error| error.to_string())?;
    name("id", &osv.id)?;
    let aliases = osv.aliases.unwrap_or_default();
    bounded("aliases", aliases.len(), MOST_ALIASES)?;
    for alias in &aliases {
        name("alias", alias)?;
    }
    let (mut scores, mut affected) = (osv.severity.unwrap_or_default(), Vec::new());
    let all = osv.affected.unwrap_or_default();
    bounded("affected", all.len(), MOST_AFFECTED)?;
    for one in all {
        scores.extend(one.severity.unwrap_or_default());
        // Without a package it tells of commits alone, which nothing in the inventory has.
        let Some(package) = one.package else { continue };
        let one =
            Affected { package, ranges: one.ranges.unwrap_or_default(), versions: one.versions.unwrap_or_default() };
        check(&one)?;
        affected.push(one);
    }
    let (severity, score, vector) = rated(&scores, osv.database_specific.as_ref())?;
    let details = paragraph(osv.details.as_deref().unwrap_or_default());
    let summary = line(osv.summary.as_deref().unwrap_or_default(), LONGEST_SUMMARY);
    let first = details.lines().find(|line| !line.trim().is_empty()).map(|first| line(first, LONGEST_SUMMARY));
    Ok(Advisory {
        summary: if summary.is_empty() { first.unwrap_or_else(|| osv.id.clone()) } else { summary },
        osv_id: osv.id,
        aliases,
        details,
        severity,
        score,
        vector,
        published: osv.published.as_deref().map(|at| instant("published", at)).transpose()?,
        modified: instant("modified", &osv.modified)?,
        withdrawn: osv.withdrawn.as_deref().map(|at| instant("withdrawn", at)).transpose()?,
        affected,
    })
}

/// How bad it is: by the highest CVSS score of version 3, else in the words of whoever published it.
fn rated(scores: &[Score], specific: Option<&Value>) -> Result<(Severity, Option<i64>, String), String> {
    let mut best: Option<(i64, &str)> = None;
    for score in scores.iter().filter(|score| score.kind == "CVSS_V3") {
        let vector = score.score.as_str();
        let tenths = base_score(vector).ok_or_else(|| format!("“{}” is no CVSS vector", line(vector, 80)))?;
        if best.is_none_or(|(known, _)| tenths > known) {
            best = Some((tenths, vector));
        }
    }
    if let Some((tenths, vector)) = best {
        return Ok((Severity::of_score(tenths), Some(tenths), vector.to_owned()));
    }
    let word = specific.and_then(|specific| specific.get("severity")).and_then(Value::as_str);
    Ok((word.and_then(Severity::of_word).unwrap_or(Severity::Unrated), None, String::new()))
}

fn check(affected: &Affected) -> Result<(), String> {
    let Package { ecosystem, name } = &affected.package;
    if ecosystem.is_empty() || ecosystem.len() > 60 || ecosystem.chars().any(char::is_control) {
        return Err("an ecosystem has 1 to 60 characters".to_owned());
    }
    if name.is_empty() || name.len() > 200 || name.chars().any(char::is_control) {
        return Err("a package’s name has 1 to 200 characters".to_owned());
    }
    bounded("ranges", affected.ranges.len(), MOST_RANGES)?;
    bounded("versions", affected.versions.len(), MOST_VERSIONS)?;
    affected.versions.iter().try_for_each(|known| version(known))?;
    for range in &affected.ranges {
        bounded("events", range.events.len(), MOST_EVENTS)?;
        range.events.iter().try_for_each(|event| version(event.version()))?;
        if !range.events.iter().any(|event| matches!(event, Event::Introduced(_))) {
            return Err(format!("a range of {} says nowhere where it begins (“introduced”)", line(name, 60)));
        }
    }
    Ok(())
}

fn version(text: &str) -> Result<(), String> {
    if text.is_empty() || text.len() > 100 || text.chars().any(char::is_control) {
        return Err("a version has 1 to 100 characters".to_owned());
    }
    Ok(())
}

fn name(what: &str, text: &str) -> Result<(), String> {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/@+~".contains(&byte);
    if text.is_empty() || text.len() > 100 || !text.bytes().all(is_plain) {
        return Err(format!("an {what} has 1 to 100 letters, digits and signs like - and :"));
    }
    Ok(())
}

fn bounded(what: &str, count: usize, most: usize) -> Result<(), String> {
    if count > most { Err(format!("there are too many {what}: at most {most}")) } else { Ok(()) }
}

fn instant(field: &str, text: &str) -> Result<Timestamp, String> {
    text.parse::<jiff::Timestamp>()
        .map(|at| Timestamp(at.as_millisecond()))
        .map_err(|_| format!("“{field}” must be an instant, like 2026-11-24T10:00:00Z"))
}

/// One line of at most so many characters.
fn line(text: &str, most: usize) -> String {
    let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    cut(text.trim(), most)
}

/// Plain text with its line breaks, shortened.
fn paragraph(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    cut(text.trim(), LONGEST_DETAILS)
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let mut cut: String = text.chars().take(most.saturating_sub(1)).collect();
    cut.push('…');
    cut
}
