//! The management API under /api/v1. A noun's file or folder holds its endpoints and its part of the OpenAPI document
//! (a row of `document::PARTS`); a test compares the document with the routes.

pub mod apis;
pub mod apps;
pub mod audit;
pub mod calls;
pub mod catalogue;
pub mod document;
mod given;
pub mod keys;
mod limits;
pub mod models;
mod moment;
mod money;
mod object;
mod paging;
mod place;
pub mod plans;
pub mod providers;
pub mod settings;
pub mod subscriptions;
pub mod teams;
pub mod tokens;
pub mod users;

use crate::web::{HttpResponse, Page};

/// Every endpoint of the management API.
pub fn endpoints() -> Vec<Page> {
    [
        document::endpoints(),
        providers::endpoints(),
        models::endpoints(),
        apis::endpoints(),
        plans::endpoints(),
        catalogue::endpoints(),
        apps::endpoints(),
        subscriptions::endpoints(),
        keys::endpoints(),
        calls::endpoints(),
        audit::endpoints(),
        users::endpoints(),
        teams::endpoints(),
        tokens::endpoints(),
        settings::endpoints(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// The answer to a removal, and to what has nothing to show.
fn gone() -> HttpResponse {
    HttpResponse::NoContent().finish()
}
