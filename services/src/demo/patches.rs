//! An inventory of made-up connectors, and two made-up advisories about them: one is late, one is not.

use domain::{
    Timestamp,
    civil::plus_days,
    patches::{Affected, Event, Package, Range, RangeKind, Severity, base_score, due_on, package_key},
    texts::fold,
};
use jiff::civil::Date;
use uuid::Uuid;

use super::Maker;
use crate::{
    Error,
    clock::{ZONE, date_in},
    db::on,
};

/// Kind, name, ecosystem, version, partner, and in how many days its life ends.
type Component = (&'static str, &'static str, &'static str, &'static str, &'static str, Option<i64>);

const COMPONENTS: &[Component] = &[
    ("connector", "@nordlicht/cover-client", "npm", "2.3.1", "Nordlicht Versicherung", None),
    ("connector", "waypoint-bridge", "PyPI", "4.1", "Waypoint Telematics", None),
    ("sdk", "@florin/payments", "npm", "7.0.2", "Florin Payments", Some(60)),
    ("partner_api", "Klarblick Ident API", "", "2024-10", "Klarblick Ident", Some(-12)),
    ("partner_api", "Rastersat Positions API", "", "v2", "Rastersat", Some(400)),
];

struct Advisory {
    id: &'static str,
    component: &'static str,
    ecosystem: &'static str,
    introduced: &'static str,
    fixed: &'static str,
    vector: &'static str,
    summary: &'static str,
    details: &'static str,
    days_ago: i64,
    is_taken: bool,
}

const ADVISORIES: &[Advisory] = &[
    Advisory {
        id: "DEMO-2026-0001",
        component: "@nordlicht/cover-client",
        ecosystem: "npm",
        introduced: "0",
        fixed: "2.4.0",
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
        summary: "Answers of the cover service can run code in the connector",
        details: "This advisory is made up for the demo.\n\nThe connector evaluates a field of the cover service’s answer. \
                  Whoever can change that answer runs code where the connector runs. There is no way around it but to \
                  update.",
        days_ago: 12,
        is_taken: true,
    },
    Advisory {
        id: "DEMO-2026-0002",
        component: "waypoint-bridge",
        ecosystem: "PyPI",
        introduced: "4.0",
        fixed: "4.1.2",
        vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:H",
        summary: "A long frame makes the bridge stand still",
        details: "This advisory is made up for the demo.\n\nA position frame of more than 64 KB is read into a loop that \
                  does not end. Readings queue up until the bridge is started again.",
        days_ago: 3,
        is_taken: false,
    },
];

pub(super) async fn updates(maker: &mut Maker<'_>) -> Result<(), Error> {
    let today = maker.cx.clock.today(ZONE);
    for component in COMPONENTS {
        enter(maker, component, today).await?;
    }
    for advisory in ADVISORIES {
        publish(maker, advisory).await?;
    }
    Ok(())
}

async fn enter(maker: &mut Maker<'_>, component: &Component, today: Date) -> Result<(), Error> {
    let (kind, name, ecosystem, version, partner, ends) = *component;
    let since = maker.days_ago(90, 150);
    let id = maker.id(since);
    let end = ends.and_then(|days| plus_days(today, days)).map(|day| day.to_string());
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO component (id, kind, name, sort_name, ecosystem, package_key, version, partner_id, end_of_life, source,
                                created_at, created_by, updated_at, updated_by)
         SELECT $1, $2, $3, $4, $5, $6, $7, p.id, $9, 'entered', $10, $11, $10, $11 FROM partner p WHERE p.name = $8")
        .bind(id).bind(kind).bind(name).bind(fold(name)).bind(ecosystem).bind(package_key(ecosystem, name)).bind(version)
        .bind(partner).bind(end).bind(since.millis()).bind("Luc Moreau")
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn publish(maker: &mut Maker<'_>, advisory: &Advisory) -> Result<(), Error> {
    let at = maker.now.plus(-advisory.days_ago * Timestamp::DAY);
    let (id, task) = (maker.id(at), maker.id(at));
    let score = base_score(advisory.vector);
    let severity = score.map_or(Severity::Unrated, Severity::of_score);
    let affected = [Affected {
        package: Package { ecosystem: advisory.ecosystem.to_owned(), name: advisory.component.to_owned() },
        ranges: vec![Range {
            kind: RangeKind::Ecosystem,
            events: vec![Event::Introduced(advisory.introduced.to_owned()), Event::Fixed(advisory.fixed.to_owned())],
        }],
        versions: Vec::new(),
    }];
    let affected = serde_json::to_string(&affected).map_err(Error::internal)?;
    let published = at.plus(-Timestamp::DAY).millis();
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO advisory (id, osv_id, aliases, summary, details, severity, score, vector, published_at, modified_at,
                               affected, imported_at, imported_by)
         VALUES ($1, $2, '[]', $3, $4, $5, $6, $7, $8, $8, $9, $10, $11)")
        .bind(id).bind(advisory.id).bind(advisory.summary).bind(advisory.details).bind(severity.as_str()).bind(score)
        .bind(advisory.vector).bind(published).bind(affected).bind(at.millis()).bind("Luc Moreau")
        .execute(c).await.map(|_| ()))?;
    let key = package_key(advisory.ecosystem, advisory.component);
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO advisory_package (ecosystem, package_key, advisory_id) VALUES ($1, $2, $3)")
        .bind(advisory.ecosystem).bind(key).bind(id).execute(c).await.map(|_| ()))?;
    on!(maker.uow.connection(), c => sqlx::query("INSERT INTO advisory_name (name, advisory_id) VALUES ($1, $2)")
        .bind(advisory.id).bind(id).execute(c).await.map(|_| ()))?;
    let owner = maker.staff.iter().find(|(_, name)| advisory.is_taken && *name == "Luc Moreau").copied();
    let owner_id: Option<Uuid> = owner.map(|(id, _)| id.uuid());
    let state = if owner.is_some() { "in_progress" } else { "open" };
    let due = due_on(date_in(at, ZONE), severity, false).to_string();
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO patch_task (id, advisory_id, component_id, severity, is_exploited, is_unclear, due_on, state, owner_id,
                                 owner, opened_at, updated_at, updated_by)
         SELECT $1, $2, c.id, $4, FALSE, FALSE, $5, $6, $7, $8, $9, $9, $10 FROM component c WHERE c.name = $3")
        .bind(task).bind(id).bind(advisory.component).bind(severity.as_str()).bind(due).bind(state).bind(owner_id)
        .bind(owner.map_or("", |(_, name)| name)).bind(at.millis()).bind("Luc Moreau")
        .execute(c).await.map(|_| ()))?;
    Ok(())
}
