//! The OpenAPI document of the management API: `api` makes it, the portal draws it, and neither knows the other.

use std::sync::Arc;

use serde_json::Value;

/// Registered once by `app.rs`.
#[derive(Clone, Debug)]
pub struct ApiDocument(pub Arc<Value>);

impl ApiDocument {
    pub fn new(document: Value) -> Self {
        Self(Arc::new(document))
    }
}
