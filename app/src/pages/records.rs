//! What the pages of customers, vehicles, plans and subscriptions share: notes, tags, small tables, conflicts.

use domain::forms::ConflictField;
use leptos::prelude::*;

use crate::{
    components::{Hidden, PostForm, StatusBadge, TimeText},
    error::AppError,
    failure::use_failure,
    viewer::Done,
    views::{Cell, Row},
};

/// A short table in a panel of its own.
#[component]
pub fn SmallTable(
    /// The panel's heading.
    heading: &'static str,
    /// The columns' headings.
    columns: Vec<&'static str>,
    /// The rows.
    rows: Vec<Row>,
    /// What to say when there are none.
    empty: &'static str,
) -> impl IntoView {
    let id = heading.to_lowercase().replace(' ', "-");
    let caption = format!("{id}-caption");
    let (heading_id, region) = (id.clone(), caption.clone());
    let is_empty = rows.is_empty();
    let headings: Vec<_> = columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect();
    let rows: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let mut href = Some(row.href).filter(|href| !href.is_empty());
            let cells: Vec<_> = row.cells.into_iter().map(|content| small_cell(content, href.take())).collect();
            view! { <tr>{cells}</tr> }
        })
        .collect();
    view! {
        <section class="panel" aria-labelledby=id>
            <header class="panel-head"><h2 id=heading_id>{heading}</h2></header>
            {if is_empty {
                view! { <div class="panel-body"><p class="muted">{empty}</p></div> }.into_any()
            } else {
                view! {
                    <div class="table-scroll" role="group" aria-labelledby=region tabindex="0">
                        <table class="table plain">
                            <caption class="vh" id=caption>{heading}</caption>
                            <thead><tr>{headings}</tr></thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                }.into_any()
            }}
        </section>
    }
}

fn small_cell(cell: Cell, href: Option<String>) -> AnyView {
    let content = match cell {
        Cell::Text(text) => text.into_any(),
        Cell::Who(title, subtitle) => {
            return view! {
                <td class="who">{link(href, view! { <b>{title}</b> }.into_any())}<span>{subtitle}</span></td>
            }
            .into_any();
        }
        Cell::Plate(plate, subtitle) => {
            return view! {
                <td class="who"><span class="plate">{plate}</span><span>{subtitle}</span></td>
            }
            .into_any();
        }
        Cell::Code(code) => view! { <code>{code}</code> }.into_any(),
        Cell::Badge(badge) => view! { <StatusBadge badge/> }.into_any(),
        Cell::When(when) => view! { <TimeText when/> }.into_any(),
        Cell::Number(number) => return view! { <td class="num">{link(href, number.into_any())}</td> }.into_any(),
        Cell::Link(label, to) => view! { <a href=to>{label}</a> }.into_any(),
    };
    view! { <td>{link(href, content)}</td> }.into_any()
}

fn link(href: Option<String>, content: AnyView) -> AnyView {
    match href {
        Some(href) => view! { <a class="row-link" href=href>{content}</a> }.into_any(),
        None => content,
    }
}

/// Shown when somebody else saved first: every field as it was, theirs and mine, and a press that saves what I choose.
#[component]
pub fn ConflictPanel(
    /// The endpoint that saves.
    function: &'static str,
    /// The record.
    id: String,
) -> impl IntoView {
    let conflict = use_failure(function).and_then(|failure| failure.error.conflict)?;
    let has_clash = conflict.has_clash();
    // The merged save goes over their version, so theirs is the new base.
    let base: Vec<(String, String)> =
        conflict.fields.iter().map(|field| (field.field.clone(), field.theirs.clone())).collect();
    let base = json_object(&base);
    let version = conflict.version.to_string();
    let rows: Vec<_> = conflict.fields.iter().filter(|field| field.is_changed()).map(conflict_row).collect();
    let unchanged: Vec<_> = conflict
        .fields
        .iter()
        .filter(|field| !field.is_clash())
        .map(|field| {
            view! { <input type="hidden" name=format!("form[{}]", field.field) value=field.merged().to_owned()/> }
        })
        .collect();
    Some(view! {
        <section class="panel" aria-labelledby="conflict">
            <header class="panel-head"><h2 id="conflict">{format!("{} saved first", conflict.by)}</h2></header>
            <div class="panel-body">
                <p>
                    {if has_clash {
                        "Both of you changed the same field. Choose for each which one to keep; everything else is merged."
                    } else {
                        "You changed different fields, so both sets of changes can be kept."
                    }}
                </p>
                <PostForm function class="confirm" has_summary=false>
                    <Hidden name="id" value=id/>
                    <Hidden name="version" value=version/>
                    <Hidden name="base" value=base/>
                    {unchanged}
                    <div class="table-scroll" role="group" aria-labelledby="conflict" tabindex="0">
                        <table class="diff conflict">
                            <thead>
                                <tr>
                                    <th scope="col">"Field"</th>
                                    <th scope="col">"Was"</th>
                                    <th scope="col">"Theirs"</th>
                                    <th scope="col">"Yours"</th>
                                </tr>
                            </thead>
                            <tbody>{rows}</tbody>
                        </table>
                    </div>
                    <div class="form-acts">
                        <button class="btn primary" type="submit">
                            {if has_clash { "Save what is chosen" } else { "Keep both sets of changes" }}
                        </button>
                    </div>
                </PostForm>
            </div>
        </section>
    })
}

