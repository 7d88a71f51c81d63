//! How the demo's partners were assessed: most are in order, one has evidence that ends in six days, one ran out, one
//! waits for a decision, and one was never looked at.

use domain::{
    Timestamp,
    assessments::{Answer, EvidenceKind, Severity, Template, built_in, due_on, score},
    integrations::Criticality,
};
use jiff::{Span, civil::Date};
use rand::Rng;
use uuid::Uuid;

use super::Maker;
use crate::{
    Error,
    assessments::keep_template,
    clock::{ZONE, date_in},
    db::on,
};

#[derive(Clone, Copy, PartialEq)]
enum Story {
    /// Approved so many days ago.
    Approved(i64),
    /// Approved so many days before its review is over, and that under a condition.
    Conditions(i64),
    /// Submitted, and not decided yet.
    Submitted,
    /// Being filled in.
    Draft,
    /// Only a profile.
    Never,
}

/// A piece of evidence: what it is, its title, who issued it, and in how many days it ends.
type Piece = (EvidenceKind, &'static str, &'static str, Option<i64>);

struct Assessed {
    partner: &'static str,
    purpose: &'static str,
    criticality: Criticality,
    classes: &'static str,
    countries: &'static str,
    sub_processors: &'static str,
    evidence: &'static [Piece],
    findings: &'static [(&'static str, Severity, &'static str, i64)],
    story: Story,
}

use Criticality::{Critical, High, Low, Medium};
use EvidenceKind::{Insurance, Iso27001, PciDss, PenetrationTest, ProcessingAgreement, Soc2};

