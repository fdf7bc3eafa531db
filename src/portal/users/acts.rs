//! What is done to an account by one button.

use serde::Deserialize;

use crate::base::Code;
use crate::base::ids::UserId;
use crate::domain::actor::Actor;
use crate::domain::people::{reset, users};
use crate::portal::back::answer;
use crate::store::Db;
use crate::store::entity::states::UserState;
use crate::web::{Data, Form, PageResult, Path, Visit};

pub async fn deactivate(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    let done = users::deactivate(&db, &actor, *id).await;
    let text = "Deactivated. Their sessions are ended and their keys are refused from now on.";
    answer(&visit, &format!("/users/{}", *id), text, done)
}

pub async fn reactivate(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    let done = users::reactivate(&db, &actor, *id).await;
    let text = "Reactivated. Their keys work again; they sign in anew.";
    answer(&visit, &format!("/users/{}", *id), text, done)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeletionForm {
    #[serde(default)]
    typed: String,
}

pub async fn delete(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    id: Path<UserId>,
    form: Form<DeletionForm>,
) -> PageResult {
    let user = users::get_visible(&db, &actor, *id).await?;
    let done = if user.state == UserState::Deactivated && form.typed.trim().to_lowercase() != user.email {
        let message = format!("Nothing was deleted: type {} to confirm.", user.email);
        Err(Code::FieldInvalid.saying(message).on("typed"))
    } else {
        users::delete(&db, &actor, *id).await
    };
    let text = "Deleted. Their keys stay listed and are refused with owner_deleted.";
    answer(&visit, &format!("/users/{}", *id), text, done)
}

pub async fn let_in(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    let done = users::let_in(&db, &actor, *id).await;
    answer(&visit, "/users", "Let in. Tell them that they can sign in now.", done)
}

pub async fn turn_away(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    let done = users::turn_away(&db, &actor, *id).await;
    answer(&visit, "/users", "The account is removed.", done)
}

pub async fn dismiss_reset(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    let done = reset::dismiss(&db, &actor, *id).await;
    answer(&visit, "/users", "Dismissed. No link was made.", done)
}