fn conflict_row(field: &ConflictField) -> AnyView {
    let name = format!("form[{}]", field.field);
    let dash = |text: &str| if text.is_empty() { "—".to_owned() } else { text.to_owned() };
    if field.is_clash() {
        let choice = |value: &str, is_on: bool| {
            view! {
                <label class="check">
                    <input type="radio" name=name.clone() value=value.to_owned() checked=is_on/>
                    <span>{dash(value)}</span>
                </label>
            }
        };
        view! {
            <tr class="clash">
                <th scope="row">{field.label.clone()}</th>
                <td>{dash(&field.base)}</td>
                <td class="theirs">{choice(&field.theirs, false)}</td>
                <td class="mine">{choice(&field.mine, true)}</td>
            </tr>
        }
        .into_any()
    } else {
        view! {
            <tr class="merged">
                <th scope="row">{field.label.clone()}</th>
                <td>{dash(&field.base)}</td>
                <td class="theirs">{dash(&field.theirs)}</td>
                <td class="mine">{dash(&field.mine)}</td>
            </tr>
        }
        .into_any()
    }
}

/// A flat JSON object of texts, without the weight of a serialiser in the browser.
fn json_object(pairs: &[(String, String)]) -> String {
    let quote = |text: &str| {
        let mut quoted = String::with_capacity(text.len() + 2);
        quoted.push('"');
        for character in text.chars() {
            match character {
                '"' => quoted.push_str("\\\""),
                '\\' => quoted.push_str("\\\\"),
                control if u32::from(control) < 0x20 => {
                    let code = u32::from(control);
                    quoted.push_str("\\u00");
                    quoted.extend([code / 16, code % 16].into_iter().filter_map(|digit| char::from_digit(digit, 16)));
                }
                other => quoted.push(other),
            }
        }
        quoted.push('"');
        quoted
    };
    let members: Vec<String> = pairs.iter().map(|(key, value)| format!("{}:{}", quote(key), quote(value))).collect();
    format!("{{{}}}", members.join(","))
}

/// Adds a note to a record.
#[server(prefix = "/_fn", endpoint = "notes/add")]
pub async fn add_note(subject: String, id: String, body: String) -> Result<Done, AppError> {
    use crate::context::answer;
    use domain::{forms::FormErrors, texts::NoteBody};

    answer(async {
        let mut errors = FormErrors::default();
        let Some(body) = errors.parse::<NoteBody>("body", body.parse()) else {
            return Err(services::Error::invalid(errors.into_fields()));
        };
        let target = write::Target::parse(&subject, &id)?;
        target.add_note(&body).await?;
        Ok(Done::at(target.path(), "Your note was added."))
    })
    .await
}

/// Takes a note away, or brings it back.
#[server(prefix = "/_fn", endpoint = "notes/remove")]
pub async fn remove_note(
    subject: String,
    id: String,
    note: String,
    #[server(default)] restore: String,
) -> Result<Done, AppError> {
    use crate::context::{answer, parse_id};

    answer(async {
        let target = write::Target::parse(&subject, &id)?;
        let is_removed = restore != "yes";
        target.set_note_removed(parse_id(&note)?, is_removed).await?;
        if !is_removed {
            return Ok(Done::at(target.path(), "The note is back."));
        }
        let back = [("subject", subject.as_str()), ("id", &id), ("note", &note), ("restore", "yes")];
        Ok(Done::at(target.path(), "The note was removed.").with_undo("notes/remove", &back))
    })
    .await
}

/// Adds a tag to a record.
#[server(prefix = "/_fn", endpoint = "tags/add")]
pub async fn add_tag(subject: String, id: String, tag: String) -> Result<Done, AppError> {
    use crate::context::answer;

    answer(async {
        let target = write::Target::parse(&subject, &id)?;
        target.set_tag(&write::tag(&tag)?, true).await?;
        Ok(Done::at(target.path(), format!("The tag “{}” was added.", tag.trim())))
    })
    .await
}

