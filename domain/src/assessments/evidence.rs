//! Certificates and reports of a partner, and when they run out.

use jiff::civil::Date;

crate::text_enum! {
    /// What a piece of evidence is.
    pub enum EvidenceKind {
        /// A report on controls, by the rules of the AICPA.
        Soc2 = "soc2", "SOC 2";
        /// A certificate of an information-security management system.
        Iso27001 = "iso_27001", "ISO 27001";
        /// An attestation that card data is handled by the rules.
        PciDss = "pci_dss", "PCI DSS";
        /// What an outside tester found.
        PenetrationTest = "penetration_test", "Penetration test";
        /// A contract on the processing of personal data.
        ProcessingAgreement = "processing_agreement", "Data-processing agreement";
        /// A policy that covers damage done to us.
        Insurance = "insurance", "Insurance";
        /// Anything else.
        Other = "other", "Other";
    }
}

/// So many days before its end evidence is warned of.
pub const WARNING_DAYS: [i64; 5] = [60, 30, 14, 7, 1];

/// What counts of a piece of evidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DatedEvidence {
    /// What it is.
    pub kind: EvidenceKind,
    /// Its name: evidence of the kind "other" is told apart by it.
    pub title: String,
    /// Until when it is good, that day included; nothing when it doesn't end.
    pub until: Option<Date>,
}

/// For each thing that is evidenced, the piece that is good for longest. A newer certificate stands in for an older one.
pub fn in_force(evidence: &[DatedEvidence]) -> Vec<&DatedEvidence> {
    let is_same = |one: &DatedEvidence, other: &DatedEvidence| {
        one.kind == other.kind && (one.kind != EvidenceKind::Other || one.title == other.title)
    };
    let mut best: Vec<&DatedEvidence> = Vec::new();
    for piece in evidence {
        match best.iter_mut().find(|known| is_same(known, piece)) {
            Some(known) => {
                let is_longer = match (known.until, piece.until) {
                    (None, _) => false,
                    (Some(_), None) => true,
                    (Some(known), Some(new)) => new > known,
                };
                if is_longer {
                    *known = piece;
                }
            }
            None => best.push(piece),
        }
    }
    best
}

/// What has run out and was not replaced.
pub fn lapsed(evidence: &[DatedEvidence], today: Date) -> Vec<&DatedEvidence> {
    in_force(evidence).into_iter().filter(|piece| piece.until.is_some_and(|until| until < today)).collect()
}

/// The warning that is due for an end: the fewest days of [`WARNING_DAYS`] that are not fewer than those left. Nothing
/// when the end is further away, or past.
pub fn warning(until: Date, today: Date) -> Option<i64> {
    let left = i64::from((until - today).get_days());
    WARNING_DAYS.into_iter().filter(|days| (0..=*days).contains(&left)).min()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TODAY: Date = date(2026, 11, 23);

    fn piece(kind: EvidenceKind, title: &str, until: Option<Date>) -> DatedEvidence {
        DatedEvidence { kind, title: title.to_owned(), until }
    }

    #[test]
    fn a_newer_certificate_stands_in_for_the_one_that_ran_out() {
        let old = piece(EvidenceKind::Iso27001, "Certificate 2023", Some(date(2026, 10, 1)));
        let new = piece(EvidenceKind::Iso27001, "Certificate 2026", Some(date(2029, 10, 1)));
        assert_eq!(lapsed(std::slice::from_ref(&old), TODAY).len(), 1);
        assert!(lapsed(&[old.clone(), new.clone()], TODAY).is_empty());
        assert!(lapsed(&[new, old], TODAY).is_empty());
    }

    #[test]
    fn other_evidence_is_told_apart_by_its_title() {
        let pieces = [
            piece(EvidenceKind::Other, "Fire safety", Some(date(2026, 11, 22))),
            piece(EvidenceKind::Other, "Works council", None),
        ];
        assert_eq!(lapsed(&pieces, TODAY), [&pieces[0]]);
    }

    #[test]
    fn each_warning_is_due_in_its_days() {
        let after = |days| TODAY.saturating_add(jiff::Span::new().days(days));
        for (days, expected) in [
            (61, None),
            (60, Some(60)),
            (31, Some(60)),
            (30, Some(30)),
            (8, Some(14)),
            (7, Some(7)),
            (1, Some(1)),
            (0, Some(1)),
            (-1, None),
        ] {
            assert_eq!(warning(after(days), TODAY), expected, "{days} days before");
        }
    }
}
