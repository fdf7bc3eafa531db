//! `/apps/new`: a name and a team.

use askama::Template;
use serde::Deserialize;

use crate::base::ids::TeamId;
use crate::domain::actor::Actor;
use crate::domain::apps::{self, NewApp};
use crate::domain::teams;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit, flash};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppForm {
    #[serde(default)]
    name: String,
    team: Option<TeamId>,
}

#[derive(Template)]
#[template(path = "apps/new.html")]
struct NewAppPage {
    frame: Frame,
    values: AppForm,
    teams: Vec<Choice>,
    team: String,
    errors: FieldErrors,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor) -> PageResult {
    shell::html(&filled(&db, &visit, &actor, AppForm::default(), FieldErrors::default()).await?)
}

pub async fn create(db: Data<Db>, visit: Visit, actor: Actor, form: Form<AppForm>) -> PageResult {
    let values = form.into_inner();
    let new = NewApp { team: values.team, name: values.name.clone(), maker: None };
    match apps::create(&db, &actor, new).await {
        Ok(app) => {
            let text = format!("{} is made. Subscribe it to an API next.", app.name);
            Ok(flash(&visit, &format!("/apps/{}", app.id), "good", &text))
        }
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            shell::html_422(&filled(&db, &visit, &actor, values, errors).await?)
        }
    }
}

async fn filled(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    values: AppForm,
    errors: FieldErrors,
) -> crate::base::Result<NewAppPage> {
    let teams = teams::list_by_ids(db, actor.team_ids()).await?;
    let teams: Vec<Choice> = teams.iter().map(|team| Choice::new(team.id.to_string(), &*team.name)).collect();
    let first = teams.first().map(|choice| choice.value.clone()).unwrap_or_default();
    let team = values.team.map_or(first, |team| team.to_string());
    Ok(NewAppPage { frame: shell::frame(db, visit).await?, values, teams, team, errors })
}
