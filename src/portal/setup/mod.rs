//! The first run: make the admin, connect a vendor, publish, send. Each step is a page of its own, so
//! that whoever closes the browser goes on where they were.

mod admin;
mod ready;
mod vendor;

use crate::domain::permit::Right;
use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    let supply = Need::May(Right::ManageSupply);
    vec![
        page(Method::GET, "/setup/{link}", Need::SetUp, admin::show),
        page(Method::POST, "/setup/{link}", Need::SetUp, admin::create),
        page(Method::GET, "/setup/vendor", supply, vendor::tiles),
        page(Method::GET, "/setup/vendor/{preset}", supply, vendor::show),
        page(Method::POST, "/setup/vendor/{preset}", supply, vendor::create),
    ]
}
