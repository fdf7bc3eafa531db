//! `/keys/{id}/leak`: a key got out. What it could do, and the two ways to stop it.

use askama::Template;

use crate::base::ids::KeyId;
use crate::domain::actor::Actor;
use crate::domain::keys::{self, KeyView};
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::ledger::reports::{self, KeyCaller};
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::SubscriptionState;
use crate::web::{Data, PageResult, Path, Visit};

#[derive(Template)]
#[template(path = "keys/leak.html")]
struct LeakPage {
    frame: Frame,
    view: KeyView,
    /// What it opens.
    reach: Vec<SubscriptionView>,
    networks: Vec<String>,
    callers: Vec<KeyCaller>,
    expected: String,
    can_manage: bool,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, id: Path<KeyId>) -> PageResult {
    let view = keys::get_visible(&db, &actor, *id).await?;
    let newest = view.secrets.iter().find(|secret| secret.ends_at.is_none());
    let bound = keys::api_ids(&view.row);
    let mut reach = subscriptions::list_of_app(&db, &actor, view.row.app_id).await?;
    reach.retain(|one| one.row.state == SubscriptionState::Approved && !one.over);
    reach.retain(|one| bound.as_ref().is_none_or(|ids| ids.contains(&one.row.api_id)));
    shell::html(&LeakPage {
        frame: shell::frame(&db, &visit).await?,
        expected: newest.map(|secret| secret.id.to_string()).unwrap_or_default(),
        networks: keys::networks(&view.row).iter().map(ToString::to_string).collect(),
        can_manage: keys::may_manage(&actor, &view.row),
        callers: reports::key_callers(&db, *id).await?,
        reach,
        view,
    })
}
