//! What is changed in a partner's file, each on a page of its own.

use domain::{
    assessments::{EvidenceKind, Severity},
    integrations::Criticality,
};
use leptos::prelude::*;

use super::{
    TAB, crumbs, file_of,
    reads::{ClassBox, FileView, Named},
};
use crate::{
    choices,
    components::{CheckField, ChoiceField, Crumb, Field, Hidden, Icon, PageHead, PostForm, TextField},
    failure::as_sent,
    pages::integrations::tabs::IntegrationTabs,
};

/// The page of a change; nothing for a word that opens none.
pub(super) fn act_page(act: &str, of: &str, file: &FileView) -> Option<AnyView> {
    let find = |list: &[Named]| list.iter().find(|named| named.id == of).cloned();
    let (title, body) = match act {
        "profile" => (format!("Profile of {}", file.name), profile(file)),
        "evidence" => ("Add evidence".to_owned(), evidence(file)),
        "finding" => ("Add a finding".to_owned(), finding(file)),
        "start" if file.open.is_none() => ("Begin an assessment".to_owned(), start(file)),
        "remove" => ("Take evidence out of the file".to_owned(), remove(file, find(&file.removable)?)),
        "close" => ("Close a finding".to_owned(), close(file, find(&file.closable)?)),
        _ => return None,
    };
    let mut way = crumbs();
    way.push(Crumb::new(&file.name, file_of(&file.id)));
    Some(
        view! {
            <PageHead title crumbs=way/>
            <IntegrationTabs here=TAB/>
            {body}
        }
        .into_any(),
    )
}

fn buttons(label: &'static str, class: &'static str, partner: &str) -> AnyView {
    let back = file_of(partner);
    view! {
        <div class="form-acts span">
            <button class=class type="submit">{label}</button>
            <a class="btn quiet" href=back>"Go back"</a>
        </div>
    }
    .into_any()
}

fn class_box(class: ClassBox) -> AnyView {
    view! { <CheckField name=format!("classes[{}]", class.key) label=class.label is_checked=class.is_on/> }.into_any()
}

fn profile(file: &FileView) -> AnyView {
    let (id, form) = (file.id.clone(), file.profile.clone());
    let classes = file.classes.clone();
    let version = as_sent("assessments/save_profile", "version", file.version.to_string());
    let acts = buttons("Save profile", "btn primary", &file.id);
    view! {
        <PostForm function="assessments/save_profile" class="form two" warns_unsaved=true>
            <Hidden name="partner" value=id/>
            <Hidden name="version" value=version/>
            <ChoiceField
                name="form[criticality]"
                label="Criticality"
                value=form.criticality
                choices=choices!(Criticality)
                hint="Critical partners are assessed every 6 months, high 12, medium 18, low 24."
            />
            <Field
                name="form[countries]"
                label="Countries"
                value=form.countries
                is_optional=true
                hint="Where our data is handled, like Germany, Ireland."
            />
            <TextField
                name="form[purpose]"
                label="What they do for us"
                value=form.purpose
                rows=3
                is_optional=true
            />
            <TextField
                name="form[sub_processors]"
                label="Sub-processors"
                value=form.sub_processors
                rows=3
                is_optional=true
                hint="One on a line, with country."
            />
            <fieldset class="group span">
                <legend>"Data that they see"</legend>
                {classes.into_iter().map(class_box).collect::<Vec<_>>()}
            </fieldset>
            <Field name="form[contract_from]" label="Contract from" value=form.contract_from kind="date" is_optional=true/>
            <Field
                name="form[contract_until]"
                label="Contract until"
                value=form.contract_until
                kind="date"
                is_optional=true
                hint="Empty when it has no end."
            />
            <Field
                name="form[agreement_on]"
                label="Data-processing agreement signed on"
                value=form.agreement_on
                kind="date"
                is_optional=true
            />
            <TextField
                name="form[contacts]"
                label="Contacts"
                value=form.contacts
                rows=3
                is_optional=true
                hint="Whom to write to and call, also at night."
            />
            {acts}
        </PostForm>
    }
    .into_any()
}

