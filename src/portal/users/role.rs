//! Another role.

use serde::Deserialize;

use crate::base::Code;
use crate::base::ids::UserId;
use crate::domain::actor::Actor;
use crate::domain::people::users;
use crate::portal::back::answer;
use crate::store::Db;
use crate::store::entity::states::Role;
use crate::web::{Data, Form, PageResult, Path, Visit};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleForm {
    #[serde(default)]
    role: String,
}

pub async fn update(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    id: Path<UserId>,
    form: Form<RoleForm>,
) -> PageResult {
    let role = Role::parse(&form.role).ok_or_else(|| {
        Code::FieldInvalid
            .saying("There is no such role: choose member, publisher, auditor or admin.")
            .on("role")
    })?;
    let done = users::set_role(&db, &actor, *id, role).await;
    let text = format!("The role is {} now. Their sessions are ended.", role.label());
    answer(&visit, &format!("/users/{}", *id), &text, done)
}
