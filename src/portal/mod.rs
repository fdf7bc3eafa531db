//! The pages. A page's form, handler and template struct live together in the folder of its noun;
//! rules live in `domain`, calls in `ledger`. This room never writes SQL and never decides who may see what.

pub mod apidocs;
pub mod apis;
pub mod apps;
pub mod asking;
pub mod back;
pub mod calls;
pub mod catalogue;
pub mod dashboard;
pub mod diagnose;
pub mod errors;
pub mod fault;
pub mod frame;
pub mod icons;
pub mod inbox;
pub mod keys;
pub mod limit_fields;
pub mod look;
pub mod markdown;
pub mod meanwhile;
pub mod menu;
pub mod models;
pub mod paging;
pub mod prices;
pub mod profile;
pub mod providers;
pub mod returned;
pub mod search;
pub mod settings;
pub mod setup;
pub mod shell;
pub mod shown;
pub mod sign_in;
pub mod sorting;
#[cfg(debug_assertions)]
pub mod style;
pub mod subscriptions;
pub mod teams;
pub mod unsent;
pub mod users;

use crate::web::Page;

/// Every page of the portal.
pub fn pages() -> Vec<Page> {
    [
        apidocs::pages(),
        apis::pages(),
        apps::pages(),
        calls::pages(),
        dashboard::pages(),
        diagnose::pages(),
        errors::pages(),
        inbox::pages(),
        keys::pages(),
        catalogue::pages(),
        models::pages(),
        providers::pages(),
        profile::pages(),
        search::pages(),
        settings::pages(),
        setup::pages(),
        shown::pages(),
        sign_in::pages(),
        teams::pages(),
        unsent::pages(),
        users::pages(),
        #[cfg(debug_assertions)]
        style::pages(),
        subscriptions::pages(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
