//! What a change will do, and the press that does it.

use domain::subscription::Tone;
use leptos::prelude::*;

use super::reads::{AmountView, ChangeView, ConsequenceView, ReviewView};
use crate::components::{Field, Hidden, Icon, PostForm, TextField};

/// Shows the review of a change, once there is one.
#[component]
pub fn Review(
    /// The page of the change.
    view: ChangeView,
) -> impl IntoView {
    let review = view.review.clone()?;
    let back = format!("/subscriptions/{}", view.id);
    let ReviewView { summary, lines, consequences, amounts, next_invoice, hash, typed } = review;
    let lines: Vec<_> = lines.into_iter().map(line).collect();
    let consequences: Vec<_> = consequences.into_iter().map(consequence).collect();
    let has_amounts = !amounts.is_empty() || next_invoice.is_some();
    let class = if view.is_destructive { "confirm danger" } else { "confirm" };
    let button = if view.is_destructive { "btn danger" } else { "btn primary" };
    Some(view! {
        <section class="panel review" aria-labelledby="review">
            <header class="panel-head"><h2 id="review">{summary}</h2></header>
            <div class="panel-body"><dl class="from-to">{lines}</dl></div>
            <ul class="consequences">{consequences}</ul>
        </section>
        {has_amounts.then(|| view! { <Amounts amounts next_invoice/> })}
        <PostForm function="subscriptions/commit" class>
            <Hidden name="id" value=view.id/>
            <Hidden name="change" value=view.change/>
            <Hidden name="search" value=view.search/>
            <Hidden name="hash" value=hash/>
            <TextField name="reason" label="Reason" hint="Kept in the timeline and in the audit log." rows=2/>
            {(!typed.is_empty())
                .then(|| view! { <Field name="typed" label=format!("Type {typed} to confirm") hint="This can’t be undone." width="w-s"/> })}
            <div class="form-acts">
                <button class=button type="submit">{view.label}</button>
                <a class="btn quiet" href=back>"Go back"</a>
            </div>
        </PostForm>
    })
}

fn line((label, before, after): (String, String, String)) -> AnyView {
    let is_changed = before != after;
    view! {
        <div>
            <dt>{label}</dt>
            <dd>
                <span>{before}</span>
                {is_changed.then(|| view! { <Icon name="right"/><span class="strong">{after}</span> })}
            </dd>
        </div>
    }
    .into_any()
}

fn consequence(consequence: ConsequenceView) -> AnyView {
    let (class, shape) = match consequence.tone {
        Tone::Ok => ("ok", "M4.500 .3a4.200 4.200 0 110 8.400 4.200 4.200 0 010-8.400z"),
        Tone::Notice => ("notice", "M4.500 0L9 4.500 4.500 9 0 4.500z"),
        Tone::Warn => ("warn", "M4.500 .4L9 8.600H0z"),
        Tone::Danger => ("danger", "M.5 .5h8v8h-8z"),
        Tone::Neutral => ("neutral", "M0 3.500h9v2H0z"),
    };
    view! {
        <li class=class>
            <svg class="shape" viewBox="0 0 9 9" aria-hidden="true"><path d=shape></path></svg>
            <div><b>{consequence.topic}</b><p>{consequence.text}</p></div>
        </li>
    }
    .into_any()
}

#[component]
fn Amounts(amounts: Vec<AmountView>, next_invoice: Option<AmountView>) -> impl IntoView {
    let row = |amount: AmountView| {
        view! {
            <tr>
                <th scope="row">{amount.label}{(!amount.note.is_empty()).then(|| view! { <small>{amount.note}</small> })}</th>
                <td class="num">{amount.net}</td>
                <td class="num">{amount.tax}</td>
                <td class="num">{amount.total}</td>
            </tr>
        }
    };
    let rows: Vec<_> = amounts.into_iter().map(row).collect();
    let next = next_invoice.map(|next| view! { <tfoot>{row(next)}</tfoot> });
    view! {
        <section class="panel" aria-labelledby="amounts">
            <header class="panel-head"><h2 id="amounts">"Amounts"</h2></header>
            <div class="table-scroll" role="group" aria-labelledby="amounts" tabindex="0">
                <table class="amounts">
                    <thead>
                        <tr>
                            <th scope="col">"For"</th>
                            <th scope="col" class="num">"Net"</th>
                            <th scope="col" class="num">"Tax"</th>
                            <th scope="col" class="num">"Total"</th>
                        </tr>
                    </thead>
                    <tbody>{rows}</tbody>
                    {next}
                </table>
            </div>
        </section>
    }
}

/// Puts a review into words. Server only.
#[cfg(feature = "ssr")]
pub(super) fn reviewed(review: &services::subscriptions::Reviewed, view: &ChangeView) -> ReviewView {
    use domain::subscription::AmountLine;

    let amount = |line: &AmountLine| AmountView {
        label: line.label.clone(),
        note: line.note.clone(),
        net: line.amount.net.format(),
        tax: line.amount.tax.format(),
        total: line.amount.total.format(),
    };
    let preview = &review.preview;
    ReviewView {
        summary: preview.summary(),
        lines: preview
            .timelines
            .iter()
            .map(|line| (line.label.to_owned(), line.before.clone(), line.after.clone()))
            .collect(),
        consequences: preview
            .consequences
            .iter()
            .map(|told| ConsequenceView {
                tone: told.tone,
                topic: told.topic.label().to_owned(),
                text: told.text.clone(),
            })
            .collect(),
        amounts: preview.amounts.iter().map(amount).collect(),
        next_invoice: preview.next_invoice.as_ref().map(amount),
        hash: review.hash.clone(),
        typed: if view.is_destructive { view.number.clone() } else { String::new() },
    }
}
