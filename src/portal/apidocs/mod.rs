//! `/docs/api`: the management API's OpenAPI document as a page of our own.

mod operation;
mod sample;

use askama::Template;

use self::operation::{Group, groups};
use super::fault::KnownSite;
use super::frame::Frame;
use super::shell;
use crate::config::Config;
use crate::store::Db;
use crate::web::document::ApiDocument;
use crate::web::{Data, Method, Need, Page, PageResult, Visit, page};

pub fn pages() -> Vec<Page> {
    vec![page(Method::GET, "/docs/api", Need::Always, show)]
}

#[derive(Template)]
#[template(path = "docs/api.html")]
pub struct ApiPage {
    frame: Frame,
    version: String,
    base_url: String,
    groups: Vec<Group>,
}

pub async fn show(
    db: Data<Db>,
    site: Data<KnownSite>,
    visit: Visit,
    config: Data<Config>,
    document: Data<ApiDocument>,
) -> PageResult {
    let frame = shell::steady(&db, &visit, &site).await;
    shell::html(&ApiPage::new(frame, &config.public_url(), document.value()))
}

impl ApiPage {
    pub fn new(frame: Frame, base_url: &str, document: &serde_json::Value) -> Self {
        let version =
            document.pointer("/info/version").and_then(|version| version.as_str()).unwrap_or_default();
        Self {
            frame,
            version: version.to_owned(),
            base_url: base_url.trim_end_matches('/').to_owned(),
            groups: groups(document),
        }
    }

    /// How many operations the page shows.
    pub fn count(&self) -> usize {
        self.groups.iter().map(|group| group.operations.len()).sum()
    }
}

#[cfg(test)]
mod tests;
