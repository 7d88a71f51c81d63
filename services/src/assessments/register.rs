//! The register: every partner, how it stands, and what comes next.

use std::collections::HashMap;

use domain::{
    assessments::{AssessmentState, DatedEvidence, EvidenceKind, Standing, in_force, standing},
    integrations::Criticality,
    partners::PartnerKind,
    permissions::marker::IntegrationsRead,
};
use jiff::civil::Date;
use uuid::Uuid;

use super::record;
use crate::{Error, Services, access::Access, clock::ZONE, db::on};

/// A partner in the register.
#[derive(Clone, Debug)]
pub struct Line {
    /// Its id.
    pub partner: Uuid,
    /// Its name.
    pub name: String,
    /// What it does for us.
    pub kind: PartnerKind,
    /// How much depends on it; nothing without a profile.
    pub criticality: Option<Criticality>,
    /// How it stands.
    pub standing: Standing,
    /// The score of the last decided assessment.
    pub score: Option<i64>,
    /// When its approval runs out.
    pub review_on: Option<Date>,
    /// The assessment that is open: its id and where it stands.
    pub open: Option<(Uuid, AssessmentState)>,
    /// What is evidenced: its title and when it ends, soonest first.
    pub evidence: Vec<(String, Date)>,
    /// How many findings are open.
    pub open_findings: i64,
}

/// Every partner, worst first and then by name. Partners are dozens; 500 are read at most.
pub async fn register(cx: &Services, _access: &Access<IntegrationsRead>) -> Result<Vec<Line>, Error> {
    let today = cx.clock.today(ZONE);
    let mut reading = cx.db.read().await?;
    let partners: Vec<(Uuid, String, String, Option<String>, i64)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT p.id, p.name, p.kind, r.criticality,
                (SELECT COUNT(*) FROM partner_finding f WHERE f.partner_id = p.id AND f.state = 'open')
         FROM partner p LEFT JOIN partner_profile r ON r.partner_id = p.id
         ORDER BY p.sort_name, p.id LIMIT 500").fetch_all(c).await)?;
    let (decided, open) = record::of_all(reading.connection()).await?;
    let pieces: Vec<(Uuid, String, String, Option<String>)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT partner_id, kind, title, valid_until FROM partner_evidence WHERE removed_at IS NULL
         ORDER BY partner_id LIMIT 5000").fetch_all(c).await)?;
    let mut evidence: HashMap<Uuid, Vec<DatedEvidence>> = HashMap::new();
    for (partner, kind, title, until) in pieces {
        let kind = kind.parse().unwrap_or(EvidenceKind::Other);
        let until = until.and_then(|until| until.parse().ok());
        evidence.entry(partner).or_default().push(DatedEvidence { kind, title, until });
    }
    let decided: HashMap<Uuid, record::Assessment> = decided.into_iter().map(|one| (one.partner_id, one)).collect();
    let open: HashMap<Uuid, record::Assessment> = open.into_iter().map(|one| (one.partner_id, one)).collect();
    let mut lines: Vec<Line> = partners
        .into_iter()
        .map(|(partner, name, kind, criticality, open_findings)| {
            let held = evidence.remove(&partner).unwrap_or_default();
            let best = in_force(&held);
            let dated: Vec<(EvidenceKind, Option<Date>)> = best.iter().map(|piece| (piece.kind, piece.until)).collect();
            let last = decided.get(&partner);
            let mut ends: Vec<(String, Date)> =
                best.iter().filter_map(|piece| piece.until.map(|until| (piece.title.clone(), until))).collect();
            ends.sort_by_key(|(_, until)| *until);
            Line {
                partner,
                name,
                kind: kind.parse().unwrap_or(PartnerKind::Other),
                criticality: criticality.and_then(|word| word.parse().ok()),
                standing: standing(last.map(record::Assessment::decided), &dated, today),
                score: last.and_then(|last| last.score_percent),
                review_on: last.and_then(record::Assessment::review_on),
                open: open.get(&partner).map(|open| (open.id, open.state())),
                evidence: ends,
                open_findings,
            }
        })
        .collect();
    // Stable: within a standing they stay in the order of their names.
    lines.sort_by_key(|line| line.standing);
    Ok(lines)
}
