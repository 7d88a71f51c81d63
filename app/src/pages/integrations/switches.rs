//! Kill switches: what is switched off, switching off, and lifting by two people.

use domain::{
    Timestamp,
    integrations::KillLevel,
    permissions::{Permission, marker::IntegrationsRead},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use services::{
    Error, Services,
    access::Access,
    gateway::{self, Switched},
    integrations, partners,
};

use super::{
    crumbs,
    operate::{EVERYTHING, level_and_key},
    reads::{SwitchLine, SwitchesView, read_switches},
    tabs::IntegrationTabs,
};
use crate::{
    components::{Crumb, Field, Hidden, Icon, Loaded, PageHead, PostForm, TextField},
    context::{answer as answered, asked},
    error::AppError,
    pages::staff::Refusal,
    viewer::may,
    views::Choice,
    words,
};

/// What is switched off. `act` and `what` in the address open the confirmation of a change.
#[component]
pub fn SwitchesPage() -> impl IntoView {
    let query = use_query_map();
    let page = Resource::new(
        move || {
            let of = |name: &str| query.get().get(name).unwrap_or_default();
            (of("act"), of("what"))
        },
        |(act, what)| async move { read_switches(what).await.map(|view| (act, view)) },
    );
    view! { <Loaded resource=page view=show/> }
}

fn show((act, view): (String, SwitchesView)) -> AnyView {
    if !may(Permission::IntegrationsOperate) {
        return show_list(view);
    }
    match (act.as_str(), view.chosen.clone()) {
        ("throw", Some(chosen)) => show_throw(chosen),
        ("throw", None) => show_choice(view),
        ("lift", Some((what, _))) => match view.lines.iter().find(|line| line.what == what).cloned() {
            Some(line) => show_lift(line),
            None => show_list(view),
        },
        _ => show_list(view),
    }
}

fn show_list(view: SwitchesView) -> AnyView {
    let may_operate = may(Permission::IntegrationsOperate);
    let is_empty = view.lines.is_empty();
    let rows: Vec<_> = view.lines.into_iter().map(|line| line_row(line, may_operate)).collect();
    view! {
        <PageHead
            title="Kill switches".to_owned()
            subtitle="What is off sends nothing, on any node, within a second. Lifting takes two people."
        >
            {may_operate.then(|| view! { <a class="btn danger" href="?act=throw">"Switch off …"</a> })}
        </PageHead>
        <IntegrationTabs here="/integrations/switches"/>
        <div class="stack">
            <Refusal of={&["integrations/throw", "integrations/lift"]}/>
            <section class="panel" aria-labelledby="off">
                <header class="panel-head"><h2 id="off">"What is off"</h2></header>
                {if is_empty {
                    view! { <div class="panel-body"><p class="muted">"Nothing is switched off."</p></div> }.into_any()
                } else {
                    view! {
                        <div class="table-scroll" role="group" aria-labelledby="off-caption" tabindex="0">
                            <table class="table plain">
                                <caption class="vh" id="off-caption">"What is switched off"</caption>
                                <thead>
                                    <tr>
                                        <th scope="col">"What"</th>
                                        <th scope="col">"How much"</th>
                                        <th scope="col">"Switched off"</th>
                                        <th scope="col">"Why"</th>
                                        <th scope="col">"Lifting"</th>
                                    </tr>
                                </thead>
                                <tbody>{rows}</tbody>
                            </table>
                        </div>
                    }.into_any()
                }}
            </section>
        </div>
    }
    .into_any()
}

fn line_row(line: SwitchLine, may_operate: bool) -> AnyView {
    let href = format!("?act=lift&what={}", line.what);
    let label = if line.asked.is_empty() { "Ask for lifting …" } else { "Lift …" };
    let described = format!("{label} {}", line.name);
    view! {
        <tr>
            <th scope="row">{line.name}</th>
            <td>{line.level}</td>
            <td>{line.thrown}</td>
            <td>{line.reason}</td>
            <td>
                {if line.asked.is_empty() { "Nobody asked for it." .to_owned() } else { line.asked }} " "
                {may_operate.then(|| view! { <a href=href aria-label=described>{label}</a> })}
            </td>
        </tr>
    }
    .into_any()
}

fn way() -> Vec<Crumb> {
    let mut way = crumbs();
    way.push(Crumb::new("Kill switches", "/integrations/switches"));
    way
}

/// First what, by an address; then the confirmation.
fn show_choice(view: SwitchesView) -> AnyView {
    let options: Vec<_> =
        view.choices.into_iter().map(|(what, name)| view! { <option value=what>{name}</option> }).collect();
    view! {
        <PageHead title="Switch off".to_owned() subtitle="What follows is shown before anything happens." crumbs=way()/>
        <IntegrationTabs here="/integrations/switches"/>
        <section class="panel" aria-labelledby="choose">
            <header class="panel-head"><h2 id="choose">"What to switch off"</h2></header>
            <form class="filters" method="get">
                <input type="hidden" name="act" value="throw"/>
                <div class="field wide">
                    <label for="f-what">"Everything, a partner, an integration, or one of its operations"</label>
                    <select class="input" id="f-what" name="what">{options}</select>
                </div>
                <div class="form-acts">
                    <button class="btn primary" type="submit">"Continue"</button>
                    <a class="btn quiet" href="/integrations/switches">"Go back"</a>
                </div>
            </form>
        </section>
    }
    .into_any()
}

fn show_throw((what, name): Choice) -> AnyView {
    let is_everything = what.starts_with(KillLevel::Everything.as_str());
    let scope = match what.split_once(':').map(|(level, _)| level) {
        Some("everything") => {
            "No call goes to any partner. Whatever needs one waits, is answered from what is known, or is refused."
        }
        Some("partner") => "No call goes to any integration of this partner.",
        Some("operation") => "This operation is not asked for any more. The others of its integration go on.",
        _ => "No call goes to this integration.",
    };
    let lines: Vec<_> = [
        scope,
        "It holds within a second on every node, also for calls that are queued. They wait; none is given up for it.",
        "For each call its plan comes into force, as if the partner were down.",
        "Lifting it takes two people: one asks, another one lifts.",
    ]
    .into_iter()
    .map(|line| view! { <li><Icon name="right"/><div>{line}</div></li> })
    .collect();
    view! {
        <PageHead title="Switch off".to_owned() subtitle=name crumbs=way()/>
        <IntegrationTabs here="/integrations/switches"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">{lines}</ul>
            <PostForm function="integrations/throw" class="confirm danger">
                <Hidden name="what" value=what/>
                {is_everything
                    .then(|| view! {
                        <Field
                            name="typed"
                            label=format!("Type {EVERYTHING}")
                            width="w-m"
                            hint="In capitals. Every partner is affected."
                        />
                    })}
                <TextField name="reason" label="Reason" hint="Kept in the audit log, and shown to whoever is refused." rows=2/>
                <div class="form-acts">
                    <button class="btn danger" type="submit">"Switch off"</button>
                    <a class="btn quiet" href="/integrations/switches">"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}

fn show_lift(line: SwitchLine) -> AnyView {
    let is_asked = !line.asked.is_empty();
    let (title, label, follows) = if is_asked {
        (
            "Lift the switch",
            "Lift switch",
            vec![
                line.asked.clone(),
                "If you are somebody else, calls go out again at once, and what waits is on its way.".to_owned(),
            ],
        )
    } else {
        (
            "Ask for lifting the switch",
            "Ask for lifting",
            vec![
                "Nothing changes yet: it stays off until somebody else lifts it too.".to_owned(),
                "It is seen by everybody on the page of kill switches.".to_owned(),
            ],
        )
    };
    let lines: Vec<_> =
        follows.into_iter().map(|line| view! { <li><Icon name="right"/><div>{line}</div></li> }).collect();
    view! {
        <PageHead title=title.to_owned() subtitle=format!("{}: {}", line.level, line.name) crumbs=way()/>
        <IntegrationTabs here="/integrations/switches"/>
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head">
                <h2 id="follows">"What will happen"</h2>
                <p>{format!("Switched off {}. Why: {}", line.thrown, line.reason)}</p>
            </header>
            <ul class="consequences">{lines}</ul>
            <PostForm function="integrations/lift" class="confirm">
                <Hidden name="what" value=line.what/>
                <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
                <div class="form-acts">
                    <button class="btn primary" type="submit">{label}</button>
                    <a class="btn quiet" href="/integrations/switches">"Go back"</a>
                </div>
            </PostForm>
        </section>
    }
    .into_any()
}

fn line(switched: &Switched, now: Timestamp) -> SwitchLine {
    let when = |at: i64| words::when(Timestamp(at), now).exact;
    SwitchLine {
        what: format!("{}:{}", switched.level(), switched.key),
        level: switched.level().label().to_owned(),
        name: switched.name.clone(),
        thrown: format!("{}, by {}", when(switched.thrown_at), switched.thrown_by),
        reason: switched.reason.clone(),
        asked: switched
            .lift_asked_at
            .map(|at| format!("{} asked for lifting it, on {}.", switched.lift_asked_by, when(at)))
            .unwrap_or_default(),
    }
}

/// Everything that could be switched off: in the words of the address, and of people.
async fn choices(cx: &Services, access: &Access<IntegrationsRead>) -> Result<Vec<Choice>, Error> {
    let mut choices = vec![("everything:everything".to_owned(), "Everything: all partners".to_owned())];
    let partners = partners::choices(cx, access).await?;
    choices.extend(partners.into_iter().map(|(id, name)| (format!("partner:{id}"), format!("Partner: {name}"))));
    let all = integrations::choices(cx, access).await?;
    choices.extend(all.into_iter().map(|(id, name)| (format!("integration:{id}"), format!("Integration: {name}"))));
    let operations = integrations::all_operations(cx, access).await?;
    choices.extend(
        operations
            .into_iter()
            .map(|(id, integration, name)| (format!("operation:{id}"), format!("Operation: {integration}, {name}"))),
    );
    Ok(choices)
}

pub(super) async fn answer(what: String) -> Result<SwitchesView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let lines: Vec<SwitchLine> =
            gateway::switches(&cx, &access).await?.iter().map(|switched| line(switched, now)).collect();
        let choices = choices(&cx, &access).await?;
        let off = lines.iter().map(|line| (line.what.clone(), line.name.clone()));
        let chosen = match what.as_str() {
            "" => None,
            what => {
                level_and_key(what)?;
                choices.iter().cloned().chain(off).find(|(known, _)| known == what)
            }
        };
        Ok(SwitchesView { lines, choices, chosen })
    })
    .await
}
