//! The base score of CVSS version 3.1, from its vector (<https://www.first.org/cvss/v3.1/specification-document>,
//! section 7.1). Version 3.0 has the same base metrics and weights.

/// The eight base metrics, each with its values and their weights; those of `PR` are for an unchanged scope.
const METRICS: [(&str, &[(&str, f64)]); 8] = [
    ("AV", &[("N", 0.85), ("A", 0.62), ("L", 0.55), ("P", 0.2)]),
    ("AC", &[("L", 0.77), ("H", 0.44)]),
    ("PR", &[("N", 0.85), ("L", 0.62), ("H", 0.27)]),
    ("UI", &[("N", 0.85), ("R", 0.62)]),
    ("S", &[("U", 0.0), ("C", 1.0)]),
    ("C", &[("H", 0.56), ("L", 0.22), ("N", 0.0)]),
    ("I", &[("H", 0.56), ("L", 0.22), ("N", 0.0)]),
    ("A", &[("H", 0.56), ("L", 0.22), ("N", 0.0)]),
];

/// Metrics that a vector may carry beside, and that don't change the base score.
const BESIDE: [&str; 14] = ["E", "RL", "RC", "CR", "IR", "AR", "MAV", "MAC", "MPR", "MUI", "MS", "MC", "MI", "MA"];

/// The base score of a vector, in tenths: 98 for a score of 9.8. Nothing when it is no vector of version 3: a metric is
/// missing, stands twice, or has a value that it can't have.
pub fn base_score(vector: &str) -> Option<i64> {
    let metrics = vector.strip_prefix("CVSS:3.1/").or_else(|| vector.strip_prefix("CVSS:3.0/"))?;
    let mut weights: [Option<f64>; 8] = [None; 8];
    for metric in metrics.split('/') {
        let (name, value) = metric.split_once(':')?;
        match METRICS.iter().position(|(known, _)| *known == name) {
            Some(place) => {
                let (_, weight) = METRICS[place].1.iter().find(|(known, _)| *known == value)?;
                if weights[place].replace(*weight).is_some() {
                    return None;
                }
            }
            None if BESIDE.contains(&name) => {}
            None => return None,
        }
    }
    let [attack, complexity, privileges, interaction, scope, secrecy, integrity, availability] = weights;
    let is_changed = scope? > 0.5;
    let exploitability = 8.22 * attack? * complexity? * of_scope(privileges?, is_changed) * interaction?;
    let loss = 1.0 - (1.0 - secrecy?) * (1.0 - integrity?) * (1.0 - availability?);
    let impact = if is_changed { 7.52 * (loss - 0.029) - 3.25 * (loss - 0.02_f64).powi(15) } else { 6.42 * loss };
    if impact <= 0.0 {
        return Some(0);
    }
    let total = if is_changed { 1.08 * (impact + exploitability) } else { impact + exploitability };
    Some(rounded_up(total.min(10.0)))
}

/// Privileges weigh more where the scope is changed.
fn of_scope(privileges: f64, is_changed: bool) -> f64 {
    match (is_changed, privileges) {
        (true, 0.3..0.7) => 0.68,
        (true, ..0.3) => 0.5,
        _ => privileges,
    }
}

/// The smallest number of tenths that is not below, as the specification's appendix A rounds: first to five places, so
/// that what is binary about fractions doesn't count.
fn rounded_up(score: f64) -> i64 {
    // From 0 to 1,000,000: nothing is lost.
    #[allow(clippy::cast_possible_truncation)]
    let fine = (score * 100_000.0).round() as i64;
    if fine % 10_000 == 0 { fine / 10_000 } else { fine / 10_000 + 1 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Scores that FIRST has published in "CVSS v3.1 examples", by CVE.
    const PUBLISHED: [(&str, &str, i64); 14] = [
        ("CVE-2014-6271", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 98),
        ("CVE-2013-1937", "AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", 61),
        ("CVE-2013-0375", "AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N", 64),
        ("CVE-2014-3566", "AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N", 31),
        ("CVE-2012-1516", "AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", 99),
        ("CVE-2009-0783", "AV:L/AC:L/PR:H/UI:N/S:U/C:L/I:L/A:L", 42),
        ("CVE-2012-0384", "AV:N/AC:L/PR:L/UI:N/S:U/C:H/I:H/A:H", 88),
        ("CVE-2015-1098", "AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:H/A:H", 78),
        ("CVE-2014-0160", "AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:N/A:N", 75),
        ("CVE-2008-1447", "AV:N/AC:H/PR:N/UI:N/S:C/C:N/I:H/A:N", 68),
        ("CVE-2014-2005", "AV:P/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", 68),
        ("CVE-2010-0467", "AV:N/AC:L/PR:N/UI:N/S:C/C:L/I:N/A:N", 58),
        ("CVE-2012-5376", "AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", 96),
        ("CVE-2016-2118", "AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:H/A:H", 75),
    ];

    #[test]
    fn published_vectors_have_their_published_scores() {
        for (cve, vector, tenths) in PUBLISHED {
            assert_eq!(base_score(&format!("CVSS:3.1/{vector}")), Some(tenths), "{cve}");
        }
        assert_eq!(base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H"), Some(100));
        assert_eq!(base_score("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N"), Some(0));
        assert_eq!(base_score("CVSS:3.0/S:U/AV:N/AC:L/PR:N/UI:N/C:H/I:H/A:H/E:P/RL:O"), Some(98), "in any order");
    }

    #[test]
    fn what_is_no_vector_has_no_score() {
        for vector in [
            "",
            "9.8",
            "CVSS:3.1/",
            "CVSS:2.0/AV:N/AC:L/Au:N/C:P/I:P/A:P",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H",
            "CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:X/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
            "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/ZZ:1",
        ] {
            assert_eq!(base_score(vector), None, "{vector}");
        }
    }
}
