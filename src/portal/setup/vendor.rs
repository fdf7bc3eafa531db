//! The second step: a vendor, and with it a first API that is published at once.

use askama::Template;
use serde::Deserialize;

use super::ready;
use crate::base::{Code, Result, Secret};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::domain::people::sessions;
use crate::domain::plans::{self, NewStarter, Starter};
use crate::domain::supply::{self, Preset};
use crate::domain::teams;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::vendors::Auth;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit};

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VendorForm {
    #[serde(default)]
    secret: String,
    #[serde(default)]
    base_url: String,
    #[serde(default)]
    models: Vec<String>,
    /// Names of models that are not on the list, one a line.
    #[serde(default)]
    more: String,
}

struct Tile {
    id: String,
    name: String,
    models: String,
    demo: bool,
}

#[derive(Template)]
#[template(path = "setup/tiles.html")]
struct TilesPage {
    frame: Frame,
    tiles: Vec<Tile>,
}

#[derive(Template)]
#[template(path = "setup/vendor.html")]
struct VendorPage {
    frame: Frame,
    id: String,
    name: String,
    docs_url: String,
    key_hint: String,
    asks_secret: bool,
    needs_secret: bool,
    asks_address: bool,
    models: Vec<Choice>,
    values: VendorForm,
    errors: FieldErrors,
}

pub async fn tiles(visit: Visit, db: Data<Db>) -> PageResult {
    let tiles = supply::presets().iter().map(|preset| Tile {
        id: preset.id.clone(),
        name: preset.name.clone(),
        demo: preset.is_demo(),
        models: preset.models.iter().take(3).map(|model| model.id.as_str()).collect::<Vec<_>>().join(", "),
    });
    shell::html(&TilesPage { frame: shell::frame(&db, &visit).await?, tiles: tiles.collect() })
}

pub async fn show(visit: Visit, db: Data<Db>, preset: Path<String>) -> PageResult {
    let preset = known(&preset)?;
    let values = VendorForm {
        base_url: preset.base_url.clone(),
        models: preset.models.iter().map(|model| model.id.clone()).collect(),
        ..VendorForm::default()
    };
    shell::html(&page(&db, &visit, preset, values, FieldErrors::default()).await?)
}

pub async fn create(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    config: Data<Config>,
    preset: Path<String>,
    form: Form<VendorForm>,
) -> PageResult {
    let preset = known(&preset)?;
    let form = form.into_inner();
    match publish(&db, &actor, preset, &form).await {
        Ok(starter) => ready::show(&db, &visit, &actor, &config, &starter).await,
        Err(error) => {
            let errors = under_shown_fields(FieldErrors::from_error(error)?);
            shell::html_422(&page(&db, &visit, preset, form, errors).await?)
        }
    }
}

async fn publish(db: &Db, actor: &Actor, preset: &'static Preset, form: &VendorForm) -> Result<Starter> {
    let user = sessions::own_id(actor)?;
    let team = teams::personal(db, user).await?;
    let typed = form.secret.trim();
    if typed.is_empty() && preset.auth != Auth::None {
        return Err(Code::FieldInvalid.saying("Paste the vendor's key.").on("secret"));
    }
    let secret = (!typed.is_empty()).then(|| Secret::new(typed));
    let mut starter = NewStarter::of_preset(&preset.id, secret, team.id)?;
    if !preset.is_demo() {
        starter.provider.base_url.clone_from(&form.base_url);
        let more = form.more.lines().map(str::trim).filter(|line| !line.is_empty()).map(str::to_owned);
        starter.vendor_models = form.models.iter().cloned().chain(more).collect();
        if starter.vendor_models.is_empty() {
            return Err(Code::FieldInvalid.saying("Choose at least one model.").on("models"));
        }
    }
    let taken = catalogue::list_managed(db, actor).await?;
    if taken.iter().any(|managed| managed.api.slug == starter.api.slug) {
        starter.api.slug.clone_from(&preset.id);
        starter.api.name = format!("{} models", starter.provider.name);
    }
    plans::publish_starter(db, actor, starter).await
}

fn known(id: &str) -> Result<&'static Preset> {
    supply::preset(id).map_err(|_| Code::NotFound.with("no such preset"))
}

/// A mistake in a field that this form does not show belongs above it.
fn under_shown_fields(errors: FieldErrors) -> FieldErrors {
    let mut shown = FieldErrors::default();
    for (field, message) in errors.all() {
        let here = ["secret", "base_url", "models", "more"].contains(&field);
        shown.add(if here { field } else { "" }, message);
    }
    shown
}

async fn page(
    db: &Db,
    visit: &Visit,
    preset: &Preset,
    values: VendorForm,
    errors: FieldErrors,
) -> Result<VendorPage> {
    let label = |kind: &str| if kind == "embedding" { "embeddings" } else { "" };
    let models = preset.models.iter().map(|model| Choice::new(&model.id, &model.id).hint(label(&model.kind)));
    Ok(VendorPage {
        frame: shell::frame(db, visit).await?,
        id: preset.id.clone(),
        name: preset.name.clone(),
        docs_url: preset.docs_url.clone(),
        key_hint: preset.key_hint.clone(),
        asks_secret: !preset.is_demo(),
        needs_secret: preset.auth != Auth::None,
        asks_address: ["custom", "ollama", "vllm"].contains(&preset.id.as_str()),
        models: models.collect(),
        values: VendorForm { secret: String::new(), ..values },
        errors,
    })
}