const ASSESSED: &[Assessed] = &[
    Assessed {
        partner: "Nordlicht Versicherung",
        purpose: "Insures every car from hand-over to return.",
        criticality: Critical,
        classes: "internal personal",
        countries: "Germany",
        sub_processors: "Norddata Rechenzentrum, Germany",
        evidence: &[
            (Iso27001, "ISO 27001 certificate 2025–2028", "TÜV Hanse", Some(690)),
            (ProcessingAgreement, "Agreement on data processing, version 3", "", None),
            (Insurance, "Cyber policy", "Hafen Rück", Some(210)),
        ],
        findings: &[],
        story: Story::Approved(70),
    },
    Assessed {
        partner: "Aegis Mobility Cover",
        purpose: "Second insurer, for when the first can’t be reached.",
        criticality: High,
        classes: "internal personal",
        countries: "Ireland",
        sub_processors: "",
        evidence: &[
            (PenetrationTest, "Penetration test of the cover API", "Redpath Testing", Some(6)),
            (ProcessingAgreement, "Agreement on data processing", "", None),
        ],
        findings: &[("Session tokens live for 30 days", Severity::Medium, "Aegis, platform team", 21)],
        story: Story::Approved(200),
    },
    Assessed {
        partner: "Waypoint Telematics",
        purpose: "Odometer readings and positions of two thirds of the fleet.",
        criticality: High,
        classes: "internal location",
        countries: "Netherlands, Ireland",
        sub_processors: "Polder Cloud, Netherlands\nShannon Hosting, Ireland",
        evidence: &[(Soc2, "SOC 2 Type II, 2026", "Barrow & Lind", Some(160))],
        findings: &[("Leavers keep access for up to a week", Severity::High, "Waypoint, security", -4)],
        story: Story::Approved(120),
    },
    Assessed {
        partner: "Rastersat",
        purpose: "Positions of cars without a built-in modem.",
        criticality: Medium,
        classes: "location",
        countries: "Spain",
        sub_processors: "",
        evidence: &[(Insurance, "Liability policy", "Mar Seguros", Some(95))],
        findings: &[],
        story: Story::Approved(560),
    },
    Assessed {
        partner: "Florin Payments",
        purpose: "Takes and returns all money of customers.",
        criticality: Critical,
        classes: "personal payment",
        countries: "Netherlands",
        sub_processors: "Polder Cloud, Netherlands",
        evidence: &[
            (PciDss, "PCI DSS 4.0 attestation", "Kestrel QSA", Some(240)),
            (Soc2, "SOC 2 Type II, 2026", "Barrow & Lind", Some(52)),
            (ProcessingAgreement, "Agreement on data processing", "", None),
        ],
        findings: &[("No restore was tried since the move", Severity::Medium, "Florin, operations", 40)],
        story: Story::Conditions(95),
    },
    Assessed {
        partner: "Klarblick Ident",
        purpose: "Checks who somebody is, and their licence.",
        criticality: High,
        classes: "personal special",
        countries: "Germany, Poland",
        sub_processors: "Wisła Verify, Poland",
        evidence: &[(Iso27001, "ISO 27001 certificate", "TÜV Hanse", Some(330))],
        findings: &[],
        story: Story::Submitted,
    },
    Assessed {
        partner: "Passwerk",
        purpose: "Evaluated as a second provider of licence checks.",
        criticality: Medium,
        classes: "personal",
        countries: "Austria",
        sub_processors: "",
        evidence: &[],
        findings: &[],
        story: Story::Never,
    },
    Assessed {
        partner: "Hansa Werkstatt Verbund",
        purpose: "Repairs, inspections and tyres at 140 places.",
        criticality: Medium,
        classes: "internal",
        countries: "Germany",
        sub_processors: "",
        evidence: &[(Insurance, "Liability policy", "Hafen Rück", Some(310))],
        findings: &[],
        story: Story::Approved(524),
    },
    Assessed {
        partner: "Autohaus Brandt",
        purpose: "Services the cars of one city.",
        criticality: Low,
        classes: "internal",
        countries: "Germany",
        sub_processors: "",
        evidence: &[],
        findings: &[],
        story: Story::Approved(150),
    },
    Assessed {
        partner: "Meridian Roadside",
        purpose: "Breakdown cover abroad.",
        criticality: Medium,
        classes: "internal personal",
        countries: "France, Italy",
        sub_processors: "",
        evidence: &[(ProcessingAgreement, "Agreement on data processing, draft signed", "", None)],
        findings: &[],
        story: Story::Draft,
    },
    Assessed {
        partner: "Aurora Mutual",
        purpose: "Insures cars when the first insurer can’t be reached.",
        criticality: High,
        classes: "internal personal",
        countries: "Denmark",
        sub_processors: "",
        evidence: &[(Iso27001, "ISO 27001 certificate", "Øresund Cert", Some(410))],
        findings: &[],
        story: Story::Approved(40),
    },
    Assessed {
        partner: "RoadSense",
        purpose: "Odometers and trackers of the whole fleet.",
        criticality: High,
        classes: "internal location",
        countries: "Netherlands",
        sub_processors: "",
        evidence: &[(Soc2, "SOC 2 Type II, 2026", "Barrow & Lind", Some(220))],
        findings: &[],
        story: Story::Approved(95),
    },
    Assessed {
        partner: "Ardent Payments",
        purpose: "Collects and refunds what customers pay.",
        criticality: Critical,
        classes: "personal payment",
        countries: "Ireland",
        sub_processors: "",
        evidence: &[
            (PciDss, "PCI DSS 4.0 attestation", "Liffey QSA", Some(300)),
            (Soc2, "SOC 2 Type II, 2026", "Barrow & Lind", Some(140)),
        ],
        findings: &[],
        story: Story::Approved(30),
    },
    Assessed {
        partner: "VeriDrive",
        purpose: "Checks licences before a car is handed over.",
        criticality: High,
        classes: "personal special",
        countries: "Germany",
        sub_processors: "",
        evidence: &[(Iso27001, "ISO 27001 certificate", "TÜV Hanse", Some(270))],
        findings: &[],
        story: Story::Approved(110),
    },
    Assessed {
        partner: "Kestrel Roadside",
        purpose: "Helps on the road, day and night.",
        criticality: Medium,
        classes: "internal",
        countries: "France",
        sub_processors: "",
        evidence: &[(Insurance, "Liability policy", "Mar Seguros", Some(6))],
        findings: &[],
        story: Story::Approved(180),
    },
    Assessed {
        partner: "Bosun Workshops",
        purpose: "Slots for inspections and repairs.",
        criticality: Medium,
        classes: "internal",
        countries: "Germany",
        sub_processors: "",
        evidence: &[(Insurance, "Liability policy", "Hafen Rück", Some(190))],
        findings: &[],
        story: Story::Approved(60),
    },
    Assessed {
        partner: "TollGrid",
        purpose: "Tells of tolls and fines abroad.",
        criticality: Low,
        classes: "internal",
        countries: "Austria",
        sub_processors: "",
        evidence: &[],
        findings: &[],
        story: Story::Draft,
    },
];

