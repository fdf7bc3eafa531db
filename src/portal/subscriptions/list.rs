//! `/requests`: what one's teams asked for, and what came of it.

use askama::Template;
use serde::Deserialize;

use crate::base::ids::SubscriptionId;
use crate::domain::actor::Actor;
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, PageResult, Query, Visit};

const PAGE: u64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    before: Option<SubscriptionId>,
    limit: Option<u64>,
}

#[derive(Template)]
#[template(path = "subscriptions/list.html")]
struct RequestsPage {
    frame: Frame,
    requests: Vec<SubscriptionView>,
    next: String,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, asked: Query<Asked>) -> PageResult {
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, 200);
    let requests = subscriptions::list_visible(&db, &actor, asked.before, limit).await?;
    let next = match requests.last() {
        Some(last) if requests.len() as u64 == limit => format!("/requests?before={}", last.row.id),
        _ => String::new(),
    };
    shell::html(&RequestsPage { frame: shell::frame(&db, &visit).await?, requests, next })
}
