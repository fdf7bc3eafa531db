//! `/manage/versions/{id}/deprecation`: when it ends, what to use instead, how to move.

use askama::Template;
use serde::Deserialize;

use super::callers::{self, Caller};
use super::version::at;
use crate::base::Timestamp;
use crate::base::clock::DAY;
use crate::base::ids::{ApiId, VersionId};
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, Deprecation, ManagedApi, Subscriber};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::api_version;
use crate::store::entity::states::VersionState;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoticeForm {
    sunset: String,
    #[serde(default)]
    successor: String,
    #[serde(default)]
    guide_url: String,
}

#[derive(Template)]
#[template(path = "apis/deprecate.html")]
struct DeprecatePage {
    frame: Frame,
    managed: ManagedApi,
    version: api_version::Model,
    values: NoticeForm,
    successors: Vec<Choice>,
    subscribers: Vec<Subscriber>,
    callers: Vec<Caller>,
    errors: FieldErrors,
}

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit, id: Path<VersionId>) -> PageResult {
    let version = catalogue::get_version(&db, &actor, *id).await?;
    let in_90_days = db.now().plus(90 * DAY);
    // What was said before stands, also that there is none; a first notice leads to the newest.
    let successor = match version.deprecated_at {
        Some(_) => version.successor_id,
        None => newest(&catalogue::get_managed(&db, &actor, version.api_id).await?, &version),
    };
    let values = NoticeForm {
        sunset: version.sunset_at.unwrap_or(in_90_days).day(),
        successor: successor.map(|id| id.to_string()).unwrap_or_default(),
        guide_url: version.guide_url.clone().unwrap_or_default(),
    };
    shell::html(&page(&db, &actor, &visit, version, values, FieldErrors::default()).await?)
}

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<VersionId>,
    form: Form<NoticeForm>,
) -> PageResult {
    let form = form.into_inner();
    let version = catalogue::get_version(&db, &actor, *id).await?;
    let errors = match form.check() {
        Err(errors) => errors,
        Ok(notice) => match catalogue::deprecate(&db, &actor, *id, notice).await {
            Ok(row) => {
                let text = match row.successor_id {
                    Some(_) => {
                        "Deprecated. Every answer says so from now on, with the day and the successor."
                    }
                    None => "Deprecated. Every answer says so from now on, with the day.",
                };
                return Ok(flash(&visit, &at(row.api_id, &row.name), "good", text));
            }
            Err(error) => FieldErrors::from_error(error)?,
        },
    };
    shell::html_422(&page(&db, &actor, &visit, version, form, errors).await?)
}

async fn page(
    db: &Db,
    actor: &Actor,
    visit: &Visit,
    version: api_version::Model,
    values: NoticeForm,
    errors: FieldErrors,
) -> crate::base::Result<DeprecatePage> {
    let managed = catalogue::get_managed(db, actor, version.api_id).await?;
    let successors = std::iter::once(Choice::new("", "None"))
        .chain(others(&managed, &version).map(|row| Choice::new(row.id.to_string(), &row.name)))
        .collect();
    Ok(DeprecatePage {
        frame: shell::frame(db, visit).await?,
        subscribers: catalogue::subscribers(db, actor, version.id).await?,
        callers: callers::of(db, version.id).await?,
        managed,
        version,
        values,
        successors,
        errors,
    })
}

/// The published versions beside this one, the newest first.
fn others<'a>(
    managed: &'a ManagedApi,
    version: &'a api_version::Model,
) -> impl Iterator<Item = &'a api_version::Model> {
    let rows = managed.versions.iter().map(|view| &view.version);
    rows.filter(|row| row.id != version.id && row.state == VersionState::Published)
}

/// The one to lead callers to, unless somebody says otherwise: never an older one.
fn newest(managed: &ManagedApi, version: &api_version::Model) -> Option<VersionId> {
    others(managed, version).next().filter(|row| row.created_at > version.created_at).map(|row| row.id)
}

impl NoticeForm {
    fn check(&self) -> Result<Deprecation, FieldErrors> {
        let mut errors = FieldErrors::default();
        let Some(sunset_at) = Timestamp::from_day(self.sunset.trim()) else {
            errors.add("sunset", "A day, such as 2027-01-31.");
            return Err(errors);
        };
        let successor = self.successor.parse::<VersionId>().ok();
        Ok(Deprecation { sunset_at, successor, guide_url: self.guide_url.clone() })
    }
}

/// The address of the editor, for the way back.
impl DeprecatePage {
    fn editor(&self) -> String {
        let api: ApiId = self.managed.api.id;
        at(api, &self.version.name)
    }
}
