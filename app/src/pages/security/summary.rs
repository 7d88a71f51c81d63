//! The last day in figures, and whether the log is sound.

use domain::subscription::Tone;
use leptos::prelude::*;

use super::reads::{Figure, SummaryView, Verdict};
use crate::components::Icon;

/// Shows figures and verdicts.
#[component]
pub(super) fn Summary(
    /// What to show.
    summary: SummaryView,
) -> impl IntoView {
    let figures: Vec<_> = summary.figures.into_iter().map(figure).collect();
    let verdicts: Vec<_> = summary.verdicts.into_iter().map(verdict).collect();
    view! {
        <div class="stack s">{summary.overdue.map(overdue)} {verdicts}</div>
        <dl class="strip">{figures}</dl>
    }
}

/// What of the updates is late.
fn overdue((words, href): (String, String)) -> AnyView {
    view! {
        <div class="message warn inline">
            <Icon name="alert"/>
            <div class="message-body"><p><b>{words}</b> " " <a href=href>"See what has to be updated"</a></p></div>
        </div>
    }
    .into_any()
}

fn figure(figure: Figure) -> AnyView {
    view! {
        <div>
            <dt>{figure.label}</dt>
            <dd><a href=figure.href>{figure.value}</a> <small>{figure.note}</small></dd>
        </div>
    }
    .into_any()
}

fn verdict(verdict: Verdict) -> AnyView {
    let (class, icon) = match verdict.tone {
        Tone::Ok => ("message ok inline", "security"),
        Tone::Danger => ("message danger inline", "alert"),
        Tone::Warn => ("message warn inline", "alert"),
        Tone::Notice | Tone::Neutral => ("message notice inline", "info"),
    };
    // Only what is wrong interrupts; that all is well is said without raising one's voice.
    let role = (verdict.tone == Tone::Danger).then_some("alert");
    view! {
        <div class=class role=role>
            <Icon name=icon/>
            <div class="message-body">
                <p>
                    <b>{verdict.headline}</b> " " {verdict.detail}
                    {(!verdict.checkpoint.is_empty())
                        .then(|| view! { " Checkpoint " <code>{verdict.checkpoint}</code> "." })}
                </p>
                {(!verdict.note.is_empty())
                    .then(|| view! {
                        <details>
                            <summary class="small">"The newest checkpoint"</summary>
                            <p class="small muted measure">
                                "Keep a copy outside this machine: whoever has one can show that nothing before it was changed or cut."
                            </p>
                            <pre class="code" tabindex="0">{verdict.note}</pre>
                        </details>
                    })}
            </div>
        </div>
    }
    .into_any()
}

#[cfg(feature = "ssr")]
pub(super) async fn verify() -> Result<crate::viewer::Done, crate::error::AppError> {
    use domain::permissions::marker::AuditRead;
    use services::audit;

    use crate::{
        context::{answer, asked},
        viewer::Done,
    };

    answer(async {
        let (cx, actor) = asked()?;
        actor.authorize::<AuditRead>()?;
        let report = audit::verify::verify(&cx, None, None).await?;
        let events: i64 = report.streams.iter().map(|stream| stream.size).sum();
        let notice = if report.is_sound() {
            format!("All {} events were checked. The log is sound.", crate::words::grouped(events))
        } else {
            "The log was checked, and it is not sound. What was found stands below.".to_owned()
        };
        Ok(Done::at("/security", notice))
    })
    .await
}

#[cfg(feature = "ssr")]
pub(super) async fn answer() -> Result<SummaryView, crate::error::AppError> {
    use domain::{Timestamp, permissions::marker::AuditRead};
    use services::audit::{self, Stream};

    use super::words::{href, time_field};
    use crate::context::{answer, asked};

    answer(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<AuditRead>()?;
        let now = cx.clock.now();
        let summary = audit::summary(&cx, &access).await?;
        let since = time_field(now.plus(-Timestamp::DAY));
        let day = |pairs: &[(&str, &str)]| href(&[&[("from", since.as_str())], pairs].concat());
        let figures = vec![
            figure_of("Events", summary.events, "in 24 h", day(&[])),
            figure_of("Sign-ins", summary.sign_ins, "in 24 h", day(&[("q", "staff.signed_in")])),
            figure_of(
                "Refused at sign-in",
                summary.failed_sign_ins,
                "in 24 h",
                day(&[("stream", "auth"), ("outcome", "failed")]),
            ),
            figure_of("Refused or failed", summary.refusals, "in 24 h", day(&[("outcome", "refused")])),
        ];
        let verdicts = Stream::ALL
            .iter()
            .map(|stream| {
                let verification =
                    summary.verifications.iter().find(|verification| verification.stream == stream.as_str());
                let checkpoint = summary.checkpoints.iter().find(|checkpoint| checkpoint.stream == stream.as_str());
                verdict_of(*stream, verification, checkpoint, now)
            })
            .collect();
        Ok(SummaryView { figures, verdicts, overdue: overdue_updates(&cx, &actor).await? })
    })
    .await
}

#[cfg(feature = "ssr")]
async fn overdue_updates(
    cx: &services::Services,
    actor: &services::access::Actor,
) -> Result<Option<(String, String)>, services::Error> {
    if !actor.holds(domain::permissions::Permission::IntegrationsRead) {
        return Ok(None);
    }
    let count = services::patches::counts(cx, &actor.authorize()?).await?.overdue;
    let words = match count {
        0 => return Ok(None),
        1 => "One update is overdue.".to_owned(),
        many => format!("{} updates are overdue.", crate::words::grouped(many)),
    };
    Ok(Some((words, "/integrations/updates?show=overdue".to_owned())))
}

#[cfg(feature = "ssr")]
fn figure_of(label: &str, count: i64, note: &str, href: String) -> Figure {
    let more = if count >= services::audit::MOST_COUNTED { "+" } else { "" };
    Figure {
        label: label.to_owned(),
        value: format!("{}{more}", crate::words::grouped(count)),
        note: note.to_owned(),
        href,
    }
}

#[cfg(feature = "ssr")]
fn verdict_of(
    stream: services::audit::Stream,
    verification: Option<&services::audit::Verification>,
    checkpoint: Option<&services::audit::LastCheckpoint>,
    now: domain::Timestamp,
) -> Verdict {
    use domain::Timestamp;

    use crate::words::{grouped, when};

    let name = stream.label();
    let (tone, headline, detail) = match verification {
        None => {
            (Tone::Notice, format!("{name}: not checked yet."), "Press “Verify now” to check every event.".to_owned())
        }
        Some(check) if !check.is_sound => (
            Tone::Danger,
            format!("{name}: not sound. {}.", check.finding),
            format!(
                "Found {}. Leave the database as it is, keep a copy, and compare with a checkpoint kept elsewhere.",
                when(Timestamp(check.finished_at), now).exact
            ),
        ),
        Some(check) if check.size == 0 => {
            (Tone::Ok, format!("{name}: sound."), "Nothing has been written to it yet.".to_owned())
        }
        Some(check) => (
            Tone::Ok,
            format!("{name}: verified to #{}.", grouped(check.size - 1)),
            format!("{}.", when(Timestamp(check.finished_at), now).exact),
        ),
    };
    let root = checkpoint.and_then(|checkpoint| checkpoint.note.lines().nth(2)).unwrap_or_default();
    Verdict {
        tone,
        headline,
        detail,
        checkpoint: if root.is_empty() {
            String::new()
        } else {
            format!("{}…", root.chars().take(8).collect::<String>())
        },
        note: checkpoint.map(|checkpoint| checkpoint.note.clone()).unwrap_or_default(),
    }
}
