//! Forms that post to their own page and come back, if refused, with everything that was typed.

use leptos::{context::Provider, prelude::*};

use crate::{
    components::{Icon, TextArea},
    failure::{Failure, use_failure},
    islands::WarnUnsaved,
    viewer::use_viewer,
    views::Choice,
};

/// The failure of the form a field stands in.
#[derive(Clone)]
struct OfForm(Option<Failure>);

/// A form that runs a server function. It posts to the page it stands on; the server answers with another page, or with
/// this one and what is wrong.
#[component]
pub fn PostForm(
    /// The server function's endpoint.
    function: &'static str,
    /// The form's class.
    #[prop(default = "form")]
    class: &'static str,
    /// Asks before what was typed is left behind.
    #[prop(optional)]
    warns_unsaved: bool,
    /// Says what is wrong above the fields. Off for one-button forms, whose page says it.
    #[prop(default = true)]
    has_summary: bool,
    children: Children,
) -> impl IntoView {
    let failure = use_failure(function);
    let token = use_viewer().form_token;
    let summary = has_summary.then(|| failure.clone().map(|failure| view! { <ErrorSummary failure/> }));
    view! {
        <Provider value=OfForm(failure)>
            <form class=class method="post" novalidate data-unsaved=warns_unsaved.then_some("warn")>
                <input type="hidden" name="_fn" value=function/>
                <input type="hidden" name="_form" value=token/>
                {summary}
                {children()}
            </form>
        </Provider>
        {warns_unsaved.then(|| view! { <WarnUnsaved/> })}
    }
}

/// A form of one button.
#[component]
pub fn PostButton(
    /// The server function's endpoint.
    function: &'static str,
    /// What the button says.
    label: &'static str,
    /// The button's class.
    #[prop(default = "btn")]
    class: &'static str,
    /// For assistive technology, when the label alone doesn't say which.
    #[prop(optional, into)]
    described: Option<String>,
    /// Hidden fields.
    #[prop(optional)]
    fields: Vec<(&'static str, String)>,
) -> impl IntoView {
    let fields: Vec<_> = fields.into_iter().map(|(name, value)| view! { <Hidden name value/> }).collect();
    view! {
        <PostForm function class="row" has_summary=false>
            {fields}
            <button class=class type="submit" aria-label=described>{label}</button>
        </PostForm>
    }
}

/// A field nobody sees.
#[component]
pub fn Hidden(
    /// Its name.
    name: &'static str,
    /// Its value.
    value: String,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=value/> }
}

/// What is wrong, with links to the fields; takes the focus when the page opens.
#[component]
pub fn ErrorSummary(
    /// The refused form.
    failure: Failure,
) -> impl IntoView {
    let Failure { error, .. } = failure;
    let items: Vec<_> = error
        .fields
        .iter()
        .map(|field| view! { <li><a href=format!("#f-{}", field.field)>{field.message.clone()}</a></li> })
        .collect();
    let has_items = !items.is_empty();
    view! {
        <div class="error-summary" role="alert" tabindex="-1" autofocus aria-labelledby="error-summary">
            <h2 id="error-summary">"There is a problem"</h2>
            {(!has_items || error.fields.len() > 1).then(|| view! { <p>{error.message.clone()}</p> })}
            {has_items.then(|| view! { <ul>{items}</ul> })}
            {(!has_items && !error.request_id.is_empty())
                .then(|| view! { <p class="small">"Request " <code>{error.request_id.clone()}</code></p> })}
        </div>
    }
}

/// What every field needs to know of itself.
#[derive(Clone)]
struct State {
    id: String,
    value: String,
    error: Option<String>,
    described_by: Option<String>,
}

fn state_of(name: &str, initial: String, has_hint: bool) -> State {
    // `form[name]` on the wire is `name` in messages.
    let bare = name.strip_prefix("form[").and_then(|rest| rest.strip_suffix(']')).unwrap_or(name);
    let failure = use_context::<OfForm>().and_then(|form| form.0);
    let value = failure.as_ref().and_then(|failure| failure.value(name)).unwrap_or(initial);
    let error = failure.as_ref().and_then(|failure| failure.error.at(bare)).map(str::to_owned);
    let id = format!("f-{bare}");
    let ids: Vec<String> = [has_hint.then(|| format!("{id}-hint")), error.is_some().then(|| format!("{id}-error"))]
        .into_iter()
        .flatten()
        .collect();
    State { id, value, error, described_by: (!ids.is_empty()).then(|| ids.join(" ")) }
}

/// Label, hint and message around a control.
#[component]
fn Around(
    /// The field's state.
    state: State,
    /// The label.
    label: String,
    /// What helps to fill it in.
    hint: String,
    /// Whether it may stay empty.
    is_optional: bool,
    children: Children,
) -> impl IntoView {
    let State { id, error, .. } = state;
    view! {
        <div class="field">
            <label for=id.clone()>{label} {is_optional.then(|| view! { " " <span class="opt">"optional"</span> })}</label>
            {(!hint.is_empty()).then(|| view! { <p class="hint" id=format!("{id}-hint")>{hint}</p> })}
            {error
                .map(|error| view! {
                    <p class="field-error" id=format!("{id}-error")>
                        <Icon name="alert"/>
                        <span class="vh">"Error: "</span>
                        {error}
                    </p>
                })}
            {children()}
        </div>
    }
}

