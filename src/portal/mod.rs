//! The pages. A page's form, handler and template struct live together in the folder of its noun;
//! rules live in `domain`, calls in `ledger`. This room never writes SQL and never decides who may see what.

pub mod apidocs;
pub mod errors;
pub mod fault;
pub mod frame;
pub mod icons;
pub mod look;
pub mod menu;
pub mod search;
pub mod shell;
#[cfg(debug_assertions)]
pub mod style;

use crate::web::Page;

/// Every page of the portal.
pub fn pages() -> Vec<Page> {
    [
        apidocs::pages(),
        errors::pages(),
        search::pages(),
        #[cfg(debug_assertions)]
        style::pages(),
    ]
    .into_iter()
    .flatten()
    .collect()
}
