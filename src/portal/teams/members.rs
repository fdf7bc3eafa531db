//! Adding, changing and removing members.

use serde::Deserialize;

use super::show;
use crate::base::ids::{TeamId, UserId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::teams;
use crate::portal::back::answer;
use crate::portal::returned::Returned;
use crate::store::Db;
use crate::store::entity::states::TeamRole;
use crate::web::{Data, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MemberForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleForm {
    #[serde(default)]
    role: String,
}

pub async fn create(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    id: Path<TeamId>,
    form: Form<MemberForm>,
) -> PageResult {
    let form = form.into_inner();
    let done = match role(&form.role) {
        Ok(role) => teams::add(&db, &actor, *id, &form.email, role).await,
        Err(error) => Err(error),
    };
    match done {
        Ok(()) => Ok(flash(&visit, &format!("/teams/{}", *id), "good", "Added to the team.")),
        Err(error) => {
            let typed = [("email", form.email), ("role", form.role)];
            let returned = Returned::from_error("add", typed, error)?;
            show::again(&db, &visit, &actor, *id, returned).await
        }
    }
}

pub async fn set_role(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    path: Path<(TeamId, UserId)>,
    form: Form<RoleForm>,
) -> PageResult {
    let (id, user) = path.into_inner();
    let done = teams::set_role(&db, &actor, id, user, role(&form.role)?).await;
    answer(&visit, &format!("/teams/{id}"), "The role in the team is changed.", done)
}

pub async fn remove(visit: Visit, actor: Actor, db: Data<Db>, path: Path<(TeamId, UserId)>) -> PageResult {
    let (id, user) = path.into_inner();
    let done = teams::remove(&db, &actor, id, user).await;
    let text = "Removed from the team. Their keys in it are refused from now on.";
    answer(&visit, &format!("/teams/{id}"), text, done)
}

fn role(word: &str) -> Result<TeamRole> {
    TeamRole::parse(word).ok_or_else(|| Code::FieldInvalid.saying("Choose owner or member.").on("role"))
}
