//! The forms of a version: add, models, documentation, publish, throw away.

use serde::Deserialize;

use super::removal::{self, Loss};
use super::show::{self, Desk, Line, Typed, path};
use crate::base::ids::{ApiId, ModelId, VersionId};
use crate::base::{Code, Result};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::catalogue::{self, NewVersion, VersionModel};
use crate::domain::supply;
use crate::gateway::Gateway;
use crate::portal::back::back;
use crate::portal::meanwhile::Seen;
use crate::portal::returned::Returned;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash, see_other};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NewForm {
    name: String,
    #[serde(default)]
    copy_of: String,
}

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<ApiId>,
    form: Form<NewForm>,
) -> PageResult {
    let NewForm { name, copy_of } = form.into_inner();
    let new = NewVersion { name: name.clone(), copy_of: copy_of.parse().ok() };
    match catalogue::add_version(&db, &actor, *id, new).await {
        Ok(version) => Ok(flash(&visit, &at(*id, &version.name), "good", "Draft added.")),
        Err(error) => {
            let returned = Returned::from_error("version", [("name", name), ("copy_of", copy_of)], error)?;
            let desk = Desk { db: &db, gateway: &gateway, actor: &actor, visit: &visit };
            show::again_with(desk, *id, None, returned).await
        }
    }
}

/// To the page that shows a version.
pub async fn find(actor: Actor, db: Data<Db>, id: Path<VersionId>) -> PageResult {
    let version = catalogue::get_version(&db, &actor, *id).await?;
    Ok(see_other(at(version.api_id, &version.name)))
}

/// The editor, showing that version.
pub(super) fn at(api: ApiId, version: &str) -> String {
    format!("{}?version={version}", path(api))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelsForm {
    #[serde(default)]
    seen: Seen,
    api: ApiId,
    version: String,
    #[serde(default)]
    public_name: Vec<String>,
    /// The model of each line; empty takes the line off.
    #[serde(default)]
    model: Vec<String>,
    /// Models to add under their own names.
    #[serde(default)]
    add: Vec<ModelId>,
    /// Names that callers use and that the person agreed to take off.
    #[serde(default)]
    taken_off: Vec<String>,
}

pub async fn set_models(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<VersionId>,
    form: Form<ModelsForm>,
) -> PageResult {
    let mut form = form.into_inner();
    let known = supply::list_models(&db, &actor).await?;
    let name_of =
        |id: ModelId| known.iter().find(|view| view.model.id == id).map(|view| view.model.name.clone());
    let mut models = Vec::new();
    for (public_name, model) in form.public_name.iter().zip(&form.model) {
        let Ok(model) = model.parse::<ModelId>() else { continue };
        let public_name = match public_name.trim() {
            "" => name_of(model).unwrap_or_default(),
            typed => typed.to_owned(),
        };
        models.push(VersionModel { public_name, model });
    }
    let added = form.add.iter().filter_map(|model| Some((name_of(*model)?, *model)));
    models.extend(added.map(|(public_name, model)| VersionModel { public_name, model }));
    let desk = Desk { db: &db, gateway: &gateway, actor: &actor, visit: &visit };
    // Of what somebody else offered meanwhile nothing is asked: it is told.
    let act = Act::new("version_models_set").on("version", id.0);
    if let Err(error) = audit::need_seen(&db, &form.seen.by(&actor), &act).await {
        let errors = FieldErrors::from_error(form.seen.told(&db, error).await?)?;
        return show::again(desk, form.api, &form.version, Typed { errors, ..form.typed() }).await;
    }
    let unasked = form.unasked(desk, *id, &models).await?;
    if !unasked.is_empty() {
        return show::again(desk, form.api, &form.version, Typed { losses: unasked, ..form.typed() }).await;
    }
    match catalogue::set_models(&db, &form.seen.by(&actor), *id, models).await {
        Ok(()) => Ok(flash(&visit, &at(form.api, &form.version), "good", "Models saved.")),
        Err(error) => {
            let errors = FieldErrors::from_error(form.seen.told(&db, error).await?)?;
            show::again(desk, form.api, &form.version, Typed { errors, ..form.typed() }).await
        }
    }
}

impl ModelsForm {
    /// What the form breaks, unless the person has said yes to all of it.
    async fn unasked(&self, desk: Desk<'_>, id: VersionId, models: &[VersionModel]) -> Result<Vec<Loss>> {
        let managed = catalogue::get_managed(desk.db, desk.actor, self.api).await?;
        let version = managed.versions.iter().find(|view| view.version.id == id);
        let Some(version) = version else { return Err(Code::NotFound.with(id)) };
        let gone = removal::taken_off(version, models);
        if gone.iter().all(|name| self.taken_off.contains(name)) {
            return Ok(Vec::new());
        }
        removal::losses(desk.db, desk.actor, version, &gone).await
    }

    fn typed(&self) -> Typed {
        let added = self.add.iter().map(ToString::to_string).collect();
        Typed { lines: self.lines(), added, seen: self.seen, ..Typed::default() }
    }

    fn lines(&self) -> Vec<Line> {
        let typed = self.public_name.iter().zip(&self.model).enumerate();
        let line = |(index, (public_name, model)): (usize, (&String, &String))| Line {
            public_name: public_name.clone(),
            model: model.clone(),
            at: format!("m{index}-"),
        };
        typed.map(line).collect()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DocsForm {
    #[serde(default)]
    seen: Seen,
    api: ApiId,
    version: String,
    #[serde(default)]
    docs: String,
}

pub async fn set_docs(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<VersionId>,
    form: Form<DocsForm>,
) -> PageResult {
    let DocsForm { mut seen, api, version, docs } = form.into_inner();
    let error = match catalogue::change_docs(&db, &seen.by(&actor), *id, docs.clone()).await {
        Ok(()) => return Ok(flash(&visit, &at(api, &version), "good", "Documentation saved.")),
        Err(error) => seen.told(&db, error).await?,
    };
    let returned = Returned::from_error("docs", [("docs", docs), ("seen", seen.to_string())], error)?;
    let desk = Desk { db: &db, gateway: &gateway, actor: &actor, visit: &visit };
    show::again_with(desk, api, Some(&version), returned).await
}

pub async fn publish(actor: Actor, db: Data<Db>, visit: Visit, id: Path<VersionId>) -> PageResult {
    let version = catalogue::get_version(&db, &actor, *id).await?;
    let page = at(version.api_id, &version.name);
    match catalogue::publish(&db, &actor, *id).await {
        Ok(row) => Ok(flash(&visit, &page, "good", &format!("{} is published.", row.name))),
        Err(error) => back(&visit, &page, error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DiscardForm {
    api: ApiId,
}

pub async fn discard(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<VersionId>,
    form: Form<DiscardForm>,
) -> PageResult {
    match catalogue::discard_draft(&db, &actor, *id).await {
        Ok(()) => Ok(flash(&visit, &path(form.api), "good", "Draft thrown away.")),
        Err(error) => back(&visit, &path(form.api), error),
    }
}
