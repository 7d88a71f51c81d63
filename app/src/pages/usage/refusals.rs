//! Why a call was refused: the whole decision from a request's id, and the latest refusals.

use leptos::prelude::*;
use leptos_router::hooks::use_query_map;

use super::reads::{DecisionView, RefusalsView, StepView, refusals_page};
use crate::{
    components::{Facts, Icon, Loaded, PageHead, PlainTable, StatusBadge},
    pages::access::tabs::AccessTabs,
};

/// Why calls were refused. `request` in the address asks for one of them.
#[component]
pub fn RefusalsPage() -> impl IntoView {
    let query = use_query_map();
    let page = Resource::new(move || query.get().get("request").unwrap_or_default(), refusals_page);
    view! { <Loaded resource=page view=show/> }
}

fn show(view: RefusalsView) -> AnyView {
    let is_asked = !view.request.is_empty();
    let request = view.request.clone();
    view! {
        <PageHead
            title="Refusals".to_owned()
            subtitle="Why was I refused? Every answer names its request; with that id the whole decision is here."
        />
        <AccessTabs here="/access/refusals"/>
        <div class="stack">
            <section class="panel" aria-labelledby="ask">
                <header class="panel-head"><h2 id="ask">"Look up a request"</h2></header>
                <form class="filters" method="get" role="search" aria-label="A request">
                    <div class="field wide">
                        <label for="request">"Request id"</label>
                        <input
                            class="input mono w-full"
                            id="request"
                            name="request"
                            value=view.request
                            autocomplete="off"
                            spellcheck="false"
                            aria-describedby=(!is_asked).then_some("request-hint")
                        />
                    </div>
                    <button class="btn primary" type="submit">"Explain"</button>
                    {is_asked.then(|| view! { <a class="btn quiet" href="/access/refusals">"Clear"</a> })}
                </form>
                {match view.decision {
                    Some(decision) => view! { <Decision decision/> }.into_any(),
                    None if is_asked => view! { <Unknown request/> }.into_any(),
                    None => view! {
                        <div class="panel-body">
                            <p class="muted" id="request-hint">
                                "It stands in the answer’s " <code>"request_id"</code> " and in its header "
                                <code>"X-Request-Id"</code> ". Refusals are kept for 30 days."
                            </p>
                        </div>
                    }.into_any(),
                }}
            </section>
            <PlainTable
                id="latest"
                heading="Latest refusals"
                columns=vec!["When", "Answer", "Code", "Route", "Key or client"]
                rows=view.latest
                empty="No call was refused in the last 30 days."
            />
        </div>
    }
    .into_any()
}

#[component]
fn Unknown(request: String) -> impl IntoView {
    view! {
        <div class="empty short" role="status">
            <Icon name="search"/>
            <h3>"No refusal is known by this id"</h3>
            <p><code>{request}</code></p>
            <p>
                "Only refused calls are kept, for 30 days, and they are written within a second. "
                "So this call passed, is older, was just made, or its id was mistyped. "
                "Try again in a second, or ask for the id as it stands in the answer."
            </p>
        </div>
    }
}

#[component]
fn Decision(decision: DecisionView) -> impl IntoView {
    let steps: Vec<_> = decision.steps.into_iter().map(step).collect();
    let has_steps = !steps.is_empty();
    view! {
        <div class="panel-body stack s">
            <h3>"Answered " <StatusBadge badge=decision.answer/></h3>
            <Facts facts=decision.facts/>
        </div>
        {if has_steps {
            view! {
                <div class="table-scroll" role="group" aria-labelledby="steps-caption" tabindex="0">
                    <table class="table plain">
                        <caption id="steps-caption" class="vh">
                            "Every check, in order, up to the one that refused the call"
                        </caption>
                        <thead>
                            <tr>
                                <th scope="col">"Check"</th>
                                <th scope="col">"Came to"</th>
                                <th scope="col">"What was seen"</th>
                            </tr>
                        </thead>
                        <tbody>{steps}</tbody>
                    </table>
                </div>
            }.into_any()
        } else {
            view! { <div class="panel-body"><p class="muted">"Its checks were not kept."</p></div> }.into_any()
        }}
    }
}

fn step(step: StepView) -> AnyView {
    view! { <tr><th scope="row">{step.check}</th><td><StatusBadge badge=step.outcome/></td><td>{step.detail}</td></tr> }
        .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn answer(request: String) -> Result<RefusalsView, crate::error::AppError> {
    use domain::permissions::marker::AccessRead;
    use services::usage;

    use crate::context::{answer, asked};

    /// How many of the latest are listed.
    const MOST: u8 = 50;

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AccessRead>()?;
        let now = cx.clock.now();
        // Longer than any id of ours: nothing to look for, and nothing to show in full.
        let request: String = request.trim().chars().take(100).collect();
        let found = match request.as_str() {
            "" => None,
            id => usage::find_decision(&cx, &access, id).await?,
        };
        let latest = usage::decisions_of(&cx, &access, None, MOST).await?;
        Ok(RefusalsView {
            decision: found.map(|found| shown::decision(&found, now)),
            latest: latest.iter().map(|refused| shown::row(refused, now)).collect(),
            request,
        })
    })
    .await
}

/// Decisions in words.
#[cfg(feature = "ssr")]
mod shown {
    use domain::{Timestamp, subscription::Tone};
    use services::usage::{Decision, Outcome, Step};

    use super::super::reads::{DecisionView, StepView};
    use crate::{
        views::{Badge, Cell, Fact, Row},
        words::when,
    };

    /// The status of an answer: what is ours to mend is graver than what was refused.
    fn status(decision: &Decision) -> Badge {
        let tone = if decision.status >= 500 { Tone::Danger } else { Tone::Warn };
        Badge::new(tone, decision.status.to_string())
    }

    /// The list of keys finds a key by the public part of its credential.
    fn keys(decision: &Decision) -> String {
        format!("/access/keys?q={}", decision.public_id)
    }

    fn step(step: Step) -> StepView {
        let outcome = match step.outcome {
            Outcome::Passed => Badge::new(Tone::Ok, "Passed"),
            Outcome::Refused => Badge::new(Tone::Danger, "Refused"),
        };
        StepView { check: step.check, outcome, detail: step.detail }
    }

    pub(super) fn decision(decision: &Decision, now: Timestamp) -> DecisionView {
        let key = match decision.public_id.as_str() {
            "" => Fact::new("Key or client", "None that we know"),
            id => Fact::link("Key or client", id, keys(decision)),
        };
        DecisionView {
            answer: status(decision),
            facts: vec![
                Fact::code("Code", decision.code.clone()),
                Fact::code("Route", decision.route.clone()),
                Fact::new("When", when(decision.at(), now).exact),
                key,
                Fact::code("Request", decision.request_id.clone()),
            ],
            steps: decision.steps().into_iter().map(step).collect(),
        }
    }

    pub(super) fn row(decision: &Decision, now: Timestamp) -> Row {
        let query =
            form_urlencoded::Serializer::new(String::new()).append_pair("request", &decision.request_id).finish();
        Row {
            href: format!("/access/refusals?{query}"),
            mark: String::new(),
            cells: vec![
                Cell::When(when(decision.at(), now)),
                Cell::Badge(status(decision)),
                Cell::Code(decision.code.clone()),
                Cell::Code(decision.route.clone()),
                if decision.public_id.is_empty() {
                    Cell::Text(String::new())
                } else {
                    Cell::Link(decision.public_id.clone(), keys(decision))
                },
            ],
        }
    }
}
