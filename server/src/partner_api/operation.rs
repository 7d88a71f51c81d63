//! What can be called: one row each.

use std::sync::Arc;

use axum::{
    Router,
    handler::Handler,
    middleware,
    routing::{MethodFilter, MethodRouter, on},
};
use domain::{api_version::Retirement, limits::RouteClass, permissions::Permission};
use utoipa::{
    ToSchema,
    openapi::{RefOr, schema::Schema},
};

use super::{Api, admit, openapi::fields_of};

/// A schema with everything it refers to.
#[derive(Clone, Debug)]
pub struct Described {
    /// Its name among the components.
    pub name: String,
    /// It, and what it refers to.
    pub schemas: Vec<(String, RefOr<Schema>)>,
}

/// Describes a type.
pub fn described<T: ToSchema>() -> Described {
    let name = T::name().into_owned();
    let mut schemas = vec![(name.clone(), T::schema())];
    T::schemas(&mut schemas);
    Described { name, schemas }
}

/// A parameter in the address.
#[derive(Clone, Copy, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What it is for.
    pub description: &'static str,
    /// Its JSON schema.
    pub schema: &'static str,
}

/// One thing that can be called.
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own about the operation")]
#[derive(Clone, Debug)]
pub struct Operation {
    /// Its stable name.
    pub id: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path below `/api/v1`.
    pub path: &'static str,
    /// Method and full path, as counted.
    pub route: &'static str,
    /// In a few words.
    pub summary: &'static str,
    /// What there is to know.
    pub description: &'static str,
    /// The heading it stands under.
    pub tag: &'static str,
    /// The scope it needs; nothing when any credential will do.
    pub scope: Option<Permission>,
    /// How it is limited.
    pub class: RouteClass,
    /// Parameters in the query.
    pub query: &'static [Parameter],
    /// What is sent.
    pub request: Option<Described>,
    /// What comes back, and with which status.
    pub response: (u16, Option<Described>),
    /// Statuses of refusals beyond those that every operation has.
    pub refusals: &'static [u16],
    /// Whether it creates something, and takes an `Idempotency-Key`.
    pub creates: bool,
    /// Whether it answers with an `ETag`.
    pub has_etag: bool,
    /// Whether it takes `If-Match`.
    pub takes_if_match: bool,
    /// Whether it is a list, with `limit`, `cursor` and `next`.
    pub is_list: bool,
    /// When it goes away.
    pub retirement: Option<Retirement>,
    /// The fields of what it answers with, among which `fields` chooses.
    pub fields: Vec<String>,
}

/// An operation with what answers it.
pub struct Route {
    /// The operation.
    pub operation: Arc<Operation>,
    handler: MethodRouter,
}

impl std::fmt::Debug for Route {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Route").field("operation", &self.operation.id).finish_non_exhaustive()
    }
}

impl Route {
    /// Binds an operation to its handler.
    pub fn new<H, T>(operation: Operation, handler: H) -> Self
    where
        H: Handler<T, ()>,
        T: 'static,
    {
        let filter = match operation.method {
            "POST" => MethodFilter::POST,
            "PATCH" => MethodFilter::PATCH,
            "DELETE" => MethodFilter::DELETE,
            _ => MethodFilter::GET,
        };
        let fields = operation.response.1.as_ref().map(fields_of).unwrap_or_default();
        Self { operation: Arc::new(Operation { fields, ..operation }), handler: on(filter, handler) }
    }

    /// Adds the route, behind all checks.
    pub(super) fn mount(self, router: Router, api: &Arc<Api>) -> Router {
        let state = admit::Gate { api: Arc::clone(api), operation: Arc::clone(&self.operation) };
        router.route(self.operation.path, self.handler.layer(middleware::from_fn_with_state(state, admit::admit)))
    }
}

impl Operation {
    /// A read of one thing.
    pub fn read<T: ToSchema>(id: &'static str, route: &'static str, summary: &'static str, scope: Permission) -> Self {
        Self {
            id,
            method: route.split_once(' ').map_or("GET", |(method, _)| method),
            path: route.split_once("/api/v1").map_or("/", |(_, path)| path),
            route,
            summary,
            description: "",
            tag: "",
            scope: Some(scope),
            class: RouteClass::Read,
            query: &[],
            request: None,
            response: (200, Some(described::<T>())),
            refusals: &[],
            creates: false,
            has_etag: false,
            takes_if_match: false,
            is_list: false,
            retirement: None,
            fields: Vec::new(),
        }
    }

    /// A page of things.
    pub fn list<T: ToSchema>(id: &'static str, route: &'static str, summary: &'static str, scope: Permission) -> Self {
        Self { class: RouteClass::Search, is_list: true, ..Self::read::<T>(id, route, summary, scope) }
    }

    /// A change.
    pub fn write<In: ToSchema, Out: ToSchema>(
        id: &'static str,
        route: &'static str,
        summary: &'static str,
        scope: Permission,
    ) -> Self {
        Self {
            class: RouteClass::Write,
            request: Some(described::<In>()),
            refusals: &[409, 413, 415],
            ..Self::read::<Out>(id, route, summary, scope)
        }
    }

    /// Something new.
    pub fn create<In: ToSchema, Out: ToSchema>(
        id: &'static str,
        route: &'static str,
        summary: &'static str,
        scope: Permission,
    ) -> Self {
        Self {
            response: (201, Some(described::<Out>())),
            creates: true,
            ..Self::write::<In, Out>(id, route, summary, scope)
        }
    }

    /// Under a heading.
    #[must_use]
    pub fn tag(self, tag: &'static str) -> Self {
        Self { tag, ..self }
    }

    /// With what there is to know.
    #[must_use]
    pub fn note(self, description: &'static str) -> Self {
        Self { description, ..self }
    }

    /// With parameters in the query.
    #[must_use]
    pub fn query(self, query: &'static [Parameter]) -> Self {
        Self { query, ..self }
    }

    /// Answers with an `ETag`.
    #[must_use]
    pub fn with_etag(self) -> Self {
        Self { has_etag: true, ..self }
    }

    /// Takes `If-Match`, and answers with an `ETag`.
    #[must_use]
    pub fn with_if_match(self) -> Self {
        Self { has_etag: true, takes_if_match: true, ..self }
    }

    /// Whether its path names something that may not be there.
    pub fn names_something(&self) -> bool {
        self.path.contains('{')
    }
}
