//! Leaked credentials: what one did, and taking it back when a scanner reports it.

use domain::{
    credentials::{Credential, PublicId, State},
    ids::CredentialId,
    permissions::marker::{AccessRead, LeaksReport},
};
use uuid::Uuid;

use super::{Detail, digest::digest, epoch::bump_and_commit, find, record, revoke::end};
use crate::{
    Error, Services,
    access::Access,
    audit,
    db::{Connection, on},
    usage::{self, Decision, Of, Point, Range, RouteUse, Source},
};

/// Everything that is known of a credential's doings.
#[derive(Clone, Debug)]
pub struct Leak {
    /// The key or client.
    pub detail: Detail,
    /// Whether the text was one of its secrets that still works; nothing when only the id was given.
    pub works: Option<bool>,
    /// Calls by day, over 30 days.
    pub days: Vec<Point>,
    /// By route, over 12 months.
    pub routes: Vec<RouteUse>,
    /// By network, over 90 days.
    pub sources: Vec<Source>,
    /// Its latest refusals.
    pub refusals: Vec<Decision>,
}

/// The public id in a text: a whole credential, one with something around it, or the id alone.
fn public_id(text: &str) -> Option<(PublicId, Option<Credential>)> {
    let text = text.trim();
    if let Ok(id) = text.parse() {
        return Some((id, None));
    }
    // A line of a log or of code: the credential stands somewhere in it.
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let mut likeness = None;
    for word in words {
        if let Ok(credential) = word.parse::<Credential>() {
            return Some((credential.id().clone(), Some(credential)));
        }
        let id = word.split('_').nth(2).filter(|_| word.starts_with(domain::credentials::PREFIX));
        likeness = likeness.or_else(|| id.and_then(|id| id.parse().ok()));
    }
    likeness.map(|id| (id, None))
}

/// What a found credential did. The text is not kept; that somebody asked is.
pub async fn trace(cx: &Services, access: &Access<AccessRead>, text: &str) -> Result<Leak, Error> {
    let Some((public_id, credential)) = public_id(text) else {
        return Err(Error::invalid_field(
            "found",
            "There is no credential of ours in this text. Paste the whole of it, or its id of 12 letters and digits.",
        ));
    };
    let mut reading = cx.db.read().await?;
    let found: Option<(Uuid,)> = on!(reading.connection(), c => sqlx::query_as("SELECT id FROM credential WHERE public_id = $1")
        .bind(public_id.as_str()).fetch_optional(c).await)?;
    let Some((id,)) = found else {
        return Err(Error::invalid_field("found", format!("No key or client of ours has the id {public_id}.")));
    };
    let works = match &credential {
        Some(credential) => Some(owner(reading.connection(), cx, credential).await?.is_some_and(|(_, works)| works)),
        None => None,
    };
    drop(reading);
    let id = CredentialId::from(id);
    let leak = Leak {
        detail: find(cx, access, id).await?,
        works,
        days: usage::series(cx, access, Of::Credential(id), Range::Month).await?,
        routes: usage::routes(cx, access, Of::Credential(id), Range::Year).await?,
        sources: usage::sources(cx, access, id, 90).await?,
        refusals: usage::decisions_of(cx, access, Some(public_id.as_str()), 20).await?,
    };
    let entry =
        audit::Entry::new("credential.leak_traced").target("credential", id).detail("public_id", public_id.as_str());
    audit::record(cx, access.actor(), entry).await?;
    Ok(leak)
}

/// Whose secret a credential is, and whether that secret could be used now.
async fn owner(
    mut connection: Connection<'_>,
    cx: &Services,
    credential: &Credential,
) -> Result<Option<(Uuid, bool)>, Error> {
    for version in (1..=cx.settings.pepper_version).rev() {
        let digest = digest(&cx.keys, version, credential);
        let row: Option<(Uuid, String, Option<i64>)> = on!(connection.again(), c => sqlx::query_as(
            "SELECT s.credential_id, s.state, s.retires_at
             FROM credential_secret s JOIN credential c ON c.id = s.credential_id
             WHERE s.digest = $1 AND c.state <> 'revoked'")
            .bind(digest.as_slice()).fetch_optional(c).await)?;
        if let Some((id, state, retires_at)) = row {
            let is_over = state == "retired" || retires_at.is_some_and(|at| at <= cx.clock.now().millis());
            return Ok(Some((id, !is_over)));
        }
    }
    Ok(None)
}

/// A credential that a scanner found.
#[derive(Clone, Debug)]
pub struct LeakReport {
    /// What was found: the whole credential.
    pub found: String,
    /// Where: an address, for whoever looks into it.
    pub place: String,
}

/// What became of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reported {
    /// It was one of ours and is revoked.
    Revoked(CredentialId),
    /// It was revoked before.
    AlreadyRevoked,
    /// It is not a secret of ours: of another form, mistyped, or made up.
    NotOurs,
}

/// Revokes what was found, at once. Only the very secret does it, so that nobody can take a key away by knowing its id.
pub async fn report(cx: &Services, access: &Access<LeaksReport>, report: &LeakReport) -> Result<Reported, Error> {
    let Some((public_id, Some(credential))) = public_id(&report.found) else { return Ok(Reported::NotOurs) };
    let actor = access.actor();
    let mut uow = cx.db.begin().await?;
    let Some((id, _)) = owner(uow.connection(), cx, &credential).await? else {
        let known: Option<(String,)> = on!(uow.connection(), c => sqlx::query_as("SELECT state FROM credential WHERE public_id = $1")
            .bind(public_id.as_str()).fetch_optional(c).await)?;
        let was_revoked = known.is_some_and(|(state,)| state == State::Revoked.as_str());
        return Ok(if was_revoked { Reported::AlreadyRevoked } else { Reported::NotOurs });
    };
    let stored = record::load(uow.connection(), id.into()).await?;
    let place: String = report.place.chars().filter(|c| !c.is_control()).take(300).collect();
    let entry =
        end(cx, &mut uow, actor, &stored, &format!("Reported as leaked: {place}")).await?.detail("leaked_at", place);
    bump_and_commit(cx, uow, actor, vec![entry]).await?;
    Ok(Reported::Revoked(id.into()))
}
