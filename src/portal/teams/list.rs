//! The list of teams, and making one.

use askama::Template;
use serde::Deserialize;

use crate::base::Result;
use crate::base::ids::TeamId;
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::domain::teams::{self, Listed};
use crate::portal::asking::{Asking, Pairs};
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamForm {
    #[serde(default)]
    name: String,
}

struct Row {
    id: TeamId,
    name: String,
    personal: bool,
    state: &'static str,
    members: u64,
    role: &'static str,
}

#[derive(Template)]
#[template(path = "teams/list.html")]
struct TeamsPage {
    frame: Frame,
    own: Vec<Row>,
    all: Option<Vec<Row>>,
    q: String,
    name: String,
    errors: FieldErrors,
    none: FieldErrors,
}

pub async fn show(visit: Visit, actor: Actor, db: Data<Db>, query: Pairs) -> PageResult {
    let mut asking = Asking::of(query);
    let q = asking.text("q");
    let mut page = page(&db, &visit, &actor, q, String::new(), FieldErrors::default()).await?;
    page.frame = asking.told(page.frame);
    asking.html(&page)
}

pub async fn create(visit: Visit, actor: Actor, db: Data<Db>, form: Form<TeamForm>) -> PageResult {
    match teams::create(&db, &actor, &form.name).await {
        Ok(team) => {
            let text = "The team is made. Add the people who work with you.";
            Ok(flash(&visit, &format!("/teams/{}", team.id), "good", text))
        }
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            let page = page(&db, &visit, &actor, String::new(), form.name.clone(), errors).await?;
            shell::html_422(&page)
        }
    }
}

async fn page(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    q: String,
    name: String,
    errors: FieldErrors,
) -> Result<TeamsPage> {
    let own = teams::list_own(db, actor).await?.into_iter().map(row).collect();
    let all = if may(actor, Right::SeeEverything) {
        Some(teams::list_all(db, actor, &q).await?.into_iter().map(row).collect())
    } else {
        None
    };
    let none = FieldErrors::default();
    Ok(TeamsPage { frame: shell::frame(db, visit).await?, own, all, q, name, errors, none })
}

fn row(listed: Listed) -> Row {
    Row {
        id: listed.team.id,
        personal: listed.team.personal_of.is_some(),
        name: listed.team.name,
        state: listed.team.state.word(),
        members: listed.members,
        role: listed.role.map_or("–", |role| role.label()),
    }
}

impl TeamsPage {
    /// What its members are counted in.
    fn people(&self, team: &Row) -> &'static str {
        if team.members == 1 { "person" } else { "people" }
    }
}
