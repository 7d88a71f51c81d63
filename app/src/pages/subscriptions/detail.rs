//! A subscription's page.

use domain::permissions::Permission;
use leptos::prelude::*;
use leptos_router::hooks::{use_params_map, use_query_map};

use super::{
    reads::{ActionView, HoldView, SubscriptionDetail, read_subscription},
    steps::Steps,
    timelines::TwoTimelines,
};
use crate::{
    components::{Crumb, Facts, Icon, Loaded, Notes, PageHead, StatusBadge, Tags, Timeline},
    viewer::may,
};

/// One subscription.
#[component]
pub fn SubscriptionPage() -> impl IntoView {
    let params = use_params_map();
    let query = use_query_map();
    let detail = Resource::new(
        move || (params.get().get("id").unwrap_or_default(), query.get().get("cursor")),
        |(id, cursor)| read_subscription(id, cursor),
    );
    view! { <Loaded resource=detail view=show/> }
}

fn action(action: ActionView) -> AnyView {
    view! { <a class=if action.is_primary { "btn primary" } else { "btn" } href=action.href>{action.label}</a> }
        .into_any()
}

fn show(detail: SubscriptionDetail) -> AnyView {
    let may_write = may(Permission::SubscriptionsWrite);
    let actions: Vec<_> = detail.actions.into_iter().map(action).collect();
    view! {
        <PageHead
            title=detail.number
            subtitle=detail.subtitle
            badge=detail.state
            crumbs=vec![Crumb::new("Subscriptions", "/subscriptions")]
        >
            {actions}
        </PageHead>
        {(!detail.attention.is_empty())
            .then(|| view! {
                <div class="message warn">
                    <Icon name="alert"/>
                    <div class="message-body"><p><b>"Needs attention. "</b>{detail.attention}</p></div>
                </div>
            })}
        <div class="stack">
            <Tags tags=detail.tags subject="subscription" id=detail.id.clone() list_href="/subscriptions?tag=" may_write/>
            <section class="panel" aria-labelledby="timelines">
                <header class="panel-head"><h2 id="timelines">"Service and billing"</h2></header>
                <div class="panel-body"><TwoTimelines view=detail.timelines/></div>
            </section>
            <div class="cols">
                <div class="stack">
                    <Holds holds=detail.holds id=detail.id.clone()/>
                    <Steps steps=detail.steps id=detail.id.clone()/>
                    <Timeline timeline=detail.timeline/>
                </div>
                <aside class="stack">
                    <section class="panel" aria-labelledby="parties">
                        <header class="panel-head"><h2 id="parties">"Subscription"</h2></header>
                        <div class="panel-body"><Facts facts=detail.parties/></div>
                    </section>
                    <section class="panel" aria-labelledby="terms">
                        <header class="panel-head"><h2 id="terms">"Terms"</h2></header>
                        <div class="panel-body"><Facts facts=detail.terms/></div>
                    </section>
                    <Notes notes=detail.notes subject="subscription" id=detail.id may_write/>
                </aside>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Holds(holds: Vec<HoldView>, id: String) -> impl IntoView {
    let is_empty = holds.is_empty();
    let place = format!("/subscriptions/{id}/change/place_hold");
    let may_place = may(Permission::HoldsOperate) || may(Permission::HoldsRisk);
    let items: Vec<_> = holds
        .into_iter()
        .map(|hold| {
            let release = format!("/subscriptions/{id}/change/release_hold?hold={}", hold.id);
            let label = format!("Release the {} hold", hold.kind);
            view! {
                <li>
                    <StatusBadge badge=hold.badge/>
                    <div class="feed-text">
                        <p>{hold.reason}</p>
                        <p class="small muted">{hold.what} " · " {hold.since}</p>
                    </div>
                    {hold.may_release.then(|| view! { <a class="btn small" href=release aria-label=label>"Release"</a> })}
                </li>
            }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby="holds">
            <header class="panel-head">
                <h2 id="holds">"Holds"</h2>
                {may_place.then(|| view! { <a class="panel-link" href=place>"Place a hold"</a> })}
            </header>
            {if is_empty {
                view! { <div class="panel-body"><p class="muted">"No hold is open."</p></div> }.into_any()
            } else {
                view! { <ul class="feed">{items}</ul> }.into_any()
            }}
        </section>
    }
}

#[cfg(feature = "ssr")]
#[expect(clippy::too_many_lines, reason = "one view model, field by field")]
pub(super) async fn answer(id: String, cursor: Option<String>) -> Result<SubscriptionDetail, crate::error::AppError> {
    use domain::{
        Timestamp,
        permissions::marker::SubscriptionsRead,
        subscription::{HoldScope, State, Tone},
    };
    use services::{
        access::Actor,
        subscriptions::{self, Detail, HoldRow},
    };

    use crate::{
        context::{answer, asked, parse_id},
        views::{Badge, Fact},
        words,
    };

    fn actions(found: &Detail, actor: &Actor, id: &str) -> Vec<ActionView> {
        let subscription = &found.subscription;
        let wanted: &[(&str, &str, Permission)] = match subscription.state {
            State::Draft => &[
                ("cancel", "Cancel", Permission::SubscriptionsEnd),
                ("submit", "Submit for approval", Permission::SubscriptionsWrite),
            ],
            State::Requested => &[
                ("cancel", "Cancel", Permission::SubscriptionsEnd),
                ("decline", "Decline", Permission::SubscriptionsApprove),
                ("approve", "Approve", Permission::SubscriptionsApprove),
            ],
            State::Approved => &[
                ("cancel", "Cancel", Permission::SubscriptionsEnd),
                ("record_signature", "Record signature", Permission::SubscriptionsSettle),
            ],
            State::AwaitingPayment => &[
                ("cancel", "Cancel", Permission::SubscriptionsEnd),
                ("record_payment", "Record payment", Permission::SubscriptionsSettle),
            ],
            State::Scheduled => &[
                ("cancel", "Cancel", Permission::SubscriptionsEnd),
                ("hand_over", "Hand over", Permission::SubscriptionsHandOver),
            ],
            State::Active if subscription.pause.is_some() => &[
                ("give_notice", "Give notice", Permission::SubscriptionsEnd),
                ("swap", "Swap the car", Permission::SubscriptionsHandOver),
                ("call_off_pause", "Call off pause", Permission::SubscriptionsPause),
            ],
            State::Active => &[
                ("give_notice", "Give notice", Permission::SubscriptionsEnd),
                ("swap", "Swap the car", Permission::SubscriptionsHandOver),
                ("pause", "Pause", Permission::SubscriptionsPause),
            ],
            State::Paused => &[("resume", "Resume", Permission::SubscriptionsPause)],
            State::Ending => &[
                ("withdraw_notice", "Withdraw notice", Permission::SubscriptionsEnd),
                ("swap", "Swap the car", Permission::SubscriptionsHandOver),
                ("return", "Record return", Permission::SubscriptionsHandOver),
            ],
            State::ReturnDue => &[("return", "Record return", Permission::SubscriptionsHandOver)],
            State::Returned => &[("close", "Close", Permission::SubscriptionsSettle)],
            State::Closed | State::Declined | State::Expired | State::Cancelled => &[],
        };
        let mut actions: Vec<ActionView> = wanted
            .iter()
            .filter(|(.., permission)| actor.holds(*permission))
            .map(|(change, label, _)| ActionView {
                label: (*label).to_owned(),
                href: format!("/subscriptions/{id}/change/{change}"),
                is_primary: false,
            })
            .collect();
        if let Some(last) = actions.last_mut() {
            last.is_primary = true;
        }
        actions
    }

    fn hold(row: &HoldRow, actor: &Actor, now: Timestamp) -> HoldView {
        use domain::subscription::{Blocks, HoldKind};

        let kind: HoldKind = row.kind.parse().unwrap_or(HoldKind::Manual);
        let scope: HoldScope = row.scope.parse().unwrap_or(HoldScope::Subscription);
        let blocks = Blocks { driving: row.blocks_driving, changes: row.blocks_changes, billing: row.blocks_billing };
        let review = match &row.review_on {
            Some(on) => format!(", look again on {}", words::stored_date(Some(on))),
            None => String::new(),
        };
        HoldView {
            id: row.id.to_string(),
            kind: kind.label().to_lowercase(),
            badge: Badge::new(if blocks.driving { Tone::Danger } else { Tone::Warn }, kind.label()),
            what: format!("On the {}, blocks {}", scope.label().to_lowercase(), blocks.words()),
            reason: row.reason.clone(),
            since: format!("{} by {}{review}", words::when(Timestamp(row.placed_at), now).shown, row.placed_by),
            may_release: actor.holds(kind.permission()),
        }
    }

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<SubscriptionsRead>()?;
        let now = cx.clock.now();
        let id: domain::ids::SubscriptionId = parse_id(&id)?;
        let found = subscriptions::find(&cx, &access, id, cursor.as_deref()).await?;
        let steps = services::steps::of_subscription(&cx, &access, id).await?;
        let subscription = &found.subscription;
        let (terms, today) = (&subscription.terms, found.context.today);
        let car = found.context.car.as_ref().map(|car| car.label.clone());
        let state = if subscription.state.allows_driving() && !subscription.is_drivable() {
            Badge::new(Tone::Danger, "Not drivable").with_note(subscription.state.label().to_lowercase())
        } else {
            Badge::new(subscription.state.tone(), subscription.state.label())
        };
        let vehicle = match (&car, subscription.vehicle) {
            (Some(label), Some(vehicle)) => Fact::link("Car", label.clone(), format!("/fleet/{vehicle}")),
            _ => Fact::new("Car", ""),
        };
        let on = |at: i64| words::when(Timestamp(at), now).shown;
        Ok(SubscriptionDetail {
            id: id.to_string(),
            subtitle: format!("{} · {}", found.customer.1, car.clone().unwrap_or_else(|| "no car yet".to_owned())),
            state,
            attention: found.attention.clone().unwrap_or_default(),
            actions: actions(&found, &actor, &id.to_string()),
            timelines: super::timelines::placed(subscription, today),
            parties: vec![
                Fact::link("Customer", found.customer.1.clone(), format!("/customers/{}", found.customer.0)),
                vehicle,
                Fact::link(
                    "Plan",
                    format!("{}, version {}", found.plan.1, found.plan.2),
                    format!("/plans/{}", found.plan.0),
                ),
                Fact::new("Account", subscription.money_state.label()),
                Fact::new("Drafted", format!("{} by {}", on(found.created.0), found.created.1)),
                Fact::new("Last changed", format!("{} by {}", on(found.updated.0), found.updated.1)),
                Fact::code("Id", id.to_string()),
            ],
            terms: vec![
                Fact::new("Monthly", terms.price.format()),
                Fact::new("Deposit", terms.deposit.format()),
                Fact::new("Billed each month on day", subscription.anchor_day.to_string()),
                Fact::new("Minimum term", format!("{} months", terms.minimum_term_months)),
                Fact::new("Notice", format!("{} days", terms.notice_days)),
                Fact::new("Included distance", format!("{} km a month", words::grouped(terms.included_km))),
                Fact::new(
                    "Pausing",
                    if terms.pause_allowed {
                        format!("Up to {} days", terms.pause_max_days)
                    } else {
                        "Not in this plan".to_owned()
                    },
                ),
                Fact::new("Time zone", subscription.zone.as_str()),
            ],
            holds: found.holds.iter().map(|row| hold(row, &actor, now)).collect(),
            steps: steps.iter().map(|queued| super::steps::step(queued, now)).collect(),
            tags: found.tags.clone(),
            notes: words::notes(found.notes.clone(), now),
            timeline: words::timeline(found.timeline.clone(), &actor, &format!("/subscriptions/{id}"), now),
            number: found.number,
        })
    })
    .await
}
