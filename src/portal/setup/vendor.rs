//! The second step: a vendor, and with it a first API that is published at once.

use askama::Template;
use serde::Deserialize;

use super::ready;
use crate::base::{Code, Error, Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::domain::people::sessions;
use crate::domain::plans::{self, NewStarter};
use crate::domain::supply::{self, Preset};
use crate::domain::teams;
use crate::gateway::{Gateway, probe};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::providers::key_words;
use crate::portal::shell;
use crate::store::Db;
use crate::vendors::Auth;
use crate::web::shown::ShownOnce;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, see_other};

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
    /// The name in the middle of a sentence, and as a step.
    called: String,
    step_name: String,
    docs_url: String,
    key_hint: String,
    /// Whether a key is needed, and how it is sent.
    key_words: &'static str,
    asks_secret: bool,
    needs_secret: bool,
    asks_address: bool,
    models: Vec<Choice>,
    values: VendorForm,
    errors: FieldErrors,
    /// The vendor was asked and did not pass: how else to go on.
    failed: bool,
}

/// Once a vendor is connected the first run is over, and further ones have a page of their own.
pub async fn tiles(visit: Visit, actor: Actor, db: Data<Db>) -> PageResult {
    if !supply::list_providers(&db, &actor).await?.is_empty() {
        return Ok(see_other("/manage/vendors"));
    }
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

/// Asks the vendor first; nothing is saved before it has answered as a vendor should.
pub async fn create(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    once: Data<ShownOnce>,
    preset: Path<String>,
    form: Form<VendorForm>,
) -> PageResult {
    let preset = known(&preset)?;
    let form = form.into_inner();
    let checked = match starter(&db, &actor, preset, &form).await {
        Ok(starter) => supply::destination_of(&starter.provider).map(|place| (starter, place)),
        Err(error) => Err(error),
    };
    let (starter, (address, secret)) = match checked {
        Ok(checked) => checked,
        Err(error) => return again(&db, &visit, preset, form, error).await,
    };
    if let Err(error) = probe::typed(&gateway, preset, &address, secret.as_ref()).await {
        let errors = untested(preset, &error);
        let page = VendorPage { failed: true, ..page(&db, &visit, preset, form, errors).await? };
        return shell::html_422(&page);
    }
    match plans::publish_starter(&db, &actor, starter).await {
        Ok(starter) => ready::show(&db, &once, &visit, &actor, &gateway, step_name(preset), &starter).await,
        Err(error) => again(&db, &visit, preset, form, error).await,
    }
}

async fn again(
    db: &Db,
    visit: &Visit,
    preset: &'static Preset,
    form: VendorForm,
    error: Error,
) -> PageResult {
    let errors = under_shown_fields(FieldErrors::from_error(error)?);
    shell::html_422(&page(db, visit, preset, form, errors).await?)
}

/// What will be published, from what was typed.
async fn starter(db: &Db, actor: &Actor, preset: &'static Preset, form: &VendorForm) -> Result<NewStarter> {
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
    Ok(starter)
}

/// What a failed test says, above the form and at the field that mends it.
fn untested(preset: &Preset, error: &Error) -> FieldErrors {
    let mut errors = FieldErrors::default();
    let name = &preset.name;
    match error.code() {
        Code::VendorCredential => {
            errors
                .add("secret", format!("{name} does not take this key. Copy it again, whole, and paste it."));
        }
        Code::VendorUnreachable | Code::VendorTls if asks_address(preset) => {
            errors.add("base_url", error.message());
        }
        _ => {}
    }
    let why = if errors.is_empty() { error.message() } else { "The reason is below." };
    errors.add("", format!("The test failed, so nothing was saved or published. {why}"));
    errors
}

fn known(id: &str) -> Result<&'static Preset> {
    supply::preset(id).map_err(|_| Code::NotFound.with("no such preset"))
}

/// "another server" in the middle of a sentence; a name of a vendor stays as it is.
fn called(name: &str) -> String {
    match name.strip_prefix("Another ") {
        Some(rest) => format!("another {rest}"),
        None => name.to_owned(),
    }
}

/// Short enough for a step.
fn step_name(preset: &Preset) -> &str {
    if preset.id == "custom" { "Your vendor" } else { &preset.name }
}

fn asks_address(preset: &Preset) -> bool {
    ["custom", "ollama", "vllm"].contains(&preset.id.as_str())
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
        called: called(&preset.name),
        step_name: step_name(preset).to_owned(),
        name: preset.name.clone(),
        docs_url: preset.docs_url.clone(),
        key_hint: preset.key_hint.clone(),
        key_words: key_words(preset),
        asks_secret: !preset.is_demo(),
        needs_secret: preset.auth != Auth::None,
        asks_address: asks_address(preset),
        models: models.collect(),
        values: VendorForm { secret: String::new(), ..values },
        errors,
        failed: false,
    })
}
