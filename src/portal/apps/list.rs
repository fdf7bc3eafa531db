//! `/apps`: the applications of one's teams.

use askama::Template;

use crate::domain::actor::Actor;
use crate::domain::apps::{self, AppView};
use crate::portal::asking::{Asking, Pairs};
use crate::portal::frame::Frame;
use crate::portal::paging::Asked;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, PageResult, Visit};

#[derive(Template)]
#[template(path = "apps/list.html")]
struct AppsPage {
    frame: Frame,
    apps: Vec<AppView>,
    next: String,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, query: Pairs) -> PageResult {
    let mut asking = Asking::of(query);
    let asked = Asked::of(&mut asking);
    let mut apps = apps::list_visible(&db, &actor, asked.before, asked.wanted()).await?;
    let next = asked.next("/apps", &mut apps, |view| view.app.id);
    asking.html(&AppsPage { frame: asking.told(shell::frame(&db, &visit).await?), apps, next })
}
