//! Both timelines as segments, for a drawing and for the table beside it.

use jiff::civil::Date;

use super::{Pause, Subscription};
use crate::civil::{CivilPeriod, plus_days};

crate::text_enum! {
    /// Which of the two timelines.
    pub enum Lane {
        /// Who may drive.
        Service = "service", "Service";
        /// Who pays.
        Billing = "billing", "Billing";
    }
}

crate::text_enum! {
    /// What a segment shows; the text is also its class in a drawing.
    pub enum SegmentKind {
        /// Service.
        Service = "service", "Service";
        /// Billing.
        Billing = "billing", "Billing";
        /// Service rests.
        Pause = "pause", "Paused";
        /// Days that are not billed.
        Credit = "credit", "Not billed";
        /// A hold on driving or billing, laid over what it blocks.
        Hold = "hold", "On hold";
    }
}

/// A stretch of one timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Which timeline.
    pub lane: Lane,
    /// What it shows.
    pub kind: SegmentKind,
    /// First day.
    pub from: Date,
    /// First day after it; `None` when no end is known.
    pub until: Option<Date>,
    /// Whether it lies after today: planned, not yet so.
    pub is_future: bool,
}

/// Both timelines of a subscription on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timelines {
    /// The day they were drawn.
    pub today: Date,
    /// All segments, service before billing, each lane from left to right, holds last.
    pub segments: Vec<Segment>,
}

impl Timelines {
    /// The days a drawing should show: all that is known, today, and some days on either side.
    pub fn window(&self) -> CivilPeriod {
        const MARGIN_DAYS: i64 = 14;
        let dates = self.segments.iter().flat_map(|segment| [Some(segment.from), segment.until]).flatten();
        let (first, last) =
            dates.fold((self.today, self.today), |(first, last), date| (first.min(date), last.max(date)));
        CivilPeriod::between(
            plus_days(first, -MARGIN_DAYS).unwrap_or(first),
            plus_days(last, MARGIN_DAYS).unwrap_or(last),
        )
    }

    /// The segments of one lane.
    pub fn lane(&self, lane: Lane) -> impl Iterator<Item = &Segment> {
        self.segments.iter().filter(move |segment| segment.lane == lane)
    }
}

/// Draws both timelines. Without a hand-over planned there is nothing to draw.
pub fn timelines(subscription: &Subscription, today: Date) -> Timelines {
    let mut segments = Vec::new();
    let pauses = || subscription.past_pauses.iter().chain(&subscription.pause);
    let is_drawn = subscription.state.is_before_hand_over() || subscription.state.is_after_hand_over();
    if let Some(from) = subscription.service_from.filter(|_| is_drawn) {
        let rests = pauses().map(|pause| pause.service);
        let lane = Drawing { lane: Lane::Service, flow: SegmentKind::Service, rest: SegmentKind::Pause, today };
        lane.draw(&mut segments, from, subscription.service_until, rests);
    }
    if let Some(from) = subscription.billing_from.filter(|_| is_drawn) {
        let rests = pauses().filter_map(|pause: &Pause| pause.billing);
        let lane = Drawing { lane: Lane::Billing, flow: SegmentKind::Billing, rest: SegmentKind::Credit, today };
        lane.draw(&mut segments, from, subscription.billing_until, rests);
    }
    for hold in subscription.holds.iter() {
        let lanes = [(hold.blocks.driving, Lane::Service), (hold.blocks.billing, Lane::Billing)];
        for (_, lane) in lanes.into_iter().filter(|(is_blocked, _)| *is_blocked) {
            segments.push(Segment { lane, kind: SegmentKind::Hold, from: hold.since, until: None, is_future: false });
        }
    }
    Timelines { today, segments }
}

struct Drawing {
    lane: Lane,
    flow: SegmentKind,
    rest: SegmentKind,
    today: Date,
}

impl Drawing {
    /// What flows, interrupted by what rests, each cut at today.
    fn draw(
        &self,
        segments: &mut Vec<Segment>,
        from: Date,
        until: Option<Date>,
        rests: impl Iterator<Item = CivilPeriod>,
    ) {
        let mut at = from;
        for rest in rests {
            self.cut_at_today(segments, self.flow, at, Some(rest.from()));
            self.cut_at_today(segments, self.rest, rest.from(), Some(rest.until()));
            at = rest.until();
        }
        self.cut_at_today(segments, self.flow, at, until);
    }

    fn cut_at_today(&self, segments: &mut Vec<Segment>, kind: SegmentKind, from: Date, until: Option<Date>) {
        let mut push = |from: Date, until: Option<Date>, is_future| {
            if until.is_none_or(|until| from < until) {
                segments.push(Segment { lane: self.lane, kind, from, until, is_future });
            }
        };
        // Today itself has begun, so it is drawn as what is, not as what will be.
        let tomorrow = self.today.tomorrow().unwrap_or(self.today);
        if from >= tomorrow {
            push(from, until, true);
        } else if until.is_some_and(|until| until <= tomorrow) {
            push(from, until, false);
        } else {
            push(from, Some(tomorrow), false);
            push(tomorrow, until, true);
        }
    }
}
