//! What the contracts with the demo's partners say, and a month of what left for them.

use domain::{
    Timestamp,
    partners::{Basis, Field, PartnerKind, RuleKind},
};
use rand::Rng;
use uuid::Uuid;

use super::Maker;
use crate::{Error, db::on};

/// A contract of which more is to be told than its kind says.
struct Story {
    partner: &'static str,
    is_strict: bool,
    /// Its last day, in days from now.
    ends_in: Option<i64>,
    document: &'static str,
    /// Fields that leave in another form.
    rules: &'static [(Field, RuleKind, i64)],
    /// Fields that nobody has asked for in a long time; all of them when it has no key in use.
    unused: &'static [Field],
    /// A field that is asked for again and again, and isn't in it.
    asked: Option<Field>,
}

const PLAIN: Story =
    Story { partner: "", is_strict: false, ends_in: None, document: "", rules: &[], unused: &[], asked: None };

const STORIES: &[Story] = &[
    Story {
        partner: "Nordlicht Versicherung",
        ends_in: Some(402),
        document: "DPA-2025-014, filed with legal",
        asked: Some(Field::CustomerPhone),
        ..PLAIN
    },
    Story {
        partner: "Aegis Mobility Cover",
        ends_in: Some(41),
        document: "DPA-2024-031",
        rules: &[(Field::DriverBirthDate, RuleKind::Truncated, 4), (Field::DriverLicence, RuleKind::Masked, 4)],
        unused: &[Field::CustomerAddress],
        ..PLAIN
    },
    Story { partner: "Waypoint Telematics", document: "DPA-2025-003", ends_in: Some(210), ..PLAIN },
    Story { partner: "Rastersat", document: "DPA-2025-022", asked: Some(Field::VehiclePlate), ..PLAIN },
    Story { partner: "Florin Payments", document: "DPA-2023-008, amended 2025", ends_in: Some(640), ..PLAIN },
    Story {
        partner: "Passwerk",
        is_strict: true,
        document: "Evaluation only, DPA-2026-002",
        rules: &[(Field::DriverBirthDate, RuleKind::Truncated, 4), (Field::DriverLicence, RuleKind::Masked, 4)],
        unused: &[Field::DriverName, Field::DriverBirthDate, Field::DriverLicence],
        ..PLAIN
    },
    Story { partner: "Hansa Werkstatt Verbund", unused: &[Field::VehicleLocation], document: "DPA-2025-019", ..PLAIN },
    Story {
        partner: "Data warehouse",
        document: "Record of processing 12",
        rules: &[
            (Field::CustomerName, RuleKind::Hashed, 4),
            (Field::CustomerEmail, RuleKind::Hashed, 4),
            (Field::CustomerPhone, RuleKind::Hashed, 4),
            (Field::CustomerAddress, RuleKind::Truncated, 2),
            (Field::DriverName, RuleKind::Hashed, 4),
            (Field::DriverEmail, RuleKind::Hashed, 4),
            (Field::DriverBirthDate, RuleKind::Truncated, 4),
            (Field::DriverLicence, RuleKind::Hashed, 4),
        ],
        unused: &[Field::DriverLicence, Field::DriverEmail],
        ..PLAIN
    },
    Story { partner: "Meridian Roadside", ends_in: Some(-12), document: "DPA-2023-040", ..PLAIN },
];

/// What a field is for, on what grounds, and for how many days it may be kept.
fn grounds(kind: PartnerKind, field: Field) -> (&'static str, Basis, i64) {
    match (kind, field) {
        (PartnerKind::Insurer, Field::VehicleVin | Field::VehiclePlate) => {
            ("Name the insured car to the registry", Basis::LegalObligation, 2_555)
        }
        (PartnerKind::Insurer, _) => ("Begin and end cover, and handle claims", Basis::Contract, 2_555),
        (PartnerKind::Telematics, _) => ("Match readings to the car", Basis::Contract, 365),
        (PartnerKind::Payments, Field::SubscriptionPrice | Field::CustomerName) => {
            ("Invoice, and keep the books", Basis::LegalObligation, 3_650)
        }
        (PartnerKind::Payments, _) => ("Collect what is due", Basis::Contract, 730),
        (PartnerKind::Identity, _) => ("Check who drives, and that they may", Basis::LegalObligation, 90),
        (PartnerKind::Workshop, _) => ("Repair and inspect the car", Basis::Contract, 730),
        (PartnerKind::Internal, _) => ("Show customers what is theirs, and report", Basis::LegitimateInterest, 365),
        (PartnerKind::Other, _) => ("Help on the road", Basis::Contract, 90),
    }
}

/// A partner with the fields in its contract.
struct Partner {
    id: Uuid,
    name: String,
    kind: PartnerKind,
    since: i64,
}

/// Writes contracts, and what left.
pub(super) async fn contracts(maker: &mut Maker<'_>) -> Result<(), Error> {
    let rows: Vec<(Uuid, String, String, i64)> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT id, name, kind, created_at FROM partner ORDER BY created_at, id LIMIT 100").fetch_all(c).await)?;
    let records = records(maker).await?;
    for (id, name, kind, since) in rows {
        let partner = Partner { id, name, kind: kind.parse().map_err(Error::internal)?, since };
        let story = STORIES.iter().find(|story| story.partner == partner.name).unwrap_or(&PLAIN);
        contract(maker, &partner, story).await?;
        ledger(maker, &partner, story, &records).await?;
    }
    Ok(())
}

/// The fields in a partner's contract.
async fn granted(maker: &mut Maker<'_>, partner: Uuid) -> Result<Vec<Field>, Error> {
    let granted: Vec<(String,)> = on!(maker.uow.connection(), c => sqlx::query_as(
        "SELECT field FROM partner_field WHERE partner_id = $1 ORDER BY field").bind(partner).fetch_all(c).await)?;
    Ok(granted.iter().filter_map(|(field,)| field.parse().ok()).collect())
}