fn evidence(file: &FileView) -> AnyView {
    let (id, acts) = (file.id.clone(), buttons("Add evidence", "btn primary", &file.id));
    let token = as_sent("assessments/add_evidence", "token", file.token.clone());
    view! {
        <PostForm function="assessments/add_evidence" class="form two" warns_unsaved=true>
            <Hidden name="partner" value=id/>
            <Hidden name="token" value=token/>
            <ChoiceField
                name="form[kind]"
                label="What it is"
                choices=choices!(EvidenceKind)
                hint="A newer piece of the same kind stands in for an older one."
            />
            <Field name="form[title]" label="Title" hint="As it stands on the document."/>
            <Field name="form[issuer]" label="Issued by" is_optional=true/>
            <Field name="form[reference]" label="Where it is kept" is_optional=true hint="A path or an address in the document store."/>
            <Field name="form[valid_from]" label="Good from" kind="date" is_optional=true/>
            <Field name="form[valid_until]" label="Good until" kind="date" is_optional=true hint="Empty when it doesn’t end."/>
            {acts}
        </PostForm>
    }
    .into_any()
}

fn finding(file: &FileView) -> AnyView {
    let (id, acts) = (file.id.clone(), buttons("Add finding", "btn primary", &file.id));
    let token = as_sent("assessments/add_finding", "token", file.token.clone());
    view! {
        <PostForm function="assessments/add_finding" class="form two" warns_unsaved=true>
            <Hidden name="partner" value=id/>
            <Hidden name="token" value=token/>
            <Field name="form[title]" label="What was found"/>
            <ChoiceField name="form[severity]" label="Severity" value="medium" choices=choices!(Severity)/>
            <Field name="form[owner]" label="Owner" hint="Who sees to it, here or at the partner."/>
            <Field name="form[due_on]" label="Due on" kind="date"/>
            {acts}
        </PostForm>
    }
    .into_any()
}

fn start(file: &FileView) -> AnyView {
    let (id, acts) = (file.id.clone(), buttons("Begin assessment", "btn primary", &file.id));
    let token = as_sent("assessments/start", "token", file.token.clone());
    let templates = file.templates.clone();
    view! {
        <PostForm function="assessments/start">
            <Hidden name="partner" value=id/>
            <Hidden name="token" value=token/>
            <ChoiceField
                name="template"
                label="Questionnaire"
                choices=templates
                hint="Answers can be saved as often as you like before it is submitted."
            />
            {acts}
        </PostForm>
    }
    .into_any()
}

fn remove(file: &FileView, piece: Named) -> AnyView {
    let acts = buttons("Take out", "btn danger", &file.id);
    view! {
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">
                <li><Icon name="right"/><div>{format!("“{}” is no longer in the file of {}.", piece.title, file.name)}</div></li>
                <li><Icon name="right"/><div>"Answers that point at it keep doing so. The gate no longer looks at it."</div></li>
            </ul>
            <PostForm function="assessments/remove_evidence" class="confirm danger">
                <Hidden name="id" value=piece.id/>
                <TextField name="reason" label="Reason" hint="Kept in the audit log." rows=2/>
                {acts}
            </PostForm>
        </section>
    }
    .into_any()
}

fn close(file: &FileView, finding: Named) -> AnyView {
    let acts = buttons("Close finding", "btn primary", &file.id);
    let ways = vec![
        ("fixed".to_owned(), "It was fixed".to_owned()),
        ("accepted".to_owned(), "We accept it as it is".to_owned()),
    ];
    view! {
        <section class="panel review" aria-labelledby="follows">
            <header class="panel-head"><h2 id="follows">"What will happen"</h2></header>
            <ul class="consequences">
                <li><Icon name="right"/><div>{format!("“{}” is closed, and stays in the file with the reason.", finding.title)}</div></li>
            </ul>
            <PostForm function="assessments/close_finding" class="confirm">
                <Hidden name="id" value=finding.id/>
                <ChoiceField name="state" label="What came of it" choices=ways/>
                <TextField name="reason" label="Reason" hint="What was done, or why it is accepted." rows=2/>
                {acts}
            </PostForm>
        </section>
    }
    .into_any()
}
