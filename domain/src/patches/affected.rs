//! Which versions an advisory is about, in the form of OSV (<https://ossf.github.io/osv-schema/>, version 1.6).

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::version::{Order, package_key};

/// A package, by the ecosystem that names it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Package {
    /// `crates.io`, `npm`, `PyPI`, `Debian:12` …
    pub ecosystem: String,
    /// Its name there.
    pub name: String,
}

/// How the versions of a range are to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RangeKind {
    /// By Semantic Versioning.
    #[serde(rename = "SEMVER")]
    Semver,
    /// By the rules of the ecosystem.
    #[serde(rename = "ECOSYSTEM")]
    Ecosystem,
    /// By commits, which tell nothing of a version.
    #[serde(rename = "GIT")]
    Git,
}

/// A place in the course of versions at which something changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// From this version on it is affected; `0` is before all versions.
    Introduced(String),
    /// From this version on it is not.
    Fixed(String),
    /// After this version it is not.
    LastAffected(String),
    /// The range says nothing of this version and later ones.
    Limit(String),
}

impl Event {
    /// The version at which it is.
    pub fn version(&self) -> &str {
        match self {
            Self::Introduced(version) | Self::Fixed(version) | Self::LastAffected(version) | Self::Limit(version) => {
                version
            }
        }
    }

    /// Of events at one version, the order in which they count: what is fixed and introduced again by the same version
    /// is affected, and its last affected version is that version itself.
    const fn place(&self) -> u8 {
        match self {
            Self::Fixed(_) => 0,
            Self::Introduced(_) => 1,
            Self::LastAffected(_) | Self::Limit(_) => 2,
        }
    }
}

/// A range of versions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Range {
    /// How they are compared.
    #[serde(rename = "type")]
    pub kind: RangeKind,
    /// Where it begins and ends, in any order.
    pub events: Vec<Event>,
}

/// A package with the versions that are affected.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Affected {
    /// Which package.
    pub package: Package,
    /// Ranges of its versions.
    #[serde(default)]
    pub ranges: Vec<Range>,
    /// Versions one by one.
    #[serde(default)]
    pub versions: Vec<String>,
}

/// Whether a version is affected. The order is that of concern.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// It is not.
    Unaffected,
    /// The versions can't be compared: a person has to look.
    Unclear,
    /// It is.
    Affected,
}

/// Whether a version of a package is affected by an advisory.
pub fn verdict(affected: &[Affected], ecosystem: &str, name: &str, version: &str) -> Verdict {
    of_package(affected, ecosystem, name).map(|one| of_one(one, version)).max().unwrap_or(Verdict::Unaffected)
}

/// What an advisory says of a package.
fn of_package<'a>(affected: &'a [Affected], ecosystem: &'a str, name: &str) -> impl Iterator<Item = &'a Affected> {
    let key = package_key(ecosystem, name);
    affected
        .iter()
        .filter(move |one| one.package.ecosystem == ecosystem && package_key(ecosystem, &one.package.name) == key)
}

fn of_one(affected: &Affected, version: &str) -> Verdict {
    if affected.versions.iter().any(|listed| listed == version) {
        return Verdict::Affected;
    }
    let ecosystem = &affected.package.ecosystem;
    let by_ranges = affected.ranges.iter().map(|range| of_range(range, ecosystem, version)).max();
    match by_ranges {
        Some(verdict) => verdict,
        // Told version by version, and this is none of them.
        None if !affected.versions.is_empty() => Verdict::Unaffected,
        None => Verdict::Unclear,
    }
}

fn order_of(range: &Range, ecosystem: &str) -> Option<Order> {
    match range.kind {
        RangeKind::Semver => Some(Order::Semantic),
        RangeKind::Ecosystem => Some(Order::of(ecosystem)),
        RangeKind::Git => None,
    }
}

