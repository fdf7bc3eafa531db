//! `/requests`: what one's teams asked for, and what came of it.

use askama::Template;

use crate::domain::actor::Actor;
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::portal::asking::{Asking, Pairs};
use crate::portal::frame::Frame;
use crate::portal::paging::Asked;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, PageResult, Visit};

#[derive(Template)]
#[template(path = "subscriptions/list.html")]
struct RequestsPage {
    frame: Frame,
    requests: Vec<SubscriptionView>,
    next: String,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, query: Pairs) -> PageResult {
    let mut asking = Asking::of(query);
    let asked = Asked::of(&mut asking);
    let mut requests = subscriptions::list_visible(&db, &actor, asked.before, asked.wanted()).await?;
    let next = asked.next("/requests", &mut requests, |view| view.row.id);
    asking.html(&RequestsPage { frame: asking.told(shell::frame(&db, &visit).await?), requests, next })
}