/// Who did what: an index into the demo's people.
const WRITER: usize = 5;
const FIRST: usize = 6;
const SECOND: usize = 0;

/// Writes profiles, evidence, findings and assessments.
pub(super) async fn partners(maker: &mut Maker<'_>) -> Result<(), Error> {
    let template = built_in();
    let since = maker.now.plus(-600 * Timestamp::DAY).millis();
    keep_template(maker.uow.connection(), &template, since, "Built in").await?;
    for assessed in ASSESSED {
        let row: Option<(Uuid,)> = on!(maker.uow.connection(), c => sqlx::query_as("SELECT id FROM partner WHERE name = $1")
            .bind(assessed.partner).fetch_optional(c).await)?;
        let Some((partner,)) = row else { continue };
        profile(maker, partner, assessed).await?;
        let evidence = evidence(maker, partner, assessed.evidence).await?;
        findings(maker, partner, assessed.findings).await?;
        assessment(maker, partner, assessed, &template, evidence.first().copied()).await?;
    }
    Ok(())
}

fn person(maker: &Maker<'_>, place: usize) -> (Option<Uuid>, &'static str) {
    maker.staff.get(place).map_or((None, "Keyfob"), |(id, name)| (Some(id.uuid()), name))
}

fn day(maker: &Maker<'_>, days: i64) -> Date {
    date_in(maker.now, ZONE).saturating_add(Span::new().days(days))
}

async fn profile(maker: &mut Maker<'_>, partner: Uuid, assessed: &Assessed) -> Result<(), Error> {
    let (from, until, agreed) = (day(maker, -640), day(maker, 455), day(maker, -650));
    let (at, (_, by)) = (maker.days_ago(30, 200), person(maker, WRITER));
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO partner_profile (partner_id, purpose, criticality, data_classes, countries, sub_processors, contract_from,
                                      contract_until, agreement_on, contacts, updated_at, updated_by)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)")
        .bind(partner).bind(assessed.purpose).bind(assessed.criticality.as_str()).bind(assessed.classes)
        .bind(assessed.countries).bind(assessed.sub_processors).bind(from.to_string()).bind(until.to_string())
        .bind(assessed.classes.contains("personal").then(|| agreed.to_string()))
        .bind("Security desk: security@partner.example\nAt night: +49 30 5550 199").bind(at.millis()).bind(by)
        .execute(c).await.map(|_| ()))?;
    Ok(())
}

async fn evidence(maker: &mut Maker<'_>, partner: Uuid, pieces: &[Piece]) -> Result<Vec<Uuid>, Error> {
    let mut ids = Vec::new();
    for (kind, title, issuer, days) in pieces {
        let at = maker.days_ago(20, 300);
        let id = maker.id(at);
        let until = days.map(|days| day(maker, days).to_string());
        let from = days.map(|days| day(maker, days - 1_000).to_string());
        let (_, by) = person(maker, WRITER);
        let path = format!("Supplier files/{}/{title}.pdf", kind.label());
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO partner_evidence (id, partner_id, kind, title, issuer, reference, valid_from, valid_until, created_at,
                                           created_by)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)")
            .bind(id).bind(partner).bind(kind.as_str()).bind(*title).bind(*issuer).bind(path).bind(from).bind(until)
            .bind(at.millis()).bind(by).execute(c).await.map(|_| ()))?;
        ids.push(id);
    }
    Ok(ids)
}

