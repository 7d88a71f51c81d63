use domain::subscription::{Command, HoldKind, Lane, SegmentKind, State, Subscription, Timelines, timelines};

use crate::fixtures::{active, day, done, draft, held, hold, pause};

const TODAY: &str = "2026-05-20";

/// Each segment of a lane as one line: kind, first day, first day after it, and a mark for what is to come.
fn drawn(timelines: &Timelines, lane: Lane) -> Vec<String> {
    timelines
        .lane(lane)
        .map(|segment| {
            let until = segment.until.map_or("open".to_owned(), |date| date.to_string());
            let mark = if segment.is_future { " planned" } else { "" };
            format!("{} {} {until}{mark}", segment.kind, segment.from)
        })
        .collect()
}

#[test]
fn a_planned_pause_is_drawn_on_both_timelines() {
    let planned = done(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    let both = timelines(&planned, day(TODAY));
    assert_eq!(
        drawn(&both, Lane::Service),
        [
            "service 2026-01-15 2026-05-21",
            "service 2026-05-21 2026-06-01 planned",
            "pause 2026-06-01 2026-07-03 planned",
            "service 2026-07-03 open planned",
        ]
    );
    assert_eq!(drawn(&both, Lane::Billing)[2], "credit 2026-06-01 2026-07-03 planned");
    assert_eq!((both.window().from(), both.window().until()), (day("2026-01-01"), day("2026-07-17")));
}

#[test]
fn a_running_pause_is_cut_at_today() {
    let paused = done(&active(), &pause(TODAY, "2026-07-03"), TODAY);
    let both = timelines(&paused, day("2026-06-10"));
    assert_eq!(
        drawn(&both, Lane::Service)[1..3],
        ["pause 2026-05-20 2026-06-11", "pause 2026-06-11 2026-07-03 planned"]
    );
}

#[test]
fn a_pause_undone_on_its_day_leaves_no_gap() {
    let begun = done(&active(), &pause(TODAY, "2026-07-03"), TODAY);
    let resumed = done(&begun, &Command::Resume { on: day(TODAY) }, TODAY);
    let whole = ["service 2026-01-15 2026-05-21", "service 2026-05-21 open planned"];
    assert_eq!(drawn(&timelines(&resumed, day(TODAY)), Lane::Service), whole);
}

#[test]
fn ends_and_holds_are_drawn() {
    let ending = done(&active(), &Command::GiveNotice { ends_on: day("2026-08-01") }, TODAY);
    let both = timelines(&held(&ending, hold(1, HoldKind::Theft)), day(TODAY));
    assert_eq!(drawn(&both, Lane::Service)[1], "service 2026-05-21 2026-08-01 planned");
    assert_eq!(drawn(&both, Lane::Service)[2], "hold 2026-01-20 open");
    assert_eq!(drawn(&both, Lane::Billing)[2], "hold 2026-01-20 open");
    assert!(both.segments.iter().all(|segment| segment.kind.as_str() != SegmentKind::Pause.as_str()));
}

#[test]
fn without_a_hand_over_there_is_nothing_to_draw() {
    assert!(timelines(&draft(), day(TODAY)).segments.is_empty());
    let cancelled = Subscription { state: State::Cancelled, ..active() };
    assert!(timelines(&cancelled, day(TODAY)).segments.is_empty());
    assert_eq!(cancelled.service_words(), "None");
}

#[test]
fn both_timelines_have_their_words() {
    let planned = done(&active(), &pause("2026-06-01", "2026-07-03"), TODAY);
    assert_eq!(planned.service_words(), "Active since 15 Jan 2026; will pause on 1 Jun 2026 and resume on 3 Jul 2026");
    let billing = "€\u{A0}579.00 a month since 15 Jan 2026; nothing for 1 Jun 2026 – 2 Jul 2026";
    assert_eq!(planned.billing_words(), billing);
    let stopped = held(&active(), hold(1, HoldKind::Legal)).billing_words();
    assert_eq!(stopped, "€\u{A0}579.00 a month since 15 Jan 2026; collection is on hold");
    assert_eq!(draft().service_words(), "Not planned");
}
