//! `/manage/models`: every model with where its calls go and what they cost.

use askama::Template;
use serde::Deserialize;

use super::fitness::{self, Standing};
use crate::base::Result;
use crate::domain::actor::Actor;
use crate::domain::permit::{Right, may};
use crate::domain::supply::{self, ModelKind, ModelView, NewModel};
use crate::gateway::Gateway;
use crate::portal::asking::{Asking, Pairs};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::prices;
use crate::portal::returned::Returned;
use crate::portal::shell;
use crate::portal::sorting::{self, Column, Head, heads};
use crate::store::Db;
use crate::web::{Data, Form, PageResult, Visit, flash};

#[derive(Template)]
#[template(path = "models/list.html")]
struct ModelsPage {
    frame: Frame,
    models: Vec<ModelView>,
    /// How each stands, in the same order.
    standings: Vec<Standing>,
    /// Name, window and prices.
    heads: Vec<Head>,
    kinds: Vec<Choice>,
    returned: Returned,
    can_manage: bool,
}

const COLUMNS: [Column; 4] = [
    Column { word: "name", label: "Model", way: "ascending" },
    Column { word: "window", label: "Window", way: "descending" },
    Column { word: "input", label: "Input", way: "ascending" },
    Column { word: "output", label: "Output", way: "ascending" },
];

pub async fn show(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    query: Pairs,
) -> PageResult {
    let mut asking = Asking::of(query);
    let sort = sorting::order(&COLUMNS, &mut asking);
    let mut page = page(&db, &gateway, &actor, &visit, &sort, Returned::default()).await?;
    page.frame = asking.told(page.frame);
    asking.html(&page)
}

fn address(sort: &str) -> String {
    if sort.is_empty() { "/manage/models".to_owned() } else { format!("/manage/models?sort={sort}") }
}

/// What is unknown stands at the end.
fn sort(models: &mut [ModelView], by: &str) {
    let last = |amount: Option<i64>| amount.unwrap_or(i64::MAX);
    match by {
        "name" => models.sort_by_key(|view| view.model.name.to_lowercase()),
        "window" => models.sort_by_key(|view| std::cmp::Reverse(view.model.context_window)),
        "input" => models.sort_by_key(|view| last(prices::price(view, |price| price.input))),
        "output" => models.sort_by_key(|view| last(prices::price(view, |price| price.output))),
        _ => {}
    }
}

async fn page(
    db: &Db,
    gateway: &Gateway,
    actor: &Actor,
    visit: &Visit,
    by: &str,
    returned: Returned,
) -> Result<ModelsPage> {
    let mut models = supply::list_models(db, actor).await?;
    sort(&mut models, by);
    Ok(ModelsPage {
        frame: shell::frame(db, visit).await?,
        standings: models.iter().map(|view| fitness::standing(gateway, view)).collect(),
        models,
        heads: heads(&COLUMNS, by, address),
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

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    form: Form<NewForm>,
) -> PageResult {
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
            shell::html_422(&page(&db, &gateway, &actor, &visit, "", returned).await?)
        }
    }
}
