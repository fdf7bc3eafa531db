//! What is done to an account by one button.

use crate::base::ids::UserId;
use crate::domain::actor::Actor;
use crate::domain::people::{reset, users};
use crate::store::Db;
use crate::web::{Data, PageResult, Path, Visit, flash};

pub async fn deactivate(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    users::deactivate(&db, &actor, *id).await?;
    let text = "Deactivated. Their sessions are ended and their keys are refused from now on.";
    Ok(flash(&visit, &format!("/users/{}", *id), "good", text))
}

pub async fn reactivate(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    users::reactivate(&db, &actor, *id).await?;
    let text = "Reactivated. Their keys work again; they sign in anew.";
    Ok(flash(&visit, &format!("/users/{}", *id), "good", text))
}

pub async fn let_in(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    users::let_in(&db, &actor, *id).await?;
    Ok(flash(&visit, "/users", "good", "Let in. Tell them that they can sign in now."))
}

pub async fn turn_away(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    users::turn_away(&db, &actor, *id).await?;
    Ok(flash(&visit, "/users", "good", "The account is removed."))
}

pub async fn dismiss_reset(visit: Visit, actor: Actor, db: Data<Db>, id: Path<UserId>) -> PageResult {
    reset::dismiss(&db, &actor, *id).await?;
    Ok(flash(&visit, "/users", "good", "Dismissed. No link was made."))
}
