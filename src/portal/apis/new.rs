//! `/manage/apis/new`: name it, choose its first models; it begins as a draft with one plan.

use askama::Template;
use serde::Deserialize;

use crate::base::ids::{ModelId, TeamId};
use crate::domain::actor::Actor;
use crate::domain::catalogue::{NewApi, VersionModel};
use crate::domain::plans;
use crate::domain::supply;
use crate::gateway::Gateway;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::models::{choice, obstacle};
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::Visibility;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit, flash};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiForm {
    name: String,
    slug: String,
    #[serde(default)]
    summary: String,
    #[serde(default)]
    contact: String,
    owner_team: String,
    visibility: String,
    #[serde(default)]
    teams: Vec<TeamId>,
    #[serde(default)]
    models: Vec<ModelId>,
}

#[derive(Template)]
#[template(path = "apis/new.html")]
struct NewApiPage {
    frame: Frame,
    values: ApiForm,
    owners: Vec<Choice>,
    audience: Vec<Choice>,
    chosen_teams: Vec<String>,
    models: Vec<Choice>,
    chosen_models: Vec<String>,
    visibilities: Vec<Choice>,
    errors: FieldErrors,
}

pub async fn show(actor: Actor, db: Data<Db>, gateway: Data<Gateway>, visit: Visit) -> PageResult {
    let known = supply::list_models(&db, &actor).await?;
    // Where there is one there is nothing to choose; of several, nobody should offer what they did not mean to.
    let models = match known.as_slice() {
        [only] if obstacle(&gateway, only).is_none() => vec![only.model.id],
        _ => Vec::new(),
    };
    let visibility = Visibility::Everyone.word().to_owned();
    let values = ApiForm { visibility, models, ..ApiForm::default() };
    shell::html(&page(&db, &gateway, &actor, &visit, values, FieldErrors::default()).await?)
}

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    form: Form<ApiForm>,
) -> PageResult {
    let form = form.into_inner();
    let errors = match form.check() {
        Err(errors) => errors,
        Ok(new) => {
            let names = supply::list_models(&db, &actor).await?;
            let offered = names.iter().filter(|view| form.models.contains(&view.model.id));
            let models = offered
                .map(|view| VersionModel { public_name: view.model.name.clone(), model: view.model.id })
                .collect();
            match plans::draft_api(&db, &actor, new, models, Some(plans::standard_plan())).await {
                Ok(api) => {
                    let path = format!("/manage/apis/{}", api.id);
                    return Ok(flash(
                        &visit,
                        &path,
                        "good",
                        "Made as a draft. Publish v1 when its checks are met.",
                    ));
                }
                Err(error) => FieldErrors::from_error(error)?,
            }
        }
    };
    shell::html_422(&page(&db, &gateway, &actor, &visit, form, errors).await?)
}

async fn page(
    db: &Db,
    gateway: &Gateway,
    actor: &Actor,
    visit: &Visit,
    values: ApiForm,
    errors: FieldErrors,
) -> crate::base::Result<NewApiPage> {
    let models = supply::list_models(db, actor).await?;
    Ok(NewApiPage {
        frame: shell::frame(db, visit).await?,
        owners: super::teams::owners(db, actor).await?,
        audience: super::teams::audience(db, actor, &values.teams).await?,
        chosen_teams: values.teams.iter().map(ToString::to_string).collect(),
        models: models.iter().map(|view| choice(gateway, view)).collect(),
        chosen_models: values.models.iter().map(ToString::to_string).collect(),
        visibilities: visibilities(),
        values,
        errors,
    })
}

pub(super) fn visibilities() -> Vec<Choice> {
    vec![
        Choice::new("everyone", "Everyone here").hint("Whoever can sign in finds it in the catalogue."),
        Choice::new("teams", "Some teams")
            .hint("For others it is not there at all. The owner team always sees it."),
    ]
}

impl ApiForm {
    fn check(&self) -> Result<NewApi, FieldErrors> {
        let mut errors = FieldErrors::default();
        let owner = self.owner_team.parse::<TeamId>().ok();
        let visibility = Visibility::parse(&self.visibility);
        if owner.is_none() {
            errors.add("owner_team", "Choose the team that owns it.");
        }
        if visibility.is_none() {
            errors.add("visibility", "Choose who sees it.");
        }
        let (Some(owner_team), Some(visibility)) = (owner, visibility) else { return Err(errors) };
        Ok(NewApi {
            slug: self.slug.clone(),
            name: self.name.clone(),
            summary: self.summary.clone(),
            owner_team,
            visibility,
            teams: self.teams.clone(),
            contact: self.contact.clone(),
        })
    }
}
