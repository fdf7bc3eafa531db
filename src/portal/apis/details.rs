//! `/manage/apis/{id}/details`: name, summary, contact, who sees it; away with what was never published.

use askama::Template;
use serde::Deserialize;

use crate::base::ids::{ApiId, TeamId};
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, ApiChange};
use crate::portal::back::back;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::meanwhile::Seen;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::Visibility;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DetailsForm {
    #[serde(default)]
    seen: Seen,
    name: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    contact: String,
    visibility: String,
    #[serde(default)]
    teams: Vec<TeamId>,
}

#[derive(Template)]
#[template(path = "apis/details.html")]
struct DetailsPage {
    frame: Frame,
    id: ApiId,
    /// What it is called now.
    name: String,
    values: DetailsForm,
    audience: Vec<Choice>,
    chosen_teams: Vec<String>,
    visibilities: Vec<Choice>,
    errors: FieldErrors,
}

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit, id: Path<ApiId>) -> PageResult {
    let seen = Seen::now(&db).await?;
    let managed = catalogue::get_managed(&db, &actor, *id).await?;
    let values = DetailsForm {
        seen,
        name: managed.api.name,
        summary: managed.api.summary,
        contact: managed.api.contact,
        visibility: managed.api.visibility.word().to_owned(),
        teams: managed.teams,
    };
    shell::html(&page(&db, &actor, &visit, *id, values, FieldErrors::default()).await?)
}

pub async fn save(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<ApiId>,
    form: Form<DetailsForm>,
) -> PageResult {
    let mut form = form.into_inner();
    let change = ApiChange {
        name: Some(form.name.clone()),
        summary: Some(form.summary.clone()),
        contact: Some(form.contact.clone()),
        visibility: Visibility::parse(&form.visibility).map(|visibility| (visibility, form.teams.clone())),
    };
    match catalogue::change_api(&db, &form.seen.by(&actor), *id, change).await {
        Ok(_) => Ok(flash(&visit, &super::show::path(*id), "good", "Saved.")),
        Err(error) => {
            let errors = FieldErrors::from_error(form.seen.told(&db, error).await?)?;
            shell::html_422(&page(&db, &actor, &visit, *id, form, errors).await?)
        }
    }
}

async fn page(
    db: &Db,
    actor: &Actor,
    visit: &Visit,
    id: ApiId,
    values: DetailsForm,
    errors: FieldErrors,
) -> crate::base::Result<DetailsPage> {
    Ok(DetailsPage {
        frame: shell::frame(db, visit).await?,
        id,
        name: catalogue::get_managed(db, actor, id).await?.api.name,
        audience: super::teams::audience(db, actor, &values.teams).await?,
        chosen_teams: values.teams.iter().map(ToString::to_string).collect(),
        visibilities: super::new::visibilities(),
        values,
        errors,
    })
}

pub async fn remove(actor: Actor, db: Data<Db>, visit: Visit, id: Path<ApiId>) -> PageResult {
    match catalogue::remove_api(&db, &actor, *id).await {
        Ok(()) => Ok(flash(&visit, "/manage/apis", "good", "API removed.")),
        Err(error) => back(&visit, &super::show::path(*id), error),
    }
}
