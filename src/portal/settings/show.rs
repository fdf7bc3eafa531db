//! `/manage/settings`: one page, a form for each setting.

use askama::Template;

use super::sign_up::SignUpForm;
use super::site::SiteForm;
use crate::base::Result;
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::domain::settings::{self, SignUp, SignUpMode, Site};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::meanwhile::Seen;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, PageResult, Visit};

#[derive(Template)]
#[template(path = "settings/show.html")]
pub(super) struct SettingsPage {
    frame: Frame,
    pub sign_up: SignUpForm,
    pub sign_up_errors: FieldErrors,
    modes: Vec<Choice>,
    /// The mode in force, whatever is typed.
    mode: SignUpMode,
    pub site: SiteForm,
    pub site_errors: FieldErrors,
    can_manage: bool,
}

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit) -> PageResult {
    shell::html(&page(&db, &visit, &actor).await?)
}

/// The page with what is stored; a form that failed its check puts its own values over it.
pub(super) async fn page(db: &Db, visit: &Visit, actor: &Actor) -> Result<SettingsPage> {
    let seen = Seen::now(db).await?;
    let rules = settings::read::<SignUp>(db, actor).await?;
    let site = settings::read::<Site>(db, actor).await?;
    Ok(SettingsPage {
        frame: shell::frame(db, visit).await?,
        mode: rules.mode,
        sign_up: SignUpForm { seen, mode: rules.mode.word().to_owned(), domains: rules.domains.join("\n") },
        sign_up_errors: FieldErrors::default(),
        modes: modes(),
        site: SiteForm { seen, name: site.name, contact: site.contact },
        site_errors: FieldErrors::default(),
        can_manage: may(actor, Right::ManageSettings),
    })
}

impl SettingsPage {
    fn mode_label(&self) -> &'static str {
        label(self.mode)
    }
}

fn label(mode: SignUpMode) -> &'static str {
    match mode {
        SignUpMode::Open => "Open",
        SignUpMode::Domain => "By e-mail domain",
        SignUpMode::Invitation => "By invitation",
        SignUpMode::Off => "Off",
    }
}

fn modes() -> Vec<Choice> {
    let hint = |mode| match mode {
        SignUpMode::Open => "Anybody may ask for an account; an admin lets them in from the inbox.",
        SignUpMode::Domain => "Only addresses at the domains below may ask; an admin lets them in.",
        SignUpMode::Invitation => "Nobody may ask. Admins invite, each with a link that works once.",
        SignUpMode::Off => {
            "No new accounts; links of invitations stop too, until this is changed. On the server, “portico user add” \
             still makes them."
        }
    };
    SignUpMode::ALL.into_iter().map(|mode| Choice::new(mode.word(), label(mode)).hint(hint(mode))).collect()
}
