//! Who asks, and the proof that they may.

use std::{collections::BTreeSet, marker::PhantomData, sync::Arc};

use domain::{
    credentials::{CredentialKind, PublicId},
    ids::{CredentialId, PartnerId, SessionId, StaffId},
    permissions::{Grant, Permission},
};

use crate::Error;

/// What kind of actor, and which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ActorKind {
    /// A person at the portal.
    Staff {
        /// Who.
        id: StaffId,
        /// Their name, for timelines.
        name: String,
        /// Their session.
        session: Option<SessionId>,
    },
    /// A machine with a key or a token of its own.
    Machine {
        /// Its key or client.
        id: CredentialId,
        /// Which of the two.
        kind: CredentialKind,
        /// The public part of its credential.
        public_id: PublicId,
        /// The key's or client's name.
        name: String,
        /// Whose it is.
        partner: PartnerId,
        /// The partner's name.
        partner_name: String,
    },
    /// The system itself: a scheduled job.
    Job {
        /// Which job.
        name: &'static str,
    },
    /// Somebody with a shell on the server.
    CommandLine,
    /// Nobody is signed in.
    Nobody,
}

/// Where a request came from, for the audit trail and the log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The client's address as the edge worked it out.
    pub ip: String,
    /// What the client calls itself.
    pub user_agent: String,
    /// The request's id, in the answer and in the log.
    pub request_id: String,
}

/// Somebody or something that asks for a thing to be done.
#[derive(Clone, Debug)]
pub struct Actor(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ActorKind,
    permissions: BTreeSet<Permission>,
    trace: Trace,
}

/// The proof that an actor holds the permission `P`. Only [`Actor::authorize`] makes one.
#[derive(Debug)]
pub struct Access<P> {
    actor: Actor,
    permission: PhantomData<fn() -> P>,
}

impl Actor {
    /// An actor with the permissions they hold at this moment.
    pub fn new(kind: ActorKind, permissions: BTreeSet<Permission>, trace: Trace) -> Self {
        Self(Arc::new(Inner { kind, permissions, trace }))
    }

    /// Nobody: holds nothing.
    pub fn nobody(trace: Trace) -> Self {
        Self::new(ActorKind::Nobody, BTreeSet::new(), trace)
    }

    /// The command line: whoever can read the master key and the database may do everything.
    pub fn command_line() -> Self {
        Self::new(ActorKind::CommandLine, Permission::ALL.iter().copied().collect(), Trace::default())
    }

    /// A scheduled job, which may do everything a person may.
    pub fn job(name: &'static str) -> Self {
        Self::new(ActorKind::Job { name }, Permission::ALL.iter().copied().collect(), Trace::default())
    }

    /// Which actor.
    pub fn kind(&self) -> &ActorKind {
        &self.0.kind
    }

    /// Where the request came from.
    pub fn trace(&self) -> &Trace {
        &self.0.trace
    }

    /// All permissions held.
    pub fn permissions(&self) -> &BTreeSet<Permission> {
        &self.0.permissions
    }

    /// Whether a permission is held; for showing, never for deciding.
    pub fn holds(&self, permission: Permission) -> bool {
        self.0.permissions.contains(&permission)
    }

    /// The member of staff, if it is one.
    pub fn staff_id(&self) -> Option<StaffId> {
        match self.0.kind {
            ActorKind::Staff { id, .. } => Some(id),
            _ => None,
        }
    }

    /// A name for timelines.
    pub fn name(&self) -> String {
        match &self.0.kind {
            ActorKind::Staff { name, .. } => name.clone(),
            ActorKind::Machine { name, partner_name, .. } => format!("{partner_name}: {name}"),
            ActorKind::Job { name } => format!("Job: {name}"),
            ActorKind::CommandLine => "Command line".to_owned(),
            ActorKind::Nobody => "Nobody".to_owned(),
        }
    }

    /// The word for the `actor_type` of the audit log.
    pub fn type_word(&self) -> &'static str {
        match self.0.kind {
            ActorKind::Staff { .. } => "staff",
            ActorKind::Machine { kind, .. } => kind.as_str(),
            ActorKind::Job { .. } => "job",
            ActorKind::CommandLine => "command_line",
            ActorKind::Nobody => "nobody",
        }
    }

    /// The `actor_id` of the audit log.
    pub fn id_word(&self) -> String {
        match &self.0.kind {
            ActorKind::Staff { id, .. } => id.to_string(),
            ActorKind::Machine { id, .. } => id.to_string(),
            ActorKind::Job { name } => (*name).to_owned(),
            ActorKind::CommandLine | ActorKind::Nobody => String::new(),
        }
    }

    /// The word for the `source` of a timeline entry.
    pub fn source_word(&self) -> &'static str {
        match self.0.kind {
            ActorKind::Staff { .. } | ActorKind::Nobody => "person",
            ActorKind::Machine { .. } => "api_key",
            ActorKind::Job { .. } => "job",
            ActorKind::CommandLine => "command_line",
        }
    }

    /// Asks for a permission: a proof, or the refusal that names what is missing.
    #[track_caller]
    pub fn authorize<P: Grant>(&self) -> Result<Access<P>, Error> {
        if matches!(self.0.kind, ActorKind::Nobody) {
            return Err(Error::unauthenticated("access.signed_out", "You are signed out. Sign in and try again."));
        }
        if self.holds(P::PERMISSION) {
            Ok(Access { actor: self.clone(), permission: PhantomData })
        } else {
            Err(Error::forbidden(P::PERMISSION))
        }
    }

    /// Like [`Actor::authorize`] for a permission known only at run time (lifecycle commands carry theirs as a value).
    #[track_caller]
    pub fn require(&self, permission: Permission) -> Result<(), Error> {
        if matches!(self.0.kind, ActorKind::Nobody) {
            return Err(Error::unauthenticated("access.signed_out", "You are signed out. Sign in and try again."));
        }
        if self.holds(permission) { Ok(()) } else { Err(Error::forbidden(permission)) }
    }
}

impl<P> Access<P> {
    /// Who holds it.
    pub fn actor(&self) -> &Actor {
        &self.actor
    }
}
