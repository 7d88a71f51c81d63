//! A new partner.

use domain::{
    Timestamp, form,
    ids::PartnerId,
    partners::{Clearance, PartnerKind},
    permissions::marker::PartnersManage,
    texts::{EmailAddress, fold, optional},
};
use uuid::Uuid;

use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, dialect, on},
    error::{FieldError, FormErrors},
    form_token::{self, Spent},
};

form! {
    /// A partner as typed.
    pub struct PartnerForm {
        name: "Name",
        kind: "What they do for us",
        contact_email: "Contact",
    }
}

/// A partner as it can be stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartnerFields {
    /// The name people know.
    pub name: String,
    /// What they do for us.
    pub kind: PartnerKind,
    /// Whom to write to; may be empty.
    pub contact_email: String,
}

/// Parses every field, and says everything that is wrong at once.
pub fn parse(form: &PartnerForm) -> Result<PartnerFields, Vec<FieldError>> {
    let mut errors = FormErrors::default();
    let name = errors.required_line("name", &form.name, 120);
    let kind = errors.parse("kind", form.kind.parse());
    let contact: Option<Option<EmailAddress>> = errors.parse("contact_email", optional(&form.contact_email));
    match (name, kind, contact) {
        (Some(name), Some(kind), Some(contact)) => {
            Ok(PartnerFields { name, kind, contact_email: contact.map(String::from).unwrap_or_default() })
        }
        _ => Err(errors.into_fields()),
    }
}

/// Registers a partner. It begins with the fields that its kind usually needs. `token` is the form's.
pub async fn create(
    cx: &Services,
    access: &Access<PartnersManage>,
    fields: &PartnerFields,
    token: Uuid,
) -> Result<PartnerId, Error> {
    let id = PartnerId::new();
    let now = cx.clock.now();
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    if let Spent::Before(earlier) = form_token::spend(uow.connection(), now, token, &id.to_string()).await? {
        return earlier.parse().map_err(Error::internal);
    }
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO partner (id, name, sort_name, kind, contact_email, status, created_at, created_by, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, 'active', $6, $7, $6, $7)")
        .bind(id.uuid()).bind(&fields.name).bind(fold(&fields.name)).bind(fields.kind.as_str()).bind(&fields.contact_email)
        .bind(now.millis()).bind(actor.name())
        .execute(c).await.map(|_| ()))
    .map_err(name_the_twin)?;
    let clearance = Clearance::usual(fields.kind);
    set_fields(uow.connection(), id, &clearance, now).await?;
    let cleared: Vec<&str> = clearance.fields().map(domain::partners::Field::as_str).collect();
    let entry = audit::Entry::new("partner.created")
        .target("partner", id)
        .detail("kind", fields.kind.as_str())
        .detail("fields", cleared);
    uow.commit(cx, actor, entry).await?;
    Ok(id)
}

/// Sets the fields that may leave for a partner. What the contract says of those that were there already stays.
pub(super) async fn set_fields(
    mut connection: Connection<'_>,
    id: PartnerId,
    clearance: &Clearance,
    now: Timestamp,
) -> Result<(), Error> {
    let there: Vec<(String,)> = on!(connection.again(), c => sqlx::query_as(
        "SELECT field FROM partner_field WHERE partner_id = $1").bind(id.uuid()).fetch_all(c).await)?;
    for (field,) in there.iter().filter(|(field,)| !field.parse().is_ok_and(|field| clearance.has(field))) {
        on!(connection.again(), c => sqlx::query("DELETE FROM partner_field WHERE partner_id = $1 AND field = $2")
            .bind(id.uuid()).bind(field).execute(c).await.map(|_| ()))?;
    }
    for field in clearance.fields() {
        on!(connection.again(), c => sqlx::query(
            "INSERT INTO partner_field (partner_id, field, granted_at) VALUES ($1, $2, $3)
             ON CONFLICT (partner_id, field) DO NOTHING")
            .bind(id.uuid()).bind(field.as_str()).bind(now.millis()).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

pub(super) fn name_the_twin(error: sqlx::Error) -> Error {
    if dialect::is_violation(&error, "partner_name_key", "partner.name") {
        Error::invalid_field("name", "There is a partner with this name already.")
    } else {
        error.into()
    }
}
