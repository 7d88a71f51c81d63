//! One operation: what it takes and answers, and a call to try.

use leptos::prelude::*;

use super::reads::{OperationView, TriedView};
use crate::{
    components::{Facts, Field, Hidden, PlainTable, PostForm, TextField},
    views::Fact,
};

/// Shows an operation whole.
#[component]
pub(super) fn Operation(
    /// The operation.
    view: OperationView,
) -> impl IntoView {
    let scope = if view.line.scope.is_empty() { "None".to_owned() } else { view.line.scope.clone() };
    let facts = vec![
        Fact::code("Call", format!("{} {}", view.line.method, view.line.path)),
        Fact::code("Scope", scope),
        Fact::code("Counted as", view.limit_class.clone()),
        Fact::code("Operation id", view.line.id.clone()),
    ];
    let description = view.description.clone();
    let has_request = !view.request.is_empty();
    view! {
        <section class="panel" aria-labelledby="what">
            <header class="panel-head"><h2 id="what">"What it does"</h2></header>
            <div class="panel-body stack s">
                {(!description.is_empty()).then(|| view! { <p class="measure">{description}</p> })}
                <Facts facts/>
            </div>
        </section>
        <Try view=view.clone()/>
        <PlainTable
            id="parameters"
            heading="Parameters"
            columns=vec!["Name", "Where", "Type", "What for"]
            rows=view.parameters
            empty="It takes none."
        />
        {has_request
            .then(|| view! {
                <PlainTable
                    id="request"
                    heading="What is sent"
                    columns=vec!["Field", "Type", "What for"]
                    rows=view.request
                    empty="Nothing."
                />
            })}
        <PlainTable
            id="response"
            heading="What comes back"
            note="A field that the partner is not cleared for is absent."
            columns=vec!["Field", "Type", "What for"]
            rows=view.response
            empty="Nothing but the status."
        />
        <PlainTable
            id="statuses"
            heading="Statuses"
            columns=vec!["Status", "What it means"]
            rows=view.statuses
            empty="None."
        />
    }
}

#[component]
fn Try(view: OperationView) -> impl IntoView {
    let sends = !view.example.is_empty();
    let hint = "It goes through every check of the API, and what it changes is changed in the sandbox.";
    view! {
        <section class="panel" aria-labelledby="try">
            <header class="panel-head"><h2 id="try">"Try it"</h2></header>
            <div class="panel-body stack s">
                <PostForm function="reference/try">
                    <Hidden name="operation" value=view.line.id.clone()/>
                    <Field
                        name="path"
                        label="Address"
                        value=view.line.path.clone()
                        width="w-full"
                        hint="With ids in place of the names in braces; a query may follow."
                    />
                    {sends.then(|| view! { <TextField name="body" label="Body" value=view.example.clone() rows=8/> })}
                    <Field name="key" label="Test key" kind="password" hint=hint/>
                    <div class="form-acts"><button class="btn primary" type="submit">"Call"</button></div>
                </PostForm>
                {view.tried.map(|tried| view! { <Tried tried/> })}
            </div>
        </section>
    }
}

#[component]
fn Tried(tried: TriedView) -> impl IntoView {
    let class = if tried.is_done { "t-ok" } else { "t-warn" };
    view! {
        <div class="stack s" id="tried" tabindex="-1" role="status">
            <p><code>{tried.called}</code> " answered " <b class=class>{tried.status}</b></p>
            <pre class="code" tabindex="0">{tried.body}</pre>
            <details>
                <summary>"Headers"</summary>
                <pre class="code" tabindex="0">{tried.headers}</pre>
            </details>
        </div>
    }
}
