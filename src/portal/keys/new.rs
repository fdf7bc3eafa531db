//! `/keys/new`: the form of a new key. Its defaults are enough for a first call.

use askama::Template;
use serde::Deserialize;

use super::secret::{self, Story};
use crate::base::Result;
use crate::base::ids::AppId;
use crate::domain::actor::Actor;
use crate::domain::apps;
use crate::domain::keys::{self, Expiry, NewKey};
use crate::gateway::Gateway;
use crate::portal::frame::Frame;
use crate::portal::limit_fields::LimitFields;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::Scope;
use crate::web::shown::ShownOnce;
use crate::web::{Data, FieldErrors, Form, PageResult, Query, Visit};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct KeyForm {
    /// Empty: one's own, made when there is none.
    app: String,
    name: String,
    uses: String,
    expires: String,
    ips: String,
    requests_per_minute: String,
    tokens_per_minute: String,
    concurrent_calls: String,
    usd_per_month: String,
}

impl KeyForm {
    fn limits(&self) -> LimitFields<'_> {
        LimitFields {
            requests_per_minute: &self.requests_per_minute,
            tokens_per_minute: &self.tokens_per_minute,
            concurrent_calls: &self.concurrent_calls,
            usd_per_month: &self.usd_per_month,
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    app: Option<AppId>,
}

#[derive(Template)]
#[template(path = "keys/new.html")]
struct NewKeyPage {
    frame: Frame,
    apps: Vec<Choice>,
    uses: Vec<Choice>,
    expiries: Vec<Choice>,
    values: KeyForm,
    errors: FieldErrors,
    /// Something but the name was wrong: the further fields are open.
    more: bool,
}

pub async fn show(db: Data<Db>, visit: Visit, actor: Actor, asked: Query<Asked>) -> PageResult {
    let app = asked.app.map(|app| app.to_string()).unwrap_or_default();
    let values = KeyForm { app, uses: "all".to_owned(), expires: "90".to_owned(), ..KeyForm::default() };
    shell::html(&filled(&db, &visit, &actor, values, FieldErrors::default()).await?)
}

pub async fn create(
    db: Data<Db>,
    gateway: Data<Gateway>,
    once: Data<ShownOnce>,
    visit: Visit,
    actor: Actor,
    form: Form<KeyForm>,
) -> PageResult {
    let values = form.into_inner();
    let new = match check(&values) {
        Ok(new) => new,
        Err(errors) => return shell::html_422(&filled(&db, &visit, &actor, values, errors).await?),
    };
    let app = match new.app {
        Some(app) => app,
        None => apps::own(&db, &actor).await?.id,
    };
    match keys::issue(&db, &actor, NewKey { app, ..new.key }).await {
        Ok(issued) => secret::page(&db, &once, &gateway, &visit, &actor, issued, Story::Made).await,
        Err(error) => {
            let errors = FieldErrors::from_error(error)?;
            shell::html_422(&filled(&db, &visit, &actor, values, errors).await?)
        }
    }
}

struct Checked {
    app: Option<AppId>,
    key: NewKey,
}

fn check(values: &KeyForm) -> std::result::Result<Checked, FieldErrors> {
    let mut errors = FieldErrors::default();
    let app = match values.app.as_str() {
        "" => None,
        id => id.parse::<AppId>().map(Some).unwrap_or_else(|_| {
            errors.add("app", "Choose an app of the list.");
            None
        }),
    };
    let scopes = match values.uses.as_str() {
        "" | "all" => Vec::new(),
        "chat" => vec![Scope::Chat, Scope::Models],
        "embeddings" => vec![Scope::Embeddings, Scope::Models],
        _ => {
            errors.add("uses", "Choose one of these.");
            Vec::new()
        }
    };
    let expiry = expiry(&values.expires, &mut errors);
    let ips = keys::check_ips(&values.ips).unwrap_or_else(|error| {
        errors.add("ips", error.message());
        Vec::new()
    });
    let limits = values.limits().check(&mut errors);
    if values.name.trim().is_empty() {
        errors.add("name", "Give it a name.");
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    // The application is known later: it may have to be made first.
    let anywhere = app.unwrap_or_else(AppId::fresh);
    let key = NewKey { scopes, expiry, ips, limits, ..NewKey::usual(anywhere, values.name.clone()) };
    Ok(Checked { app, key })
}

/// Days, or `never`; empty is the usual life.
pub fn expiry(typed: &str, errors: &mut FieldErrors) -> Expiry {
    match typed {
        "" => Expiry::Usual,
        "never" => Expiry::Never,
        days => days.parse().map(Expiry::Days).unwrap_or_else(|_| {
            errors.add("expires", "Choose one of these.");
            Expiry::Usual
        }),
    }
}

pub fn expiries() -> Vec<Choice> {
    let days =
        [("7", "7 days"), ("30", "30 days"), ("90", "90 days"), ("180", "180 days"), ("365", "1 year")];
    let mut all: Vec<Choice> = days.into_iter().map(|(value, label)| Choice::new(value, label)).collect();
    all.push(Choice::new("never", "Never"));
    all
}

async fn filled(
    db: &Db,
    visit: &Visit,
    actor: &Actor,
    mut values: KeyForm,
    errors: FieldErrors,
) -> Result<NewKeyPage> {
    let own = apps::list_own(db, actor).await?;
    let mut choices: Vec<Choice> =
        own.iter().map(|app| Choice::new(app.id.to_string(), &*app.name)).collect();
    let asked = values.app.parse::<AppId>().ok();
    if let Some(id) = asked.filter(|id| own.iter().all(|app| app.id != *id)) {
        // An admin making a key for another team's application.
        let app = apps::get_visible(db, actor, id).await?;
        choices.push(Choice::new(id.to_string(), app.app.name));
    }
    if values.app.is_empty() {
        values.app = choices.first().map(|first| first.value.clone()).unwrap_or_default();
    }
    let further = ["ips", "requests_per_minute", "tokens_per_minute", "concurrent_calls", "usd_per_month"];
    Ok(NewKeyPage {
        frame: shell::frame(db, visit).await?,
        apps: choices,
        uses: vec![
            Choice::new("all", "Everything").hint("All endpoints that the subscriptions allow."),
            Choice::new("chat", "Chat").hint("Chat completions and the list of models."),
            Choice::new("embeddings", "Embeddings").hint("Embeddings and the list of models."),
        ],
        expiries: expiries(),
        more: further.iter().any(|field| !errors.of(field).is_empty()),
        values,
        errors,
    })
}
