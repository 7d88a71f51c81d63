//! What machines prove themselves by: the form of a credential, and what a key or client may be.

mod format;
mod standing;

pub use format::{Credential, ID_LENGTH, PATTERN, PREFIX, PublicId, SECRET_LENGTH};
pub use standing::{Grace, Standing, standing};

crate::text_enum! {
    /// What kind of machine access it is.
    pub enum CredentialKind {
        /// A secret sent with every call.
        ApiKey = "api_key", "API key";
        /// A client that exchanges its secret or a signature for short-lived tokens (RFC 6749).
        OauthClient = "oauth_client", "OAuth client";
    }
}

impl CredentialKind {
    /// The kind of secret it has.
    pub const fn secret(self) -> SecretKind {
        match self {
            Self::ApiKey => SecretKind::ApiKey,
            Self::OauthClient => SecretKind::ClientSecret,
        }
    }
}

crate::text_enum! {
    /// What a secret is for; its letter stands in the credential.
    pub enum SecretKind {
        /// An API key.
        ApiKey = "k", "API key";
        /// The secret of an OAuth client.
        ClientSecret = "c", "Client secret";
        /// The secret by which we sign what we send to a webhook.
        WebhookSecret = "w", "Webhook secret";
    }
}

crate::text_enum! {
    /// What a credential works on. Test data are apart from live data, in a database of their own.
    pub enum Environment {
        /// The business.
        Live = "live", "Live";
        /// The sandbox.
        Test = "test", "Test";
    }
}

crate::text_enum! {
    /// Where a key or client is, as stored. Whether its time has come or is over is asked of the clock.
    pub enum State {
        /// Somebody else has to approve it first.
        PendingApproval = "pending_approval", "Pending approval";
        /// It works.
        Active = "active", "Active";
        /// Switched off for now.
        Disabled = "disabled", "Disabled";
        /// Taken back for good.
        Revoked = "revoked", "Revoked";
    }
}

crate::text_enum! {
    /// Where one secret of a key is.
    pub enum SecretState {
        /// Issued by a rotation and not used yet.
        Pending = "pending", "Not used yet";
        /// The one to use.
        Current = "current", "Current";
        /// Replaced, and still working for a while.
        Retiring = "retiring", "Retiring";
        /// Works no more.
        Retired = "retired", "Retired";
    }
}

crate::text_enum! {
    /// How an OAuth client proves itself at the token endpoint.
    pub enum ClientAuthentication {
        /// By its secret, in the `Authorization` header or in the form (RFC 6749 section 2.3.1).
        Secret = "secret", "Client secret";
        /// By a signature with its own private key (RFC 7523).
        PrivateKeyJwt = "private_key_jwt", "Signed with its own key";
    }
}
