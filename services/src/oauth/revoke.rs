//! Introspection (RFC 7662) and revocation (RFC 7009) of tokens, each for the client that a token was given to.

use serde_json::{Value, json};

use super::{Refusal, Tokens};
use crate::{
    Services,
    access::Trace,
    audit,
    credentials::{Caller, bump_and_commit},
    db::on,
};

/// What is known of a token: everything for the client it was given to, and to everybody else no more than that it is
/// none of theirs.
pub async fn introspect(cx: &Services, tokens: &Tokens, client: &Caller, token: &str) -> Result<Value, Refusal> {
    let none = json!({ "active": false });
    let Some(claims) = tokens.claims(cx, token).await? else { return Ok(none) };
    if claims.client_id != client.public_id {
        return Ok(none);
    }
    let kind = if claims.cnf.is_some() { "DPoP" } else { "Bearer" };
    let mut known = json!({
        "active": true,
        "scope": claims.scope,
        "client_id": claims.client_id,
        "token_type": kind,
        "exp": claims.exp,
        "iat": claims.iat,
        "sub": claims.sub,
        "aud": claims.aud,
        "iss": claims.iss,
        "jti": claims.jti,
    });
    if let Some(cnf) = &claims.cnf {
        known["cnf"] = json!({ "jkt": cnf.jkt });
    }
    Ok(known)
}

/// Takes a token back. One that isn't the client's, or is no token at all, is no error: there is nothing to take back.
pub async fn revoke(cx: &Services, tokens: &Tokens, client: &Caller, token: &str, trace: Trace) -> Result<(), Refusal> {
    let Some(claims) = tokens.claims(cx, token).await? else { return Ok(()) };
    if claims.client_id != client.public_id {
        return Ok(());
    }
    let mut uow = cx.db.begin().await?;
    on!(uow.connection(), c => sqlx::query(
        "INSERT INTO token_revocation (jti, expires_at) VALUES ($1, $2) ON CONFLICT (jti) DO NOTHING")
        .bind(&claims.jti).bind(claims.expires_at().millis()).execute(c).await.map(|_| ()))
    .map_err(crate::Error::from)?;
    let entry = audit::Entry::new("token.revoked").target("credential", client.id).detail("jti", claims.jti.as_str());
    bump_and_commit(cx, uow, &client.to_actor(trace), vec![entry]).await?;
    Ok(())
}
