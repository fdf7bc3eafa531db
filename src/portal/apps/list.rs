//! `/apps`: the applications of one's teams.

use askama::Template;

use crate::base::ids::AppId;
use crate::domain::actor::Actor;
use crate::domain::apps::{self, AppView};
use crate::portal::frame::Frame;
use crate::portal::paging::Asked;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, PageResult, Query, Visit};

#[derive(Template)]
#[template(path = "apps/list.html")]
struct AppsPage {
    frame: Frame,
    apps: Vec<AppView>,
    next: String,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, asked: Query<Asked<AppId>>) -> PageResult {
    let mut apps = apps::list_visible(&db, &actor, asked.before, asked.wanted()).await?;
    let next = asked.next("/apps", &mut apps, |view| view.app.id);
    shell::html(&AppsPage { frame: shell::frame(&db, &visit).await?, apps, next })
}