/// Takes a tag away.
#[server(prefix = "/_fn", endpoint = "tags/remove")]
pub async fn remove_tag(subject: String, id: String, tag: String) -> Result<Done, AppError> {
    use crate::context::answer;

    answer(async {
        let target = write::Target::parse(&subject, &id)?;
        target.set_tag(&write::tag(&tag)?, false).await?;
        let back = [("subject", subject.as_str()), ("id", &id), ("tag", &tag)];
        Ok(Done::at(target.path(), format!("The tag “{}” was removed.", tag.trim())).with_undo("tags/add", &back))
    })
    .await
}

/// Which record, and the permission that writing it takes.
#[cfg(feature = "ssr")]
mod write {
    use domain::{
        forms::FormErrors,
        ids::NoteId,
        permissions::{Grant, marker},
        texts::{NoteBody, TagName},
    };
    use services::{Error, access::Access, notes, tags, timeline::Subject};
    use uuid::Uuid;

    use crate::context::asked;

    pub(super) struct Target {
        subject: Subject,
        id: Uuid,
    }

    pub(super) fn tag(text: &str) -> Result<TagName, Error> {
        let mut errors = FormErrors::default();
        errors.parse("tag", text.parse()).ok_or_else(|| Error::invalid(errors.into_fields()))
    }

    impl Target {
        pub(super) fn parse(subject: &str, id: &str) -> Result<Self, Error> {
            let subject = match subject {
                "customer" => Subject::Customer,
                "vehicle" => Subject::Vehicle,
                "plan" => Subject::Plan,
                "subscription" => Subject::Subscription,
                _ => {
                    return Err(Error::invalid_field(
                        "subject",
                        "This form is damaged. Reload the page and try again.",
                    ));
                }
            };
            let id =
                Uuid::try_parse(id).map_err(|_| Error::not_found("record.not_found", "There is no such record."))?;
            Ok(Self { subject, id })
        }

        pub(super) fn path(&self) -> String {
            let area = match self.subject {
                Subject::Customer => "customers",
                Subject::Vehicle => "fleet",
                Subject::Plan => "plans",
                Subject::Subscription => "subscriptions",
            };
            format!("/{area}/{}", self.id)
        }

        pub(super) async fn add_note(&self, body: &NoteBody) -> Result<(), Error> {
            match self.subject {
                Subject::Customer => self.note::<marker::CustomersWrite>(body).await,
                Subject::Vehicle => self.note::<marker::FleetWrite>(body).await,
                Subject::Plan => self.note::<marker::PlansWrite>(body).await,
                Subject::Subscription => self.note::<marker::SubscriptionsWrite>(body).await,
            }
        }

        pub(super) async fn set_note_removed(&self, note: NoteId, is_removed: bool) -> Result<(), Error> {
            match self.subject {
                Subject::Customer => self.note_removed::<marker::CustomersWrite>(note, is_removed).await,
                Subject::Vehicle => self.note_removed::<marker::FleetWrite>(note, is_removed).await,
                Subject::Plan => self.note_removed::<marker::PlansWrite>(note, is_removed).await,
                Subject::Subscription => self.note_removed::<marker::SubscriptionsWrite>(note, is_removed).await,
            }
        }

        pub(super) async fn set_tag(&self, tag: &TagName, is_on: bool) -> Result<(), Error> {
            match self.subject {
                Subject::Customer => self.tag::<marker::CustomersWrite>(tag, is_on).await,
                Subject::Vehicle => self.tag::<marker::FleetWrite>(tag, is_on).await,
                Subject::Plan => self.tag::<marker::PlansWrite>(tag, is_on).await,
                Subject::Subscription => self.tag::<marker::SubscriptionsWrite>(tag, is_on).await,
            }
        }

        async fn note<P: Grant>(&self, body: &NoteBody) -> Result<(), Error> {
            let (cx, actor) = asked()?;
            let access: Access<P> = actor.authorize()?;
            notes::add(&cx, &access, self.subject, self.id, body).await.map(|_| ())
        }

        async fn note_removed<P: Grant>(&self, note: NoteId, is_removed: bool) -> Result<(), Error> {
            let (cx, actor) = asked()?;
            let access: Access<P> = actor.authorize()?;
            notes::set_removed(&cx, &access, self.subject, self.id, note, is_removed).await
        }

        async fn tag<P: Grant>(&self, tag: &TagName, is_on: bool) -> Result<(), Error> {
            let (cx, actor) = asked()?;
            let access: Access<P> = actor.authorize()?;
            if is_on {
                tags::add(&cx, &access, self.subject, self.id, tag).await
            } else {
                tags::remove(&cx, &access, self.subject, self.id, tag).await
            }
        }
    }
}
