//! `/apps`: the applications of one's teams.

use askama::Template;
use serde::Deserialize;

use crate::base::ids::AppId;
use crate::domain::actor::Actor;
use crate::domain::apps::{self, AppView};
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, PageResult, Query, Visit};

const PAGE: u64 = 50;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    before: Option<AppId>,
    limit: Option<u64>,
}

#[derive(Template)]
#[template(path = "apps/list.html")]
struct AppsPage {
    frame: Frame,
    apps: Vec<AppView>,
    next: String,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, asked: Query<Asked>) -> PageResult {
    let limit = asked.limit.unwrap_or(PAGE).clamp(1, 200);
    let apps = apps::list_visible(&db, &actor, asked.before, limit).await?;
    let next = match apps.last() {
        Some(last) if apps.len() as u64 == limit => format!("/apps?before={}", last.app.id),
        _ => String::new(),
    };
    shell::html(&AppsPage { frame: shell::frame(&db, &visit).await?, apps, next })
}
