//! `/manage/models`: every model with where its calls go and what they cost.

use askama::Template;
use serde::Deserialize;

use crate::base::Result;
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::domain::supply::{self, ModelKind, ModelView, NewModel};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::prices;
use crate::portal::returned::Returned;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, Form, PageResult, Visit, flash};

#[derive(Template)]
#[template(path = "models/list.html")]
struct ModelsPage {
    frame: Frame,
    models: Vec<ModelView>,
    kinds: Vec<Choice>,
    returned: Returned,
    can_manage: bool,
}

pub async fn show(actor: Actor, db: Data<Db>, visit: Visit) -> PageResult {
    shell::html(&page(&db, &actor, &visit, Returned::default()).await?)
}

async fn page(db: &Db, actor: &Actor, visit: &Visit, returned: Returned) -> Result<ModelsPage> {
    Ok(ModelsPage {
        frame: shell::frame(db, visit).await?,
        models: supply::list_models(db, actor).await?,
        kinds: ModelKind::ALL.iter().map(|kind| Choice::new(kind.word(), kind.label())).collect(),
        returned,
        can_manage: may(actor, Right::ManageSupply),
    })
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewForm {
    name: String,
    kind: ModelKind,
}

pub async fn create(actor: Actor, db: Data<Db>, visit: Visit, form: Form<NewForm>) -> PageResult {
    let NewForm { name, kind } = form.into_inner();
    let new = NewModel { name: name.clone(), kind, reasoning: false, context_window: None, max_output: None };
    match supply::add_model(&db, &actor, new).await {
        Ok(model) => {
            let path = format!("/manage/models/{}", model.id);
            Ok(flash(&visit, &path, "good", "Added. Say next which vendor answers for it."))
        }
        Err(error) => {
            let typed = [("name", name), ("kind", kind.word().to_owned())];
            let returned = Returned::from_error("new-model", typed, error)?;
            shell::html_422(&page(&db, &actor, &visit, returned).await?)
        }
    }
}
