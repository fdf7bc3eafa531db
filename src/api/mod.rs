//! The management API under /api/v1. A noun's file holds its endpoints and its part of the OpenAPI document
//! (a row of `document::PARTS`); a test compares the document with the routes.

pub mod apps;
pub mod calls;
pub mod document;
pub mod keys;
mod moment;
pub mod subscriptions;

use crate::web::Page;

/// Every endpoint of the management API.
pub fn endpoints() -> Vec<Page> {
    [
        document::endpoints(),
        apps::endpoints(),
        subscriptions::endpoints(),
        keys::endpoints(),
        calls::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
