//! Calling our own partner API from its reference page: through all of its checks, with a test key.

use std::{fmt, future::Future, pin::Pin, sync::Arc};

use serde_json::Value;

/// A call to try.
#[derive(Clone, Debug, Default)]
pub struct Tried {
    /// The method.
    pub method: String,
    /// Path and query.
    pub path: String,
    /// Names and values.
    pub headers: Vec<(String, String)>,
    /// What is sent; empty for nothing.
    pub body: String,
    /// Where the reader is, as the edge worked it out.
    pub address: String,
}

/// What it was answered.
#[derive(Clone, Debug, Default)]
pub struct Answered {
    /// The status.
    pub status: u16,
    /// Names and values, in order.
    pub headers: Vec<(String, String)>,
    /// The body, as text.
    pub body: String,
}

type Calling = dyn Fn(Tried) -> Pin<Box<dyn Future<Output = Answered> + Send>> + Send + Sync;

/// The partner API, as far as its reference page needs it.
#[derive(Clone)]
pub struct Calls {
    /// Its OpenAPI document.
    pub document: &'static Value,
    call: Arc<Calling>,
}

impl Calls {
    /// An API with its document.
    pub fn new<F, Answering>(document: &'static Value, call: F) -> Self
    where
        F: Fn(Tried) -> Answering + Send + Sync + 'static,
        Answering: Future<Output = Answered> + Send + 'static,
    {
        Self { document, call: Arc::new(move |tried| Box::pin(call(tried))) }
    }

    /// None: for a portal without an API beside it.
    pub fn none() -> Self {
        Self::new(&Value::Null, |_| async { Answered { status: 503, ..Answered::default() } })
    }

    /// Makes a call.
    pub async fn call(&self, tried: Tried) -> Answered {
        (self.call)(tried).await
    }
}

impl fmt::Debug for Calls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Calls")
    }
}
