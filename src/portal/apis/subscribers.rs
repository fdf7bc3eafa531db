//! `/manage/apis/{id}/subscribers`: who holds a live subscription to an API, on which plan and version.

use askama::Template;

use crate::base::ids::ApiId;
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::portal::asking::{Asking, Pairs};
use crate::portal::frame::Frame;
use crate::portal::paging::Asked;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::api;
use crate::web::{Data, PageResult, Path, Visit};

#[derive(Template)]
#[template(path = "apis/subscribers.html")]
struct SubscribersPage {
    frame: Frame,
    api: api::Model,
    subscribers: Vec<SubscriptionView>,
    next: String,
}

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit, id: Path<ApiId>, query: Pairs) -> PageResult {
    let mut asking = Asking::of(query);
    let asked = Asked::of(&mut asking);
    let api = catalogue::get_managed(&db, &actor, *id).await?.api;
    let mut subscribers = subscriptions::list_of_api(&db, &actor, *id, asked.before, asked.wanted()).await?;
    let path = format!("/manage/apis/{id}/subscribers");
    let next = asked.next(&path, &mut subscribers, |view| view.row.id);
    asking.html(&SubscribersPage {
        frame: asking.told(shell::frame(&db, &visit).await?),
        api,
        subscribers,
        next,
    })
}