async fn contract(maker: &mut Maker<'_>, partner: &Partner, story: &Story) -> Result<(), Error> {
    let by = maker.staff.get(1).map_or("Keyfob", |(_, name)| name);
    let until = story.ends_in.map(|days| maker.now.plus(days * Timestamp::DAY).millis());
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO data_contract (partner_id, is_strict, valid_from, valid_until, document, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $3, $6)")
        .bind(partner.id).bind(story.is_strict).bind(partner.since).bind(until).bind(story.document).bind(by)
        .execute(c).await.map(|_| ()))?;
    let granted = granted(maker, partner.id).await?;
    for field in &granted {
        let (purpose, basis, days) = grounds(partner.kind, *field);
        let (rule, keeps) = story
            .rules
            .iter()
            .find(|(ruled, ..)| ruled == field)
            .map_or((RuleKind::Plain, 4), |(_, rule, keeps)| (*rule, *keeps));
        let is_received = matches!(field, Field::VehicleOdometer | Field::VehicleLocation | Field::DriverLicence);
        on!(maker.uow.connection(), c => sqlx::query(
            "UPDATE partner_field
             SET purpose = $3, basis = $4, retention_days = $5, rule = $6, keeps = $7, is_received = $8, granted_at = $9
             WHERE partner_id = $1 AND field = $2")
            .bind(partner.id).bind(field.as_str()).bind(purpose).bind(basis.as_str()).bind(days).bind(rule.as_str())
            .bind(keeps).bind(is_received).bind(partner.since)
            .execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Some records of each kind.
async fn records(maker: &mut Maker<'_>) -> Result<[(&'static str, Vec<(Uuid,)>); 4], Error> {
    let mut some = async |statement: &'static str| -> Result<Vec<(Uuid,)>, Error> {
        Ok(on!(maker.uow.connection(), c => sqlx::query_as(statement).fetch_all(c).await)?)
    };
    Ok([
        ("customer", some("SELECT id FROM customer ORDER BY id LIMIT 60").await?),
        ("driver", some("SELECT id FROM driver ORDER BY id LIMIT 60").await?),
        ("vehicle", some("SELECT id FROM vehicle ORDER BY id LIMIT 60").await?),
        ("subscription", some("SELECT id FROM subscription ORDER BY id LIMIT 60").await?),
    ])
}

async fn ledger(
    maker: &mut Maker<'_>,
    partner: &Partner,
    story: &Story,
    records: &[(&'static str, Vec<(Uuid,)>); 4],
) -> Result<(), Error> {
    let mut used = granted(maker, partner.id).await?;
    used.retain(|field| !story.unused.contains(field));
    for (kind, ids) in records.iter().filter(|(_, ids)| !ids.is_empty()) {
        let fields: Vec<Field> = used.iter().copied().filter(|field| field.record() == *kind).collect();
        let asked = story.asked.filter(|field| field.record() == *kind);
        if fields.is_empty() && asked.is_none() {
            continue;
        }
        let mut last = maker.now;
        for number in 0..10 {
            let about = maker.one(ids).0;
            last = last.plus(-maker.rng.random_range(Timestamp::HOUR..3 * Timestamp::DAY));
            row(maker, partner.id, (kind, about), &fields, asked.filter(|_| number % 3 == 1), last).await?;
        }
        for field in fields {
            used_at(maker, partner.id, field, maker.now.plus(-3 * Timestamp::HOUR)).await?;
        }
    }
    for field in &story.unused[..story.unused.len().min(1)] {
        // It was used once, long ago.
        if partner.name != "Passwerk" {
            used_at(maker, partner.id, *field, maker.now.plus(-140 * Timestamp::DAY)).await?;
        }
    }
    Ok(())
}

async fn used_at(maker: &mut Maker<'_>, partner: Uuid, field: Field, at: Timestamp) -> Result<(), Error> {
    on!(maker.uow.connection(), c => sqlx::query(
        "UPDATE partner_field SET last_used_at = $3
         WHERE partner_id = $1 AND field = $2 AND (last_used_at IS NULL OR last_used_at < $3)")
        .bind(partner).bind(field.as_str()).bind(at.millis()).execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn row(
    maker: &mut Maker<'_>,
    partner: Uuid,
    (kind, about): (&'static str, Uuid),
    fields: &[Field],
    withheld: Option<Field>,
    at: Timestamp,
) -> Result<(), Error> {
    let mut names: Vec<&str> = fields.iter().map(|field| field.as_str()).collect();
    names.sort_unstable();
    let withheld = withheld.map_or("", Field::as_str);
    if names.is_empty() && withheld.is_empty() {
        return Ok(());
    }
    let id = maker.id(at);
    let day = at.millis().div_euclid(Timestamp::DAY) * Timestamp::DAY;
    let calls: i64 = maker.rng.random_range(1..9);
    let first = at.plus(-maker.rng.random_range(0..at.millis() - day + 1));
    let via = if withheld.is_empty() && calls % 4 == 0 { "gateway" } else { "api" };
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO disclosure (id, partner_id, via, subject_type, subject_id, day, fields, withheld, calls, first_at,
                                 last_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
         ON CONFLICT (partner_id, via, subject_type, subject_id, day, fields, withheld) DO NOTHING")
        .bind(id).bind(partner).bind(via).bind(kind).bind(about).bind(day).bind(names.join(",")).bind(withheld)
        .bind(calls).bind(first.millis()).bind(at.millis())
        .execute(c).await.map(|_| ()))?;
    Ok(())
}
