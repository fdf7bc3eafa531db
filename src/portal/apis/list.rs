//! `/manage/apis`: the APIs somebody makes, or may look at, with their state.

use askama::Template;

use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, ManagedApi};
use crate::domain::permit::{self, Right};
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::Visibility;
use crate::web::{Data, PageResult, Visit};

#[derive(Template)]
#[template(path = "apis/list.html")]
struct ApisPage {
    frame: Frame,
    apis: Vec<ManagedApi>,
    can_publish: bool,
}

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit) -> PageResult {
    let apis = catalogue::list_managed(&db, &actor).await?;
    shell::html(&ApisPage {
        frame: shell::frame(&db, &visit).await?,
        apis,
        can_publish: permit::may(&actor, Right::PublishApis),
    })
}
