use domain::patches::{Affected, Event, Package, Range, RangeKind, Verdict, first_fix, in_words, verdict};
use proptest::prelude::*;

fn package(ecosystem: &str) -> Package {
    Package { ecosystem: ecosystem.to_owned(), name: "lantern".to_owned() }
}

fn range(kind: RangeKind, events: Vec<Event>) -> Range {
    Range { kind, events }
}

fn one(ecosystem: &str, ranges: Vec<Range>, versions: &[&str]) -> Vec<Affected> {
    let versions = versions.iter().map(|version| (*version).to_owned()).collect();
    vec![Affected { package: package(ecosystem), ranges, versions }]
}

fn introduced(version: &str) -> Event {
    Event::Introduced(version.to_owned())
}

fn fixed(version: &str) -> Event {
    Event::Fixed(version.to_owned())
}

fn last(version: &str) -> Event {
    Event::LastAffected(version.to_owned())
}

fn of(affected: &[Affected], version: &str) -> Verdict {
    verdict(affected, &affected[0].package.ecosystem, "lantern", version)
}

#[test]
fn from_the_first_version_until_it_is_fixed() {
    let affected = one("npm", vec![range(RangeKind::Semver, vec![introduced("0"), fixed("1.4.2")])], &[]);
    assert_eq!(of(&affected, "0.0.1-alpha"), Verdict::Affected);
    assert_eq!(of(&affected, "1.4.1"), Verdict::Affected);
    assert_eq!(of(&affected, "1.4.2-rc.1"), Verdict::Affected, "before the release that fixes it");
    assert_eq!(of(&affected, "1.4.2"), Verdict::Unaffected);
    assert_eq!(of(&affected, "1.10.0"), Verdict::Unaffected);
    assert_eq!(first_fix(&affected, "npm", "lantern", "1.0.0").as_deref(), Some("1.4.2"));
    assert_eq!(in_words(&affected, "npm", "lantern"), ["from the first version, before 1.4.2"]);
}

#[test]
fn the_last_affected_version_is_affected_itself() {
    let affected = one("PyPI", vec![range(RangeKind::Ecosystem, vec![introduced("2.0"), last("2.10")])], &[]);
    for (version, expected) in [
        ("1.9", Verdict::Unaffected),
        ("2", Verdict::Affected),
        ("2.9.5", Verdict::Affected),
        ("2.10", Verdict::Affected),
        ("2.10.0", Verdict::Affected),
        ("2.10.1", Verdict::Unaffected),
        ("2.10rc1", Verdict::Unclear),
    ] {
        assert_eq!(of(&affected, version), expected, "{version}");
    }
}

#[test]
fn events_count_in_the_order_of_versions_and_not_in_that_of_the_text() {
    let events = vec![fixed("3.1.0"), introduced("1.0.0"), introduced("3.0.0"), fixed("1.2.0")];
    let affected = one("crates.io", vec![range(RangeKind::Semver, events)], &[]);
    let told: Vec<bool> = ["0.9.0", "1.0.0", "1.1.9", "1.2.0", "2.9.0", "3.0.0", "3.0.9", "3.1.0"]
        .into_iter()
        .map(|version| of(&affected, version) == Verdict::Affected)
        .collect();
    assert_eq!(told, [false, true, true, false, false, true, true, false]);
    assert_eq!(first_fix(&affected, "crates.io", "lantern", "3.0.0").as_deref(), Some("3.1.0"));
    assert_eq!(first_fix(&affected, "crates.io", "lantern", "1.0.5").as_deref(), Some("1.2.0"));
    assert_eq!(first_fix(&affected, "crates.io", "lantern", "3.1.0"), None);
}

#[test]
fn what_is_fixed_and_comes_back_in_one_version_is_affected() {
    let events = vec![introduced("0"), fixed("2.0.0"), introduced("2.0.0"), fixed("3.0.0")];
    let affected = one("npm", vec![range(RangeKind::Semver, events)], &[]);
    assert_eq!(of(&affected, "2.5.0"), Verdict::Affected);
    let single = one("npm", vec![range(RangeKind::Semver, vec![last("2.0.0"), introduced("2.0.0")])], &[]);
    assert_eq!((of(&single, "2.0.0"), of(&single, "2.0.1")), (Verdict::Affected, Verdict::Unaffected));
}

