//! The page that shows a secret, once: the form leads to it, and reloading finds it gone.

use askama::Template;

use crate::base::Result;
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::keys::Issued;
use crate::domain::subscriptions;
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
    /// A chat model it may call now; empty when there is none.
    model: String,
}

/// Leads to it.
pub async fn page(
    db: &Db,
    once: &ShownOnce,
    config: &Config,
    visit: &Visit,
    actor: &Actor,
    issued: Issued,
    story: Story,
) -> PageResult {
    let model = first_model(db, actor, &issued.key).await?;
    let secret = issued.secret.expose().to_owned();
    let curl = curl(&config.public_url(), &secret, &model);
    let frame = shell::frame(db, visit).await?;
    let back = format!("/keys/{}", issued.key.id);
    shown::once(db, once, visit, &back, &SecretPage { frame, key: issued.key, secret, story, curl, model })
}

/// The first chat model that the key's application may call.
pub async fn first_model(db: &Db, actor: &Actor, key: &key::Model) -> Result<String> {
    let models = subscriptions::callable_models(db, actor, key.app_id).await?;
    Ok(models.into_iter().next().unwrap_or_default())
}

/// A command that calls with this key, or with the one in a variable, ready for a shell.
pub fn curl(base: &str, key: &str, model: &str) -> String {
    let model = if model.is_empty() { "MODEL" } else { model };
    format!(
        "curl {base}/v1/chat/completions \\\n  -H \"Authorization: Bearer {key}\" \\\n  -H 'Content-Type: application/json' \\\n  -d '{{\"model\":\"{model}\",\"messages\":[{{\"role\":\"user\",\"content\":\"Say hello.\"}}]}}'"
    )
}
