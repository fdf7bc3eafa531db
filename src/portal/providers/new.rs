//! `/manage/vendors/new?preset=…`: paste the vendor's key, tick models, connect and test.

use askama::Template;
use serde::Deserialize;

use super::probing;
use crate::base::Secret;
use crate::domain::actor::Actor;
use crate::domain::supply::{self, NewProvider, Preset};
use crate::gateway::Gateway;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Query, Visit};

#[derive(Debug, Deserialize)]
pub struct Chosen {
    /// Without one: any address that speaks OpenAI's format.
    #[serde(default = "custom")]
    preset: String,
}

fn custom() -> String {
    "custom".to_owned()
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectForm {
    preset: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    base_url: String,
    #[serde(default)]
    secret: String,
    #[serde(default)]
    models: Vec<String>,
    /// More names, by line or comma.
    #[serde(default)]
    more: String,
}

#[derive(Template)]
#[template(path = "providers/new.html")]
struct ConnectPage {
    frame: Frame,
    preset: &'static Preset,
    needs_secret: bool,
    key_words: &'static str,
    values: ConnectForm,
    options: Vec<Choice>,
    errors: FieldErrors,
}

pub async fn show(db: Data<Db>, visit: Visit, chosen: Query<Chosen>) -> PageResult {
    let preset = supply::preset(&chosen.preset)?;
    let values = ConnectForm {
        preset: preset.id.clone(),
        name: preset.name.clone(),
        base_url: preset.base_url.clone(),
        secret: String::new(),
        models: preset.models.iter().map(|model| model.id.clone()).collect(),
        more: String::new(),
    };
    shell::html(&page(&db, &visit, preset, values, FieldErrors::default()).await?)
}

pub async fn create(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    form: Form<ConnectForm>,
) -> PageResult {
    let form = form.into_inner();
    let preset = supply::preset(&form.preset)?;
    let errors = form.check(preset);
    if !errors.is_empty() {
        return shell::html_422(&page(&db, &visit, preset, form, errors).await?);
    }
    match supply::connect_and_offer(&db, &actor, form.provider(preset), form.names()).await {
        Ok(provider) => Ok(probing::answer(&gateway, &visit, provider.id, "Connected. ").await),
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            shell::html_422(&page(&db, &visit, preset, form, errors).await?)
        }
    }
}

async fn page(
    db: &Db,
    visit: &Visit,
    preset: &'static Preset,
    values: ConnectForm,
    errors: FieldErrors,
) -> crate::base::Result<ConnectPage> {
    Ok(ConnectPage {
        frame: shell::frame(db, visit).await?,
        needs_secret: wants_secret(preset),
        key_words: super::key_words(preset),
        options: preset.models.iter().map(|model| Choice::new(&model.id, &model.id)).collect(),
        preset,
        values,
        errors,
    })
}

fn wants_secret(preset: &Preset) -> bool {
    preset.auth != crate::vendors::Auth::None
}

impl ConnectForm {
    fn check(&self, preset: &Preset) -> FieldErrors {
        let mut errors = FieldErrors::default();
        if wants_secret(preset) && self.secret.trim().is_empty() {
            errors.add("secret", "Paste the vendor's key.");
        }
        if !preset.is_demo() && self.base_url.trim().is_empty() {
            errors.add("base_url", "Type the vendor's base address.");
        }
        if self.names().is_empty() {
            errors.add("more", "Tick or name at least one model.");
        }
        errors
    }

    fn provider(&self, preset: &Preset) -> NewProvider {
        let secret = self.secret.trim();
        NewProvider {
            preset: preset.id.clone(),
            name: self.name.clone(),
            base_url: self.base_url.clone(),
            secret: if secret.is_empty() || preset.is_demo() { None } else { Some(Secret::new(secret)) },
        }
    }

    fn names(&self) -> Vec<String> {
        let typed = split(&self.more);
        self.models.iter().cloned().chain(typed).collect()
    }
}

/// Names separated by line ends, commas or spaces.
pub(super) fn split(text: &str) -> Vec<String> {
    text.split([',', '\n', '\r', ' ', '\t']).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}
