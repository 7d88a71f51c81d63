//! Questionnaires: the list, one to read, and the import of another.

use domain::{
    Timestamp,
    assessments::{Template, built_in},
    permissions::{Permission, marker::IntegrationsRead},
};
use leptos::prelude::*;
use leptos_router::hooks::use_query_map;
use services::assessments;

use super::{
    TAB, crumbs,
    reads::{TemplatesView, read_templates},
};
use crate::{
    components::{Loaded, PageHead, PlainTable, PostForm, TextField},
    context::{answer as answered, asked},
    error::AppError,
    pages::integrations::tabs::IntegrationTabs,
    viewer::may,
    views::{Cell, Row},
    words,
};

/// The questionnaires. `show` in the address opens one to read.
#[component]
pub fn TemplatesPage() -> impl IntoView {
    let query = use_query_map();
    let page = Resource::new(move || query.get().get("show").unwrap_or_default(), read_templates);
    view! { <Loaded resource=page view=show/> }
}

fn show(view: TemplatesView) -> AnyView {
    let TemplatesView { rows, example, shown } = view;
    view! {
        <PageHead
            title="Questionnaires".to_owned()
            subtitle="A version never changes, so that an assessment can always be read as it was answered."
            crumbs=crumbs()
        />
        <IntegrationTabs here=TAB/>
        <div class="stack">
            <PlainTable
                id="templates"
                heading="Versions"
                columns=vec!["Questionnaire", "Version", "Questions from", "Imported"]
                rows
                empty="There is none."
            />
            {shown
                .map(|(title, questions)| view! {
                    <PlainTable
                        id="questions"
                        heading=title
                        columns=vec!["Question", "Section", "Knock-out", "Weight"]
                        rows=questions
                        empty="It asks nothing."
                    />
                })}
            {may(Permission::AssessmentsWrite).then(|| view! { <Import example/> })}
        </div>
    }
    .into_any()
}

#[component]
fn Import(example: String) -> impl IntoView {
    view! {
        <section class="panel" aria-labelledby="import">
            <header class="panel-head"><h2 id="import">"Import a questionnaire"</h2></header>
            <div class="panel-body stack s">
                <PostForm function="assessments/import">
                    <TextField
                        name="document"
                        label="Questionnaire as JSON"
                        rows=14
                        hint="It is read strictly: a field that isn’t known is refused. Give a changed questionnaire a new version."
                    />
                    <div class="form-acts"><button class="btn primary" type="submit">"Import"</button></div>
                </PostForm>
                <details>
                    <summary>"What it looks like"</summary>
                    <p>
                        "Weight is from 1 to 5. “help”, “knock_out” and “answers” can be left out; the answers are yes, partly, no and not_applicable."
                    </p>
                    <pre class="code" tabindex="0">{example}</pre>
                </details>
            </div>
        </section>
    }
}

/// The beginning of the built-in questionnaire under another key.
fn example() -> String {
    let mut template = Template { key: "our_own".to_owned(), title: "Our own questionnaire".to_owned(), ..built_in() };
    template.sections.truncate(1);
    for section in &mut template.sections {
        section.questions.truncate(1);
    }
    serde_json::to_string_pretty(&template).unwrap_or_default()
}

fn questions(template: &Template) -> Vec<Row> {
    let of_section = |section: &domain::assessments::Section| {
        let title = section.title.clone();
        let row = move |question: &domain::assessments::Question| Row {
            href: String::new(),
            mark: String::new(),
            cells: vec![
                Cell::Who(question.text.clone(), question.help.clone()),
                Cell::Text(title.clone()),
                Cell::Text(if question.knock_out { "Knock-out" } else { "" }.to_owned()),
                Cell::Number(question.weight.to_string()),
            ],
        };
        section.questions.iter().map(row).collect::<Vec<_>>()
    };
    template.sections.iter().flat_map(of_section).collect()
}

pub(super) async fn answer(show: String) -> Result<TemplatesView, AppError> {
    answered(async {
        let (cx, actor) = asked()?;
        let access = actor.authorize::<IntegrationsRead>()?;
        let now = cx.clock.now();
        let listed = assessments::templates(&cx, &access).await?;
        let rows = listed
            .into_iter()
            .map(|one| Row {
                href: format!("{TAB}/templates?show={}/{}", one.key, one.version),
                mark: String::new(),
                cells: vec![
                    Cell::Who(one.title, one.key),
                    Cell::Text(one.version.to_string()),
                    Cell::Text(one.imported_by),
                    match one.imported_at {
                        0 => Cell::Text(String::new()),
                        at => Cell::When(words::when(Timestamp(at), now)),
                    },
                ],
            })
            .collect();
        let shown = match show.split_once('/').and_then(|(key, version)| Some((key, version.parse().ok()?))) {
            Some((key, version)) => {
                let template = assessments::template(&cx, &access, key, version).await?;
                Some((format!("{}, version {}", template.title, template.version), questions(&template)))
            }
            None => None,
        };
        Ok(TemplatesView { rows, example: example(), shown })
    })
    .await
}
