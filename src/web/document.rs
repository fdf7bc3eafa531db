//! The OpenAPI document of the management API: `api` makes it, the portal draws it, and neither knows the other.

use std::sync::{Arc, LazyLock};

use serde_json::Value;

/// Registered once by `app.rs`, made when it is first asked for. Clones share it.
#[derive(Clone)]
pub struct ApiDocument(Arc<LazyLock<Value, fn() -> Value>>);

impl ApiDocument {
    pub fn new(make: fn() -> Value) -> Self {
        Self(Arc::new(LazyLock::new(make)))
    }

    pub fn value(&self) -> &Value {
        &self.0
    }
}
