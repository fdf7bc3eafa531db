//! Inviting somebody: the link is shown once.

use askama::Template;
use serde::Deserialize;

use super::links::LinkPage;
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::{Email, invitations};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::Role;
use crate::web::shown::ShownOnce;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InviteForm {
    #[serde(default)]
    email: String,
    #[serde(default)]
    role: String,
}

#[derive(Template)]
#[template(path = "users/new.html")]
struct InvitePage {
    frame: Frame,
    values: InviteForm,
    roles: Vec<Choice>,
    errors: FieldErrors,
}

pub async fn show(visit: Visit, db: Data<Db>) -> PageResult {
    let values = InviteForm { email: String::new(), role: Role::Member.word().to_owned() };
    form(&db, &visit, values, FieldErrors::default()).await
}

pub async fn create(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    config: Data<Config>,
    once: Data<ShownOnce>,
    form: Form<InviteForm>,
) -> PageResult {
    let typed = form.into_inner();
    let role = Role::parse(&typed.role);
    let mut errors = FieldErrors::default();
    if role.is_none() {
        errors.add("role", "Choose one of the roles: member, publisher, auditor or admin.");
    }
    let email = match Email::parse(&typed.email) {
        Ok(email) => Some(email),
        Err(error) => {
            errors.add("email", error.message());
            None
        }
    };
    let (Some(role), Some(email)) = (role, email) else {
        return self::form(&db, &visit, typed, errors).await;
    };
    match invitations::invite(&db, &actor, email, role).await {
        Ok(invited) => LinkPage::invitation(&db, &once, &visit, &config, &invited).await,
        Err(error) => self::form(&db, &visit, typed, FieldErrors::from_error(error)?).await,
    }
}

async fn form(db: &Db, visit: &Visit, values: InviteForm, errors: FieldErrors) -> PageResult {
    let failed = !errors.is_empty();
    let page = InvitePage { frame: shell::frame(db, visit).await?, values, roles: roles(), errors };
    if failed { shell::html_422(&page) } else { shell::html(&page) }
}

/// The roles with what they may do.
pub fn roles() -> Vec<Choice> {
    let hint = |role| match role {
        Role::Admin => "Runs the site: people, vendors, settings, every API.",
        Role::Publisher => "Publishes APIs and decides their requests.",
        Role::Auditor => "Sees everything, changes nothing.",
        Role::Member => "Subscribes to APIs and makes keys.",
    };
    let order = [Role::Member, Role::Publisher, Role::Auditor, Role::Admin];
    order.into_iter().map(|role| Choice::new(role.word(), role.label()).hint(hint(role))).collect()
}