async fn findings(maker: &mut Maker<'_>, partner: Uuid, findings: &[(&str, Severity, &str, i64)]) -> Result<(), Error> {
    for (title, severity, owner, days) in findings {
        let at = maker.days_ago(30, 90);
        let (id, due) = (maker.id(at), day(maker, *days));
        let (_, by) = person(maker, FIRST);
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO partner_finding (id, partner_id, title, severity, owner, due_on, state, created_at, created_by)
             VALUES ($1, $2, $3, $4, $5, $6, 'open', $7, $8)")
            .bind(id).bind(partner).bind(*title).bind(severity.as_str()).bind(*owner).bind(due.to_string())
            .bind(at.millis()).bind(by).execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

async fn assessment(
    maker: &mut Maker<'_>,
    partner: Uuid,
    assessed: &Assessed,
    template: &Template,
    evidence: Option<Uuid>,
) -> Result<(), Error> {
    let (state, days) = match assessed.story {
        Story::Never => return Ok(()),
        Story::Approved(days) | Story::Conditions(days) => ("approved", days),
        Story::Submitted => ("submitted", 2),
        Story::Draft => ("draft", 5),
    };
    let decided = maker.now.plus(-days * Timestamp::DAY);
    let (begun, submitted) = (decided.plus(-9 * Timestamp::DAY), decided.plus(-3 * Timestamp::DAY));
    let id = maker.id(begun);
    let answers = answers(maker, template, assessed.story);
    let result = score(template, &answers);
    let is_draft = state == "draft";
    let is_approved = state == "approved";
    let review = due_on(assessed.criticality, date_in(decided, ZONE)).to_string();
    let conditions = match assessed.story {
        Story::Conditions(_) => "A restore is tried and its time reported to us within 90 days.",
        _ => "",
    };
    let ((writer_id, writer), (first_id, first), (second_id, second)) =
        (person(maker, WRITER), person(maker, FIRST), person(maker, SECOND));
    // Nothing compares the digest of an approval that is long done, so it has none.
    on!(maker.uow.connection(), c => sqlx::query(
        "INSERT INTO assessment (id, partner_id, template_key, template_version, state, score_percent, conditions, review_on,
                                 created_at, created_by, submitted_at, submitted_by, submitter_id, proposed_at, proposed_by,
                                 proposer_id, decided_at, decided_by, decider_id, decided_why)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)")
        .bind(id).bind(partner).bind(&template.key).bind(template.version).bind(state)
        .bind(result.percent().filter(|_| !is_draft).map(i64::from)).bind(conditions)
        .bind(is_approved.then_some(review)).bind(begun.millis()).bind(writer)
        .bind((!is_draft).then_some(submitted.millis())).bind(if is_draft { "" } else { writer })
        .bind(writer_id.filter(|_| !is_draft))
        .bind(is_approved.then_some(decided.plus(-Timestamp::DAY).millis())).bind(if is_approved { first } else { "" })
        .bind(first_id.filter(|_| is_approved)).bind(is_approved.then_some(decided.millis()))
        .bind(if is_approved { second } else { "" }).bind(second_id.filter(|_| is_approved))
        .bind(if is_approved { "Answers and evidence were read, and fit what is shared." } else { "" })
        .execute(c).await.map(|_| ()))?;
    for (question, answer) in &answers {
        let shown_by = evidence.filter(|_| question == "penetration_tested" || question == "processing_agreement");
        let comment = if *answer == Answer::Partly { "For most of it; the rest is planned for this year." } else { "" };
        on!(maker.uow.connection(), c => sqlx::query(
            "INSERT INTO assessment_answer (assessment_id, question, answer, comment, evidence_id)
             VALUES ($1, $2, $3, $4, $5)")
            .bind(id).bind(question).bind(answer.as_str()).bind(comment).bind(shown_by)
            .execute(c).await.map(|_| ()))?;
    }
    Ok(())
}

/// Mostly yes; a knock-out question is never answered "no".
fn answers(maker: &mut Maker<'_>, template: &Template, story: Story) -> std::collections::BTreeMap<String, Answer> {
    template
        .questions()
        .enumerate()
        .filter(|(place, _)| story != Story::Draft || *place < 6)
        .map(|(_, question)| {
            let answer = match maker.rng.random_range(0..10) {
                0 if !question.knock_out => Answer::No,
                1 | 2 => Answer::Partly,
                _ => Answer::Yes,
            };
            (question.key.clone(), answer)
        })
        .collect()
}
