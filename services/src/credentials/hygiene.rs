//! The hygiene board: keys that nobody would miss, that end soon, that never end, or that may do more than they do.

use domain::{
    Timestamp,
    permissions::{Permission, marker::AccessRead},
};
use uuid::Uuid;

use super::record::Listed;
use crate::{Error, Services, access::Access, db::on, roles::grants};

/// Something that deserves a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// Issued more than a week ago, and never used.
    NeverUsed,
    /// Not used for 90 days.
    Unused {
        /// For so many days.
        days: i64,
    },
    /// It ends within 30 days.
    Expires {
        /// In so many days; 0 is today.
        days: i64,
    },
    /// It never ends.
    NeverExpires,
    /// It has scopes that it did not use in 90 days.
    Broad {
        /// These.
        unused: Vec<Permission>,
    },
    /// An old secret is still in use beside the new one.
    OldSecret,
}

/// A key or client with what was found.
#[derive(Clone, Debug)]
pub struct Hygiene {
    /// Which.
    pub credential: Listed,
    /// What was found, the most urgent first.
    pub findings: Vec<Finding>,
}

/// Every key and client that works and of which something was found. Keys are hundreds; more than 2,000 are cut.
pub async fn hygiene(cx: &Services, _access: &Access<AccessRead>) -> Result<Vec<Hygiene>, Error> {
    let now = cx.clock.now();
    let mut reading = cx.db.read().await?;
    let credentials: Vec<Listed> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT c.id, c.public_id, c.kind, c.name, c.sort_name, c.partner_id, p.name AS partner_name,
                c.environment, c.state, c.not_before, c.expires_at, c.api_version, c.created_at, c.created_by, c.last_used_at,
                EXISTS (SELECT 1 FROM credential_secret s WHERE s.credential_id = c.id AND s.state = 'retiring'
                        AND (s.retires_at IS NULL OR s.retires_at > $1)) AS has_old_secret,
                EXISTS (SELECT 1 FROM credential_secret s WHERE s.credential_id = c.id AND s.state = 'pending') AS has_new_secret,
                c.version
         FROM credential c
         JOIN partner p ON p.id = c.partner_id
         WHERE c.state = 'active' AND (c.expires_at IS NULL OR c.expires_at > $1)
         ORDER BY c.sort_name, c.id LIMIT 2000")
        .bind(now.millis()).fetch_all(c).await)?;
    let unused: Vec<(Uuid, String)> = on!(reading.connection(), c => sqlx::query_as(
        "SELECT s.credential_id, s.scope FROM credential_scope s JOIN credential c ON c.id = s.credential_id
         WHERE c.state = 'active' AND c.last_used_at IS NOT NULL AND COALESCE(s.last_used_at, 0) < $1")
        .bind(now.plus(-90 * Timestamp::DAY).millis()).fetch_all(c).await)?;
    Ok(credentials
        .into_iter()
        .filter_map(|credential| {
            let broad =
                grants::parse(unused.iter().filter(|(id, _)| *id == credential.id).map(|(_, scope)| scope.as_str()));
            let findings = findings(now, &credential, broad.into_iter().collect());
            (!findings.is_empty()).then_some(Hygiene { credential, findings })
        })
        .collect())
}

fn findings(now: Timestamp, credential: &Listed, broad: Vec<Permission>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let days = |millis: i64| millis.div_euclid(Timestamp::DAY);
    match credential.expires_at {
        Some(at) if Timestamp(at).since(now) < 30 * Timestamp::DAY => {
            findings.push(Finding::Expires { days: days(Timestamp(at).since(now)) });
        }
        Some(_) => {}
        None => findings.push(Finding::NeverExpires),
    }
    match credential.last_used_at {
        None if now.since(Timestamp(credential.created_at)) > 7 * Timestamp::DAY => findings.push(Finding::NeverUsed),
        Some(at) if now.since(Timestamp(at)) > 90 * Timestamp::DAY => {
            findings.push(Finding::Unused { days: days(now.since(Timestamp(at))) });
        }
        _ => {}
    }
    if credential.has_old_secret {
        findings.push(Finding::OldSecret);
    }
    if !broad.is_empty() {
        findings.push(Finding::Broad { unused: broad });
    }
    findings
}
