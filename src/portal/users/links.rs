//! Links that are shown once: a new invitation, a way to set a new password.

use askama::Template;

use crate::base::ids::UserId;
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::people::invitations::{self, Invited};
use crate::domain::people::{reset, users};
use crate::portal::frame::Frame;
use crate::portal::{shell, shown};
use crate::store::Db;
use crate::web::shown::ShownOnce;
use crate::web::{Data, PageResult, Path, Visit};

#[derive(Template)]
#[template(path = "users/link.html")]
pub struct LinkPage {
    frame: Frame,
    id: UserId,
    title: &'static str,
    text: String,
    link: String,
}

impl LinkPage {
    pub async fn invitation(
        db: &Db,
        once: &ShownOnce,
        visit: &Visit,
        config: &Config,
        invited: &Invited,
    ) -> PageResult {
        let page = Self {
            frame: shell::frame(db, visit).await?,
            id: invited.user.id,
            title: "Invitation",
            text: format!(
                "Send this link to {}. It works once, for seven days, and is shown only now.",
                invited.user.email
            ),
            link: format!("{}/invitation/{}", config.public_url(), invited.link.expose()),
        };
        shown::once(db, once, visit, &format!("/users/{}", page.id), &page)
    }
}

pub async fn renew_invitation(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    config: Data<Config>,
    once: Data<ShownOnce>,
    id: Path<UserId>,
) -> PageResult {
    let invited = invitations::renew(&db, &actor, *id).await?;
    LinkPage::invitation(&db, &once, &visit, &config, &invited).await
}

pub async fn reset_link(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    config: Data<Config>,
    once: Data<ShownOnce>,
    id: Path<UserId>,
) -> PageResult {
    let user = users::get_visible(&db, &actor, *id).await?;
    let link = reset::link(&db, &actor, *id).await?;
    let page = LinkPage {
        frame: shell::frame(&db, &visit).await?,
        id: *id,
        title: "Password link",
        text: format!(
            "Give this link to {}, after you made sure it is them who ask. It works once, for ten minutes, \
             and is shown only now.",
            user.email
        ),
        link: format!("{}/reset/{}", config.public_url(), link.expose()),
    };
    shown::once(&db, &once, &visit, &format!("/users/{}", *id), &page)
}
