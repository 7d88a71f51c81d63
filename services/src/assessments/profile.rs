//! What is known of a partner as a supplier.

use std::collections::BTreeSet;

use domain::{
    assessments::DataClass, form, forms::FormErrors, ids::PartnerId, integrations::Criticality,
    permissions::marker::AssessmentsWrite,
};
use jiff::civil::Date;
use sqlx::FromRow;

use super::block;
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
};

form! {
    /// A partner's profile as typed.
    pub struct ProfileForm {
        purpose: "What they do for us",
        criticality: "Criticality",
        countries: "Countries",
        sub_processors: "Sub-processors",
        contract_from: "Contract from",
        contract_until: "Contract until",
        agreement_on: "Data-processing agreement signed on",
        contacts: "Contacts",
    }
}

/// A partner's profile as stored.
#[derive(Clone, Debug, FromRow)]
pub struct Profile {
    /// What they do for us.
    pub purpose: String,
    criticality: String,
    data_classes: String,
    /// Where our data is handled.
    pub countries: String,
    /// Whom they hand our data on to.
    pub sub_processors: String,
    /// When the contract begins, as year-month-day.
    pub contract_from: Option<String>,
    /// When it ends.
    pub contract_until: Option<String>,
    /// When the data-processing agreement was signed.
    pub agreement_on: Option<String>,
    /// Whom to write to and call.
    pub contacts: String,
    /// When it was last changed, in milliseconds.
    pub updated_at: i64,
    /// By whom.
    pub updated_by: String,
    /// Counts the saves.
    pub version: i64,
}

impl Profile {
    /// How much depends on the partner; what the database's own check admits always parses.
    pub fn criticality(&self) -> Criticality {
        self.criticality.parse().unwrap_or(Criticality::Critical)
    }

    /// What kinds of data the partner sees.
    pub fn data_classes(&self) -> Vec<DataClass> {
        self.data_classes.split_whitespace().filter_map(|word| word.parse().ok()).collect()
    }

    /// The same as a form shows it.
    pub fn form(&self) -> ProfileForm {
        let date = |date: &Option<String>| date.clone().unwrap_or_default();
        ProfileForm {
            purpose: self.purpose.clone(),
            criticality: self.criticality.clone(),
            countries: self.countries.clone(),
            sub_processors: self.sub_processors.clone(),
            contract_from: date(&self.contract_from),
            contract_until: date(&self.contract_until),
            agreement_on: date(&self.agreement_on),
            contacts: self.contacts.clone(),
        }
    }
}

/// A profile that can be stored.
struct Checked {
    purpose: String,
    criticality: Criticality,
    countries: String,
    sub_processors: String,
    contract: (Option<Date>, Option<Date>),
    agreement_on: Option<Date>,
    contacts: String,
}

fn parse(form: &ProfileForm) -> Result<Checked, Error> {
    let mut errors = FormErrors::default();
    let purpose = block(&mut errors, "purpose", &form.purpose, 1_000);
    let criticality = errors.parse("criticality", form.criticality.parse());
    let countries = errors.line("countries", &form.countries, 300);
    let sub_processors = block(&mut errors, "sub_processors", &form.sub_processors, 2_000);
    let from = errors.date("contract_from", &form.contract_from);
    let until = errors.date("contract_until", &form.contract_until);
    let agreement_on = errors.date("agreement_on", &form.agreement_on);
    let contacts = block(&mut errors, "contacts", &form.contacts, 1_000);
    if let (Some(Some(from)), Some(Some(until))) = (from, until)
        && until < from
    {
        errors.push("contract_until", "The contract can't end before it begins.");
    }
    match (purpose, criticality, countries, sub_processors, from, until, agreement_on, contacts) {
        (
            Some(purpose),
            Some(criticality),
            Some(countries),
            Some(sub_processors),
            Some(from),
            Some(until),
            Some(agreement_on),
            Some(contacts),
        ) if errors.is_empty() => Ok(Checked {
            purpose,
            criticality,
            countries,
            sub_processors,
            contract: (from, until),
            agreement_on,
            contacts,
        }),
        _ => Err(Error::invalid(errors.into_fields())),
    }
}

/// A partner's profile; nothing when nobody has written one.
pub(super) async fn load(connection: Connection<'_>, partner: PartnerId) -> Result<Option<Profile>, Error> {
    Ok(on!(connection, c => sqlx::query_as(
        "SELECT purpose, criticality, data_classes, countries, sub_processors, contract_from, contract_until, agreement_on,
                contacts, updated_at, updated_by, version
         FROM partner_profile WHERE partner_id = $1")
        .bind(partner.uuid()).fetch_optional(c).await)?)
}

/// The partner's name, or that there is no such partner.
pub(super) async fn partner_name(connection: Connection<'_>, partner: PartnerId) -> Result<String, Error> {
    let row: Option<(String,)> = on!(connection, c => sqlx::query_as("SELECT name FROM partner WHERE id = $1")
        .bind(partner.uuid()).fetch_optional(c).await)?;
    row.map(|(name,)| name)
        .ok_or_else(|| Error::not_found("partner.not_found", "There is no such partner. The address may be wrong."))
}

/// Saves a partner's profile over the version that was read; 0 when there was none.
pub async fn save_profile(
    cx: &Services,
    access: &Access<AssessmentsWrite>,
    partner: PartnerId,
    version: i64,
    form: &ProfileForm,
    classes: &BTreeSet<DataClass>,
) -> Result<(), Error> {
    let checked = parse(form)?;
    let actor = access.actor();
    let classes = classes.iter().map(|class| class.as_str()).collect::<Vec<_>>().join(" ");
    let text = |date: Option<Date>| date.map(|date| date.to_string());
    let mut uow = cx.db.begin().await?;
    partner_name(uow.connection(), partner).await?;
    let before = load(uow.connection(), partner).await?;
    let saved = on!(uow.connection(), c => sqlx::query(
        "INSERT INTO partner_profile (partner_id, purpose, criticality, data_classes, countries, sub_processors, contract_from,
                                      contract_until, agreement_on, contacts, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
         ON CONFLICT (partner_id) DO UPDATE
         SET purpose = excluded.purpose, criticality = excluded.criticality, data_classes = excluded.data_classes,
             countries = excluded.countries, sub_processors = excluded.sub_processors,
             contract_from = excluded.contract_from, contract_until = excluded.contract_until,
             agreement_on = excluded.agreement_on, contacts = excluded.contacts, updated_at = excluded.updated_at,
             updated_by = excluded.updated_by, version = partner_profile.version + 1
         WHERE partner_profile.version = $13")
        .bind(partner.uuid()).bind(&checked.purpose).bind(checked.criticality.as_str()).bind(&classes)
        .bind(&checked.countries).bind(&checked.sub_processors).bind(text(checked.contract.0))
        .bind(text(checked.contract.1)).bind(text(checked.agreement_on)).bind(&checked.contacts)
        .bind(cx.clock.now().millis()).bind(actor.name()).bind(version)
        .execute(c).await.map(|done| done.rows_affected()))?;
    if saved == 0 {
        return Err(Error::conflict(
            "assessment.profile_changed_meanwhile",
            "Somebody else has changed this profile while you were editing. Load it again and look at what is different.",
        ));
    }
    let was = before.map(|profile| profile.criticality().as_str()).unwrap_or_default();
    let entry = audit::Entry::new("assessment.profile_saved")
        .target("partner", partner)
        .change("criticality", was, checked.criticality.as_str())
        .detail("data_classes", classes)
        .changed("contacts");
    uow.commit(cx, actor, entry).await
}
