//! The page that shows a secret, once: the form leads to it, and reloading finds it gone.

use askama::Template;

use crate::base::Result;
use crate::domain::actor::Actor;
use crate::domain::keys::Issued;
use crate::domain::subscriptions::{self, Callable};
use crate::gateway::Gateway;
use crate::portal::frame::Frame;
use crate::portal::{shell, shown};
use crate::store::Db;
use crate::store::entity::key;
use crate::web::shown::ShownOnce;
use crate::web::{PageResult, Visit};

/// How the visitor came to a new secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Story {
    Made,
    /// It came with a subscription that was approved at once.
    Subscribed,
    Rotated,
}

#[derive(Template)]
#[template(path = "keys/secret.html")]
struct SecretPage {
    frame: Frame,
    key: key::Model,
    secret: String,
    story: Story,
    curl: String,
    /// The chat models it may call now, the likeliest to answer first.
    models: Vec<String>,
    /// Its app has an approved subscription, and a model to call.
    approved: bool,
    any: bool,
}

/// Leads to it.
pub async fn page(
    db: &Db,
    once: &ShownOnce,
    gateway: &Gateway,
    visit: &Visit,
    actor: &Actor,
    issued: Issued,
    story: Story,
) -> PageResult {
    let Callable { chat: models, approved, any } = callable(db, gateway, actor, &issued.key).await?;
    let secret = issued.secret.expose().to_owned();
    let curl = curl(gateway.base_url(), &secret, first(&models));
    let frame = shell::frame(db, visit).await?;
    let back = format!("/keys/{}", issued.key.id);
    let key = issued.key;
    let page = SecretPage { frame, key, secret, story, curl, models, approved, any };
    shown::once(db, once, visit, &back, &page)
}

/// What the key's application may call, the chat model likeliest to answer first.
pub async fn callable(db: &Db, gateway: &Gateway, actor: &Actor, key: &key::Model) -> Result<Callable> {
    let callable = subscriptions::callable_models(db, actor, key.app_id).await?;
    let subscribed = subscriptions::list_of_app(db, actor, key.app_id).await?;
    let versions: Vec<_> = subscribed.iter().map(|view| view.row.version_id).collect();
    Ok(Callable { chat: gateway.fittest(&versions, callable.chat), ..callable })
}

/// The one to try; empty when there is none.
pub fn first(models: &[String]) -> &str {
    models.first().map_or("", String::as_str)
}

/// A command that calls with this key, or with the one in a variable, ready for a shell.
pub fn curl(base: &str, key: &str, model: &str) -> String {
    let model = if model.is_empty() { "MODEL" } else { model };
    format!(
        "curl {base}/v1/chat/completions \\\n  -H \"Authorization: Bearer {key}\" \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\"Say hello.\"}}]}}'"
    )
}
