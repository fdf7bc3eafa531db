//! `/manage/versions/{id}/retirement`: who is hit, and why it ends now.

use askama::Template;
use serde::Deserialize;

use super::callers::{self, Caller};
use super::version::at;
use crate::base::Code;
use crate::base::ids::VersionId;
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, ManagedApi, Subscriber};
use crate::portal::back::back;
use crate::portal::frame::Frame;
use crate::portal::{look, shell};
use crate::store::Db;
use crate::store::entity::api_version;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetireForm {
    #[serde(default)]
    reason: String,
}

#[derive(Template)]
#[template(path = "apis/retire.html")]
struct RetirePage {
    frame: Frame,
    managed: ManagedApi,
    version: api_version::Model,
    values: RetireForm,
    subscribers: Vec<Subscriber>,
    callers: Vec<Caller>,
    calls_a_day: i64,
    errors: FieldErrors,
}

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit, id: Path<VersionId>) -> PageResult {
    let values = RetireForm { reason: String::new() };
    shell::html(&page(&db, &actor, &visit, *id, values, FieldErrors::default()).await?)
}

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<VersionId>,
    form: Form<RetireForm>,
) -> PageResult {
    let form = form.into_inner();
    catalogue::subscribers(&db, &actor, *id).await?;
    let calls = callers::of_a_day(&db, *id).await?;
    if calls > 0 && form.reason.trim().is_empty() {
        let mut errors = FieldErrors::default();
        errors.add(
            "reason",
            format!("{} in the last 24 hours: say why it ends for them now.", look::count(calls, "call")),
        );
        return shell::html_422(&page(&db, &actor, &visit, *id, form, errors).await?);
    }
    match catalogue::retire(&db, &actor, *id, form.reason.clone()).await {
        Ok(row) => {
            let text = format!("{} is retired: its calls are answered 410.", row.name);
            Ok(flash(&visit, &at(row.api_id, &row.name), "good", &text))
        }
        Err(error) if error.code() == Code::Conflict => {
            let version = catalogue::get_version(&db, &actor, *id).await?;
            back(&visit, &at(version.api_id, &version.name), error)
        }
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            shell::html_422(&page(&db, &actor, &visit, *id, form, errors).await?)
        }
    }
}

async fn page(
    db: &Db,
    actor: &Actor,
    visit: &Visit,
    id: VersionId,
    values: RetireForm,
    errors: FieldErrors,
) -> crate::base::Result<RetirePage> {
    let version = catalogue::get_version(db, actor, id).await?;
    Ok(RetirePage {
        frame: shell::frame(db, visit).await?,
        managed: catalogue::get_managed(db, actor, version.api_id).await?,
        subscribers: catalogue::subscribers(db, actor, id).await?,
        callers: callers::of(db, id).await?,
        calls_a_day: callers::of_a_day(db, id).await?,
        version,
        values,
        errors,
    })
}

impl RetirePage {
    /// The day of the notice, when it is still to come.
    fn told_until(&self) -> Option<String> {
        self.version.sunset_at.filter(|at| *at > self.frame.now).map(|at| at.day())
    }

    fn editor(&self) -> String {
        at(self.managed.api.id, &self.version.name)
    }
}
