//! Questionnaires: the one that is built in, and those that were imported.

use domain::{
    assessments::{Template, built_in},
    permissions::{
        Grant,
        marker::{AssessmentsWrite, IntegrationsRead},
    },
};
use sqlx::FromRow;

use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
};

/// The longest document that is taken, in bytes.
const LONGEST: usize = 200_000;

/// A questionnaire in the list.
#[derive(Clone, Debug, FromRow)]
pub struct Listed {
    /// The questionnaire, over all its versions.
    pub key: String,
    /// Which version.
    pub version: i64,
    /// Its name.
    pub title: String,
    /// When it was imported, in milliseconds; 0 for the one that is built in.
    pub imported_at: i64,
    /// By whom.
    pub imported_by: String,
}

/// Every questionnaire, each in all its versions, by key. They are dozens.
pub async fn templates<P: Grant>(cx: &Services, _access: &Access<P>) -> Result<Vec<Listed>, Error> {
    let own = built_in();
    let mut reading = cx.db.read().await?;
    let mut rows: Vec<Listed> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT key, version, title, imported_at, imported_by FROM assessment_template
         ORDER BY key, version DESC LIMIT 500").fetch_all(c).await)?;
    rows.retain(|row| row.key != own.key || row.version != own.version);
    rows.insert(
        0,
        Listed {
            key: own.key,
            version: own.version,
            title: own.title,
            imported_at: 0,
            imported_by: "Built in".to_owned(),
        },
    );
    Ok(rows)
}

/// One version of a questionnaire, to read.
pub async fn template(
    cx: &Services,
    _access: &Access<IntegrationsRead>,
    key: &str,
    version: i64,
) -> Result<Template, Error> {
    let mut reading = cx.db.read().await?;
    load(reading.connection(), key, version).await
}

/// One version of a questionnaire.
pub(super) async fn load(connection: Connection<'_>, key: &str, version: i64) -> Result<Template, Error> {
    let own = built_in();
    if own.key == key && own.version == version {
        return Ok(own);
    }
    let row: Option<(String,)> = on!(connection, c => sqlx::query_as(
        "SELECT document FROM assessment_template WHERE key = $1 AND version = $2")
        .bind(key).bind(version).fetch_optional(c).await)?;
    let (document,) = row.ok_or_else(|| {
        Error::not_found("assessment.template_not_found", "There is no such questionnaire. Choose one from the list.")
    })?;
    serde_json::from_str(&document).map_err(Error::internal)
}

/// Keeps a questionnaire where assessments can point at it; the built-in one is kept when it is first used, so that it
/// stays readable when a later release asks something else.
pub(crate) async fn keep(connection: Connection<'_>, template: &Template, at: i64, by: &str) -> Result<bool, Error> {
    let document = serde_json::to_string(template).map_err(Error::internal)?;
    let kept = on!(connection, c => sqlx::query(
        "INSERT INTO assessment_template (key, version, title, document, imported_at, imported_by)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (key, version) DO NOTHING")
        .bind(&template.key).bind(template.version).bind(&template.title).bind(document).bind(at).bind(by)
        .execute(c).await.map(|done| done.rows_affected()))?;
    Ok(kept == 1)
}

/// Reads a questionnaire strictly: what isn't known is refused, and everything that is wrong is said.
fn parse(document: &str) -> Result<Template, Error> {
    if document.trim().is_empty() {
        return Err(Error::invalid_field("document", "Paste the questionnaire here, as JSON."));
    }
    if document.len() > LONGEST {
        return Err(Error::invalid_field("document", format!("This is longer than {LONGEST} bytes.")));
    }
    let template: Template = serde_json::from_str(document).map_err(|error| {
        Error::invalid_field("document", format!("This is not a questionnaire: {error}. Mend it and paste it again."))
    })?;
    let faults = template.faults();
    if !faults.is_empty() {
        return Err(Error::invalid_field("document", faults.join(" ")));
    }
    if template.key == built_in().key {
        return Err(Error::invalid_field(
            "document",
            format!("“{}” is the key of the built-in questionnaire. Give yours another one.", template.key),
        ));
    }
    Ok(template)
}

/// Imports a questionnaire. A version that is there already is never changed: give the new one a higher version.
pub async fn import(cx: &Services, access: &Access<AssessmentsWrite>, document: &str) -> Result<Template, Error> {
    let template = parse(document)?;
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    if !keep(uow.connection(), &template, cx.clock.now().millis(), &actor.name()).await? {
        let kept = load(uow.connection(), &template.key, template.version).await?;
        if kept == template {
            return Ok(template);
        }
        return Err(Error::invalid_field(
            "document",
            format!(
                "Version {} of “{}” is here already and says something else. Versions never change: give yours a new one.",
                template.version, template.key
            ),
        ));
    }
    let entry = audit::Entry::new("assessment.template_imported")
        .target("assessment_template", format!("{}/{}", template.key, template.version))
        .detail("questions", template.questions().count());
    uow.commit(cx, actor, entry).await?;
    Ok(template)
}