#[test]
fn versions_that_are_listed_count_beside_ranges() {
    let listed = one("Maven", vec![], &["1.0-jre", "1.1-jre"]);
    assert_eq!(of(&listed, "1.1-jre"), Verdict::Affected);
    assert_eq!(of(&listed, "1.2-jre"), Verdict::Unaffected, "told one by one, and this is none of them");
    let both = one("npm", vec![range(RangeKind::Semver, vec![introduced("2.0.0"), fixed("2.1.0")])], &["1.0.7"]);
    assert_eq!((of(&both, "1.0.7"), of(&both, "1.0.8")), (Verdict::Affected, Verdict::Unaffected));
}

#[test]
fn what_can_not_be_compared_needs_a_person() {
    let commits = one("npm", vec![range(RangeKind::Git, vec![introduced("0"), fixed("8e1f0d2")])], &[]);
    assert_eq!(of(&commits, "1.0.0"), Verdict::Unclear);
    assert_eq!(of(&one("npm", vec![], &[]), "1.0.0"), Verdict::Unclear, "it says nothing of versions");
    let odd = one("npm", vec![range(RangeKind::Semver, vec![introduced("0"), fixed("1.2.3")])], &[]);
    assert_eq!(of(&odd, "latest"), Verdict::Unclear);
}

#[test]
fn another_package_is_not_affected() {
    let affected = one("npm", vec![range(RangeKind::Semver, vec![introduced("0")])], &[]);
    assert_eq!(verdict(&affected, "npm", "lanterns", "1.0.0"), Verdict::Unaffected);
    assert_eq!(verdict(&affected, "PyPI", "lantern", "1.0.0"), Verdict::Unaffected);
    assert_eq!(verdict(&affected, "npm", "lantern", "1.0.0"), Verdict::Affected);
}

fn version() -> impl Strategy<Value = (u64, u64, u64)> {
    (0_u64..4, 0_u64..4, 0_u64..4)
}

fn text((major, minor, patch): (u64, u64, u64)) -> String {
    format!("{major}.{minor}.{patch}")
}

proptest! {
    /// A version is affected iff of all events at or before it (a last affected version: before it), the latest one
    /// introduces; and the order in which the events are written down makes no difference.
    #[test]
    fn a_version_is_affected_iff_the_latest_event_before_it_introduces(
        places in prop::collection::btree_set(version(), 1..8),
        kinds in prop::collection::vec(0_u8..3, 8),
        asked in version(),
        seed in any::<u64>(),
    ) {
        let mut events: Vec<((u64, u64, u64), Event)> = places
            .into_iter()
            .zip(kinds)
            .map(|(place, kind)| {
                let version = text(place);
                let event = match kind {
                    0 => Event::Introduced(version),
                    1 => Event::Fixed(version),
                    _ => Event::LastAffected(version),
                };
                (place, event)
            })
            .collect();
        let latest = events
            .iter()
            .filter(|(place, event)| match event {
                Event::LastAffected(_) => *place < asked,
                _ => *place <= asked,
            })
            .max_by_key(|(place, _)| *place);
        let expected = matches!(latest, Some((_, Event::Introduced(_))));
        let shift = usize::try_from(seed % 8).unwrap() % events.len();
        events.rotate_left(shift);
        let events: Vec<Event> = events.into_iter().map(|(_, event)| event).collect();
        for (ecosystem, kind) in [("npm", RangeKind::Semver), ("PyPI", RangeKind::Ecosystem)] {
            let affected = one(ecosystem, vec![range(kind, events.clone())], &[]);
            prop_assert_eq!(of(&affected, &text(asked)) == Verdict::Affected, expected);
        }
    }

    /// A version that is said to fix it is never affected itself by a range of one beginning and one end.
    #[test]
    fn the_first_fix_is_later_and_not_affected(from in version(), until in version(), asked in version()) {
        let events = vec![introduced(&text(from)), fixed(&text(until))];
        let affected = one("npm", vec![range(RangeKind::Semver, events)], &[]);
        let is_affected = of(&affected, &text(asked)) == Verdict::Affected;
        prop_assert_eq!(is_affected, from <= asked && (asked < until || until < from || until == from));
        if let Some(fix) = first_fix(&affected, "npm", "lantern", &text(asked)) {
            prop_assert!(until > asked);
            if until > from {
                prop_assert_eq!(of(&affected, &fix), Verdict::Unaffected);
            }
        }
    }
}
