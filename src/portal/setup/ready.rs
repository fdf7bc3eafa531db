//! The last step: an application with a key of the admin's own, shown once, and a first call.

use askama::Template;

use crate::base::Result;
use crate::base::ids::{ApiId, KeyId};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, Issued, NewKey};
use crate::domain::plans::Starter;
use crate::domain::subscriptions::{self, Decision, NewRequest};
use crate::gateway::Gateway;
use crate::portal::frame::Frame;
use crate::portal::{shell, shown};
use crate::store::Db;
use crate::store::entity::model;
use crate::store::entity::states::SubscriptionState;
use crate::web::shown::ShownOnce;
use crate::web::{PageResult, Visit};

#[derive(Template)]
#[template(path = "setup/ready.html")]
struct ReadyPage {
    frame: Frame,
    api: ApiId,
    api_name: String,
    /// Whose models these are.
    vendor: String,
    plan: String,
    key: KeyId,
    secret: String,
    /// Its chat models, the likeliest to answer first.
    models: Vec<String>,
    base_url: String,
    curl: String,
}

pub async fn show(
    db: &Db,
    once: &ShownOnce,
    visit: &Visit,
    actor: &Actor,
    gateway: &Gateway,
    vendor: &str,
    starter: &Starter,
) -> PageResult {
    let issued = first_key(db, actor, starter).await?;
    let secret = issued.secret.expose().to_owned();
    let models = gateway.fittest(&[starter.version.id], chat(&starter.models));
    let base_url = format!("{}/v1", gateway.base_url());
    let model = models.first().map_or("MODEL", String::as_str);
    let curl = format!(
        "curl {base_url}/chat/completions \\\n  -H 'Authorization: Bearer {secret}' \\\n  -H 'Content-Type: \
         application/json' \\\n  -d '{{\"model\": \"{model}\", \"stream\": true, \"messages\": [{{\"role\": \
         \"user\", \"content\": \"Hello\"}}]}}'"
    );
    let page = ReadyPage {
        frame: shell::frame(db, visit).await?,
        api: starter.api.id,
        api_name: starter.api.name.clone(),
        vendor: vendor.to_owned(),
        plan: starter.plan.name.clone(),
        key: issued.key.id,
        secret,
        models,
        base_url,
        curl,
    };
    shown::once(db, once, visit, &format!("/keys/{}", page.key), &page)
}

/// Subscribes the admin's own application, approves it where nobody else can, makes its key.
async fn first_key(db: &Db, actor: &Actor, starter: &Starter) -> Result<Issued> {
    let new = NewRequest {
        app: None,
        version: starter.version.id,
        plan: starter.plan.id,
        reason: "First call after set-up".to_owned(),
        volume: String::new(),
        ends_at: None,
        requester: None,
    };
    let asked = subscriptions::request(db, actor, new).await?;
    if asked.state == SubscriptionState::Requested {
        subscriptions::approve(db, actor, asked.id, Decision::default()).await?;
    }
    keys::issue(db, actor, NewKey::usual(asked.app_id, "First key")).await
}

fn chat(models: &[model::Model]) -> Vec<String> {
    let chat = models.iter().filter(|model| model.kind == "chat");
    chat.map(|model| model.name.clone()).collect()
}
