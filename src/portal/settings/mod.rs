//! Settings of the site that an admin changes while it runs (M21): who may make an account, what the
//! site is called. What is read at start is in the configuration, not here.

mod show;
mod sign_up;
mod site;

use crate::domain::permit::Right;
use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    let manage = Need::May(Right::ManageSettings);
    vec![
        page(Method::GET, "/manage/settings", Need::May(Right::SeeEverything), show::show),
        page(Method::POST, "/manage/settings/sign-up", manage, sign_up::save),
        page(Method::POST, "/manage/settings/site", manage, site::save),
    ]
}

/// Where a saved form leads back to.
const PATH: &str = "/manage/settings";