/// A field of one line.
#[component]
pub fn Field(
    /// Its name on the wire.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// `text`, `email`, `password`, `date`, `number` …
    #[prop(default = "text")]
    kind: &'static str,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: String,
    /// Whether it may stay empty.
    #[prop(optional)]
    is_optional: bool,
    /// Its width: `w-xs`, `w-s`, `w-m`, `w-full` or nothing.
    #[prop(optional)]
    width: &'static str,
    /// What the browser may fill in.
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Which keys a touch screen shows.
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// A unit behind it.
    #[prop(optional, into)]
    unit: String,
    /// Suggestions from a list on the page, by the list's id.
    #[prop(optional)]
    list: Option<&'static str>,
    /// Takes the focus when the page opens, unless something was refused.
    #[prop(optional)]
    is_first: bool,
) -> impl IntoView {
    let state = state_of(&name, value, !hint.is_empty());
    let has_failed = use_context::<OfForm>().is_some_and(|form| form.0.is_some());
    let input = view! {
        <input
            class=format!("input {width}")
            id=state.id.clone()
            name=name
            type=kind
            value=if kind == "password" { String::new() } else { state.value.clone() }
            autocomplete=autocomplete.unwrap_or("off")
            inputmode=inputmode
            list=list
            aria-invalid=state.error.is_some().then_some("true")
            aria-describedby=state.described_by.clone()
            aria-required=(!is_optional).then_some("true")
            autofocus=is_first && !has_failed
        />
    };
    let control = if unit.is_empty() {
        input.into_any()
    } else {
        view! { <div class="affix">{input}<span>{unit}</span></div> }.into_any()
    };
    view! { <Around state label hint is_optional>{control}</Around> }
}

/// A field of several lines.
#[component]
pub fn TextField(
    /// Its name on the wire.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// What stands in it at first.
    #[prop(optional, into)]
    value: String,
    /// What helps to fill it in.
    #[prop(optional, into)]
    hint: String,
    /// Whether it may stay empty.
    #[prop(optional)]
    is_optional: bool,
    /// How many lines are shown.
    #[prop(default = 3)]
    rows: u32,
) -> impl IntoView {
    let state = state_of(&name, value, !hint.is_empty());
    let State { id, value, error, described_by } = state.clone();
    view! {
        <Around state label hint is_optional>
            {match described_by {
                Some(ids) => view! {
                    <TextArea id name value rows is_invalid=error.is_some() described_by=ids is_required=!is_optional/>
                }.into_any(),
                None => view! { <TextArea id name value rows is_invalid=error.is_some() is_required=!is_optional/> }.into_any(),
            }}
        </Around>
    }
}

/// One of several.
#[component]
pub fn ChoiceField(
    /// Its name on the wire.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// What is chosen at first.
    #[prop(optional, into)]
    value: String,
    /// Values and labels.
    choices: Vec<Choice>,
    /// What helps to choose.
    #[prop(optional, into)]
    hint: String,
    /// Adds an empty choice.
    #[prop(optional)]
    is_optional: bool,
    /// Its width.
    #[prop(default = "w-m")]
    width: &'static str,
) -> impl IntoView {
    let state = state_of(&name, value, !hint.is_empty());
    let State { id, value, error, described_by } = state.clone();
    let options: Vec<_> = is_optional
        .then(|| (String::new(), "—".to_owned()))
        .into_iter()
        .chain(choices)
        .map(|(key, text)| {
            let is_chosen = key == value;
            view! { <option value=key selected=is_chosen>{text}</option> }
        })
        .collect();
    view! {
        <Around state label hint is_optional>
            <select
                class=format!("input {width}")
                id=id
                name=name
                aria-invalid=error.is_some().then_some("true")
                aria-describedby=described_by
            >
                {options}
            </select>
        </Around>
    }
}

/// Yes or no.
#[component]
pub fn CheckField(
    /// Its name on the wire.
    #[prop(into)]
    name: String,
    /// Its label.
    #[prop(into)]
    label: String,
    /// What stands for yes on the wire.
    #[prop(default = "yes")]
    yes: &'static str,
    /// Whether it is checked at first.
    #[prop(optional)]
    is_checked: bool,
    /// What helps to decide.
    #[prop(optional, into)]
    hint: String,
) -> impl IntoView {
    let failure = use_context::<OfForm>().and_then(|form| form.0);
    let is_checked = failure.map_or(is_checked, |failure| failure.value(&name).as_deref() == Some(yes));
    view! {
        <label class="check">
            <input type="checkbox" name=name value=yes checked=is_checked/>
            <span>{label}{(!hint.is_empty()).then(|| view! { <small>{hint}</small> })}</span>
        </label>
    }
}
