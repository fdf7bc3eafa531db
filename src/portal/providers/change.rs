//! Changing a vendor: its name and address, on and off, more models, away with it.

use askama::Template;
use serde::Deserialize;

use super::new::split;
use super::show;
use crate::base::Code;
use crate::base::ids::ProviderId;
use crate::domain::actor::Actor;
use crate::domain::supply::{self, ProviderChange, Switch};
use crate::gateway::Gateway;
use crate::portal::back::back;
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::meanwhile::Seen;
use crate::portal::returned::Returned;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChangeForm {
    #[serde(default)]
    seen: Seen,
    name: String,
    #[serde(default)]
    base_url: String,
    state: String,
    /// One word a line; left out, they stay as they are.
    quirks: Option<String>,
    /// As the preset says, whatever is typed.
    #[serde(default)]
    usual_quirks: bool,
}

impl ChangeForm {
    fn quirks(&self) -> Option<Option<Vec<String>>> {
        if self.usual_quirks { Some(None) } else { self.quirks.as_deref().map(|typed| Some(split(typed))) }
    }
}

#[derive(Template)]
#[template(path = "providers/change.html")]
struct ChangePage {
    frame: Frame,
    id: ProviderId,
    /// What it is called now.
    name: String,
    is_demo: bool,
    /// What the preset says of them, and every word there is.
    usual: Vec<String>,
    words: Vec<&'static str>,
    values: ChangeForm,
    switches: Vec<Choice>,
    errors: FieldErrors,
}

pub async fn show_form(actor: Actor, db: Data<Db>, visit: Visit, id: Path<ProviderId>) -> PageResult {
    let seen = Seen::now(&db).await?;
    let provider = supply::get_provider(&db, &actor, *id).await?.provider;
    let values = ChangeForm {
        seen,
        name: provider.name.clone(),
        base_url: provider.base_url.clone(),
        state: provider.state.word().to_owned(),
        quirks: Some(supply::quirks_of(&provider).join("\n")),
        usual_quirks: false,
    };
    shell::html(&page(&db, &actor, &visit, *id, values, FieldErrors::default()).await?)
}

pub async fn save(
    actor: Actor,
    db: Data<Db>,
    visit: Visit,
    id: Path<ProviderId>,
    form: Form<ChangeForm>,
) -> PageResult {
    let mut form = form.into_inner();
    let change = ProviderChange {
        name: Some(form.name.clone()),
        base_url: Some(form.base_url.clone()).filter(|address| !address.trim().is_empty()),
        quirks: form.quirks(),
        state: Switch::parse(&form.state),
    };
    match supply::change_provider(&db, &form.seen.by(&actor), *id, change).await {
        Ok(changed) if changed.voided > 0 => {
            let text =
                "Saved. The address is another one now, so the stored secrets were wiped: type them again.";
            Ok(flash(&visit, &path(*id), "note", text))
        }
        Ok(_) => Ok(flash(&visit, &path(*id), "good", "Saved.")),
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
    id: ProviderId,
    values: ChangeForm,
    errors: FieldErrors,
) -> crate::base::Result<ChangePage> {
    let provider = supply::get_provider(db, actor, id).await?.provider;
    let preset = supply::preset(&provider.preset).ok();
    Ok(ChangePage {
        frame: shell::frame(db, visit).await?,
        id,
        is_demo: preset.is_some_and(supply::Preset::is_demo),
        usual: preset.map(|preset| preset.quirks.clone()).unwrap_or_default(),
        words: supply::quirk_words(),
        name: provider.name,
        values,
        switches: vec![
            Choice::new("on", "On").hint("Calls go to it."),
            Choice::new("off", "Off").hint("No call goes to it; other vendors of a model take over."),
        ],
        errors,
    })
}

impl ChangePage {
    fn usual_words(&self) -> String {
        match self.usual.is_empty() {
            true => "It has none.".to_owned(),
            false => format!("{}. What is typed above does not count then.", self.usual.join(", ")),
        }
    }
}

pub async fn remove(actor: Actor, db: Data<Db>, visit: Visit, id: Path<ProviderId>) -> PageResult {
    match supply::remove_provider(&db, &actor, *id).await {
        Ok(()) => Ok(flash(&visit, "/manage/vendors", "good", "Disconnected; its secrets are wiped.")),
        Err(error) => back(&visit, &path(*id), error),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferForm {
    #[serde(default)]
    models: Vec<String>,
    #[serde(default)]
    more: String,
}

pub async fn offer(
    actor: Actor,
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    id: Path<ProviderId>,
    form: Form<OfferForm>,
) -> PageResult {
    let OfferForm { models, more } = form.into_inner();
    let typed = [("models", models.join("\n")), ("more", more.clone())];
    let named: Vec<String> = models.into_iter().chain(split(&more)).collect();
    let done = match named.is_empty() {
        true => Err(Code::FieldInvalid.saying("Name at least one model.").on("models")),
        false => supply::offer(&db, &actor, *id, named).await,
    };
    match done {
        Ok(_) => Ok(flash(&visit, &path(*id), "good", "Added. Offer them in an API version next.")),
        Err(error) => {
            // The boxes hold known names, if there are any: what is wrong was typed, or should have been.
            let error = if error.param() == Some("models") { error.on("more") } else { error };
            let returned = Returned::from_error("offer", typed, error)?;
            show::again(&db, &gateway, &actor, &visit, *id, returned).await
        }
    }
}

pub(super) fn path(id: ProviderId) -> String {
    format!("/manage/vendors/{id}")
}
