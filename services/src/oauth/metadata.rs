//! What clients discover of us (RFC 8414).

use domain::permissions::Permission;
use serde_json::{Value, json};

use crate::Services;

/// The issuer, byte for byte as it stands in metadata and in tokens.
pub fn issuer(cx: &Services) -> &str {
    &cx.settings.public_url
}

/// Where tokens are asked for.
pub fn token_endpoint(cx: &Services) -> String {
    format!("{}/oauth/token", issuer(cx))
}

/// The authorization server's metadata.
pub fn metadata(cx: &Services) -> Value {
    let issuer = issuer(cx);
    let methods = ["client_secret_basic", "client_secret_post", "private_key_jwt"];
    let algorithms = ["Ed25519", "EdDSA", "ES256", "RS256", "PS256"];
    let scopes: Vec<&str> = Permission::scopes().map(Permission::as_str).collect();
    json!({
        "issuer": issuer,
        "token_endpoint": token_endpoint(cx),
        "jwks_uri": format!("{issuer}/.well-known/jwks.json"),
        "introspection_endpoint": format!("{issuer}/oauth/introspect"),
        "revocation_endpoint": format!("{issuer}/oauth/revoke"),
        "scopes_supported": scopes,
        // Required by the RFC; there is no authorization endpoint, so there are none.
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": methods,
        "token_endpoint_auth_signing_alg_values_supported": algorithms,
        "introspection_endpoint_auth_methods_supported": methods,
        "introspection_endpoint_auth_signing_alg_values_supported": algorithms,
        "revocation_endpoint_auth_methods_supported": methods,
        "revocation_endpoint_auth_signing_alg_values_supported": algorithms,
        "dpop_signing_alg_values_supported": algorithms,
        "service_documentation": format!("{issuer}/access/reference"),
    })
}
