//! Leaving a team; stopping and letting go on all of its applications.

use serde::Deserialize;

use super::show;
use crate::base::ids::TeamId;
use crate::domain::actor::Actor;
use crate::domain::teams;
use crate::portal::back::{answer, back};
use crate::portal::returned::Returned;
use crate::store::Db;
use crate::web::{Data, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonForm {
    #[serde(default)]
    reason: String,
}

pub async fn leave(visit: Visit, actor: Actor, db: Data<Db>, id: Path<TeamId>) -> PageResult {
    if let Err(error) = teams::leave(&db, &actor, *id).await {
        return back(&visit, &format!("/teams/{}", *id), error);
    }
    let text = "You have left the team. Your keys in it are refused from now on.";
    Ok(flash(&visit, "/teams", "good", text))
}

pub async fn remove(visit: Visit, actor: Actor, db: Data<Db>, id: Path<TeamId>) -> PageResult {
    match teams::delete(&db, &actor, *id).await {
        Ok(()) => Ok(flash(&visit, "/teams", "good", "The team is removed. Its name stays with its calls.")),
        Err(error) => back(&visit, &format!("/teams/{}", *id), error),
    }
}

pub async fn suspend(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    id: Path<TeamId>,
    form: Form<ReasonForm>,
) -> PageResult {
    match teams::suspend(&db, &actor, *id, &form.reason).await {
        Ok(()) => {
            let text = "The team is suspended: its keys are refused from now on.";
            Ok(flash(&visit, &format!("/teams/{}", *id), "good", text))
        }
        Err(error) => {
            let returned = Returned::from_error("suspend", [("reason", form.reason.clone())], error)?;
            show::again(&db, &visit, &actor, *id, returned).await
        }
    }
}

pub async fn resume(visit: Visit, actor: Actor, db: Data<Db>, id: Path<TeamId>) -> PageResult {
    let done = teams::resume(&db, &actor, *id).await;
    answer(&visit, &format!("/teams/{}", *id), "The team's apps may call again.", done)
}
