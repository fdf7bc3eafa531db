//! The one-button acts of a request page. Each leads back to it.

use serde::Deserialize;

use super::show;
use crate::base::ids::{PlanId, SubscriptionId, VersionId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::subscriptions::{self, Move};
use crate::portal::returned::Returned;
use crate::store::Db;
use crate::store::entity::states::SubscriptionState;
use crate::web::{Data, Form, PageResult, Path, Visit, flash};

fn back(id: SubscriptionId) -> String {
    format!("/requests/{id}")
}

pub async fn withdraw(db: Data<Db>, visit: Visit, actor: Actor, id: Path<SubscriptionId>) -> PageResult {
    let done = subscriptions::withdraw(&db, &actor, *id).await;
    answer(&db, &visit, &actor, *id, "The request is withdrawn.", done).await
}

pub async fn remind(db: Data<Db>, visit: Visit, actor: Actor, id: Path<SubscriptionId>) -> PageResult {
    let done = subscriptions::remind(&db, &actor, *id).await;
    answer(&db, &visit, &actor, *id, "Reminded. You can do so once a day.", done).await
}

/// Back to the request; where it was decided or taken back meanwhile, the request as it is now.
async fn answer<T>(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    id: SubscriptionId,
    text: &str,
    done: Result<T>,
) -> PageResult {
    match done {
        Ok(_) => Ok(flash(visit, &back(id), "good", text)),
        Err(error) if error.code() == Code::Conflict => show::overtaken(db, visit, actor, id, &error).await,
        Err(error) => crate::portal::back::back(visit, &back(id), error),
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MoveForm {
    version: Option<VersionId>,
    plan: Option<PlanId>,
}

pub async fn move_to(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<SubscriptionId>,
    form: Form<MoveForm>,
) -> PageResult {
    let to = Move { version: form.version, plan: form.plan };
    let done = subscriptions::move_to(&db, &actor, *id, to).await;
    let text = match &done {
        Ok(row) if row.state == SubscriptionState::Requested => {
            "Changed. It waits for approval; calls are refused until then."
        }
        _ => "Moved. The next call uses it.",
    };
    answer(&db, &visit, &actor, *id, text, done).await
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EndForm {
    #[serde(default)]
    comment: String,
}

pub async fn end(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<SubscriptionId>,
    form: Form<EndForm>,
) -> PageResult {
    let comment = form.into_inner().comment;
    match subscriptions::end(&db, &actor, *id, comment.clone()).await {
        Ok(_) => Ok(flash(&visit, &back(*id), "good", "The subscription has ended.")),
        Err(error) if error.code() == Code::Conflict => {
            show::overtaken(&db, &visit, &actor, *id, &error).await
        }
        Err(error) => {
            let returned = Returned::from_error("end-dialog", [("comment", comment)], error)?;
            show::again(&db, &visit, &actor, *id, returned).await
        }
    }
}

pub async fn raise(db: Data<Db>, visit: Visit, actor: Actor, id: Path<SubscriptionId>) -> PageResult {
    subscriptions::raise(&db, &actor, *id).await?;
    let view = subscriptions::get_visible(&db, &actor, *id).await?;
    Ok(flash(&visit, &format!("/apps/{}", view.row.app_id), "good", "The order is changed."))
}