fn of_range(range: &Range, ecosystem: &str, version: &str) -> Verdict {
    let is_affected = order_of(range, ecosystem).and_then(|order| includes(range, order, version));
    match is_affected {
        Some(true) => Verdict::Affected,
        Some(false) => Verdict::Unaffected,
        None => Verdict::Unclear,
    }
}

/// Whether a range includes a version; nothing when that can't be told.
fn includes(range: &Range, order: Order, version: &str) -> Option<bool> {
    let is_known = |event: &&Event| event.version() == "0" || order.knows(event.version());
    if !order.knows(version) || !range.events.iter().all(|event| is_known(&event)) {
        return None;
    }
    let mut events: Vec<&Event> = range.events.iter().collect();
    events.sort_by(|left, right| at(order, left, right).then(left.place().cmp(&right.place())));
    let limits: Vec<&&Event> = events.iter().filter(|event| matches!(event, Event::Limit(_))).collect();
    if !limits.is_empty() && limits.iter().all(|limit| reached(order, version, limit.version()) != Ordering::Less) {
        return Some(false);
    }
    let mut is_affected = false;
    for event in events {
        let place = reached(order, version, event.version());
        match event {
            Event::Introduced(_) if place != Ordering::Less => is_affected = true,
            Event::Fixed(_) if place != Ordering::Less => is_affected = false,
            Event::LastAffected(_) if place == Ordering::Greater => is_affected = false,
            _ => {}
        }
    }
    Some(is_affected)
}

/// Where a version is, seen from an event's; every version is after `0`.
fn reached(order: Order, version: &str, event: &str) -> Ordering {
    if event == "0" { Ordering::Greater } else { order.compare(version, event).unwrap_or(Ordering::Less) }
}

fn at(order: Order, left: &Event, right: &Event) -> Ordering {
    match (left.version(), right.version()) {
        ("0", "0") => Ordering::Equal,
        ("0", _) => Ordering::Less,
        (_, "0") => Ordering::Greater,
        (left, right) => order.compare(left, right).unwrap_or(Ordering::Equal),
    }
}

/// The nearest later version of a package in which it is fixed, if the advisory names one.
pub fn first_fix(affected: &[Affected], ecosystem: &str, name: &str, version: &str) -> Option<String> {
    let mut best: Option<(Order, &str)> = None;
    for range in of_package(affected, ecosystem, name).flat_map(|one| &one.ranges) {
        let Some(order) = order_of(range, ecosystem) else { continue };
        for event in &range.events {
            let Event::Fixed(fix) = event else { continue };
            let is_later = order.compare(fix, version) == Some(Ordering::Greater);
            let is_nearer = best.is_none_or(|(_, known)| order.compare(fix, known) == Some(Ordering::Less));
            if is_later && is_nearer {
                best = Some((order, fix));
            }
        }
    }
    best.map(|(_, fix)| fix.to_owned())
}

/// Which versions of a package are affected, in words: "from 1.2.0, before 1.4.1".
pub fn in_words(affected: &[Affected], ecosystem: &str, name: &str) -> Vec<String> {
    let mut lines = Vec::new();
    for one in of_package(affected, ecosystem, name) {
        for range in &one.ranges {
            let mut events: Vec<&Event> = range.events.iter().collect();
            if let Some(order) = order_of(range, ecosystem) {
                events.sort_by(|left, right| at(order, left, right).then(left.place().cmp(&right.place())));
            }
            let words: Vec<String> = events.into_iter().map(word).collect();
            lines.push(words.join(", "));
        }
        match one.versions.len() {
            0 => {}
            1..=20 => lines.push(one.versions.join(", ")),
            many => lines.push(format!("{many} versions that are listed one by one")),
        }
    }
    lines
}

fn word(event: &Event) -> String {
    match event {
        Event::Introduced(version) if version == "0" => "from the first version".to_owned(),
        Event::Introduced(version) => format!("from {version}"),
        Event::Fixed(version) => format!("before {version}"),
        Event::LastAffected(version) => format!("up to {version}"),
        Event::Limit(version) => format!("not told from {version} on"),
    }
}
