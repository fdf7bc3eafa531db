//! `/apps/{id}`: the subscriptions of an application in the order in which they serve, and its keys.

use askama::Template;
use serde::Deserialize;

use crate::base::ids::AppId;
use crate::domain::actor::Actor;
use crate::domain::apps::{self, AppView};
use crate::domain::keys::{self, KeyView};
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::portal::back::answer;
use crate::portal::frame::Frame;
use crate::portal::keys::table::Spend;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::Standing;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Template)]
#[template(path = "apps/show.html")]
struct AppPage {
    frame: Frame,
    view: AppView,
    suspended: bool,
    reason: String,
    /// Those that may serve or wait.
    live: Vec<SubscriptionView>,
    /// Denied, withdrawn and ended ones.
    past: Vec<SubscriptionView>,
    keys: Vec<KeyView>,
    spend: Spend,
    typed_name: String,
    errors: FieldErrors,
    can_manage: bool,
    can_suspend: bool,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, id: Path<AppId>) -> PageResult {
    shell::html(&filled(&db, &visit, &actor, *id, None, FieldErrors::default()).await?)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NameForm {
    name: String,
}

pub async fn rename(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<AppId>,
    form: Form<NameForm>,
) -> PageResult {
    match apps::rename(&db, &actor, *id, form.name.clone()).await {
        Ok(()) => Ok(flash(&visit, &format!("/apps/{id}"), "good", "The name is changed.")),
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            shell::html_422(&filled(&db, &visit, &actor, *id, Some(form.into_inner().name), errors).await?)
        }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReasonForm {
    #[serde(default)]
    reason: String,
}

pub async fn suspend(
    db: Data<Db>,
    visit: Visit,
    actor: Actor,
    id: Path<AppId>,
    form: Form<ReasonForm>,
) -> PageResult {
    match apps::suspend(&db, &actor, *id, form.reason.clone()).await {
        Ok(()) => {
            let text = "Suspended. Its calls are refused from now on.";
            Ok(flash(&visit, &format!("/apps/{id}"), "good", text))
        }
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            shell::html_422(&filled(&db, &visit, &actor, *id, None, errors).await?)
        }
    }
}

pub async fn resume(db: Data<Db>, visit: Visit, actor: Actor, id: Path<AppId>) -> PageResult {
    let done = apps::resume(&db, &actor, *id).await;
    answer(&visit, &format!("/apps/{id}"), "Its calls go through again.", done)
}

async fn filled(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    id: AppId,
    typed: Option<String>,
    errors: FieldErrors,
) -> crate::base::Result<AppPage> {
    let view = apps::get_visible(db, actor, id).await?;
    let subscriptions = subscriptions::list_of_app(db, actor, id).await?;
    let keys = keys::list_of_app(db, actor, id).await?;
    let (live, past) = subscriptions.into_iter().partition(|view| subscriptions::is_live(view.row.state));
    Ok(AppPage {
        frame: shell::frame(db, visit).await?,
        suspended: view.app.state == Standing::Suspended,
        reason: view.app.reason.clone().unwrap_or_default(),
        live,
        past,
        spend: Spend::this_month(db, &keys).await?,
        keys,
        typed_name: typed.unwrap_or_else(|| view.app.name.clone()),
        errors,
        can_manage: apps::may_manage(actor, &view.app),
        can_suspend: apps::may_suspend(actor),
        view,
    })
}
