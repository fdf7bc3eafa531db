//! `portico demo-data add`: the main job done once by itself, through the same functions as the pages.
//! What is there already is kept; a key is always made. The output is `name=value` lines for scripts.

use super::line::DemoCommand;
use super::{open, say};
use crate::base::{Code, Result};
use crate::config::Config;
use crate::domain::actor::{Actor, Via};
use crate::domain::catalogue::{self, ManagedApi};
use crate::domain::keys::{self, NewKey};
use crate::domain::people::users::{self, NewUser};
use crate::domain::people::{Email, Password, sessions, setup};
use crate::domain::plans::{self, NewStarter};
use crate::domain::subscriptions::{self, Decision, NewRequest};
use crate::store::Db;
use crate::store::entity::states::{Role, SubscriptionState, VersionState};
use crate::store::entity::subscription;

const ADMIN: &str = "admin@portico.example";
const DEVELOPER: &str = "dana@portico.example";
const SLUG: &str = "demo";
const MODEL: &str = "demo-echo";

pub async fn run(config: &Config, command: DemoCommand) -> Result<()> {
    let DemoCommand::Add = command;
    let db = open(config).await?;
    let admin = person(&db, "admin", ADMIN, "Ada Admin", Role::Admin).await?;
    setup::finish_if_admin(&db, &Actor::system("demo-data")).await?;
    let developer = person(&db, "developer", DEVELOPER, "Dana Developer", Role::Member).await?;
    let api = api(&db, &admin).await?;
    let subscription = subscription(&db, &admin, &developer, &api).await?;
    let issued = keys::issue(&db, &developer, NewKey::usual(subscription.app_id, "Demo key")).await?;
    say(format_args!("key={}", issued.secret.expose()))?;
    say(format_args!("model={MODEL}"))
}

/// The user, made with a random password that is printed when there is none of that address.
async fn person(db: &Db, word: &str, address: &str, name: &str, role: Role) -> Result<Actor> {
    let system = Actor::system("demo-data");
    let email = Email::parse(address)?;
    let user = match users::get_by_email(db, &system, &email).await {
        Err(error) if error.code() == Code::NotFound => {
            let password = Password::random();
            let shown = format!("{word}={address} {}", password.secret().expose());
            let new = NewUser { email, name: name.to_owned(), role, password: Some(password) };
            let user = users::create(db, &system, new).await?;
            say(shown)?;
            user
        }
        found => found?,
    };
    sessions::actor(db, &user, Via::Inside, "").await
}

/// The API on the demo vendor, published with one plan.
async fn api(db: &Db, admin: &Actor) -> Result<ManagedApi> {
    if let Some(there) = find_api(db, admin).await? {
        return Ok(there);
    }
    let team = admin.team_ids().first().copied().ok_or(Code::Internal)?;
    let mut starter = NewStarter::of_preset("demo", None, team)?;
    SLUG.clone_into(&mut starter.api.slug);
    "Demo models".clone_into(&mut starter.api.name);
    plans::publish_starter(db, admin, starter).await?;
    find_api(db, admin).await?.ok_or_else(|| Code::Internal.with(SLUG))
}

async fn find_api(db: &Db, admin: &Actor) -> Result<Option<ManagedApi>> {
    let apis = catalogue::list_managed(db, admin).await?;
    Ok(apis.into_iter().find(|managed| managed.api.slug == SLUG))
}

/// The developer's approved subscription: asked for by one, decided by the other.
async fn subscription(
    db: &Db,
    admin: &Actor,
    developer: &Actor,
    api: &ManagedApi,
) -> Result<subscription::Model> {
    let own = subscriptions::list_visible(db, developer, None, 200).await?;
    let mut own = own.into_iter().map(|view| view.row).filter(|row| row.api_id == api.api.id);
    if let Some(there) = own.find(|row| row.state == SubscriptionState::Approved) {
        return Ok(there);
    }
    let live = |version: &&catalogue::VersionView| version.version.state == VersionState::Published;
    let version = api.versions.iter().find(live).ok_or(Code::Conflict)?.version.id;
    let plan = plans::list_plans(db, admin, api.api.id).await?.into_iter().next().ok_or(Code::Conflict)?;
    let new = NewRequest {
        app: None,
        version,
        plan: plan.plan.id,
        reason: "To see how a call goes through.".to_owned(),
        volume: "A few calls a day".to_owned(),
        ends_at: None,
        requester: None,
    };
    let asked = subscriptions::request(db, developer, new).await?;
    if asked.state == SubscriptionState::Approved {
        return Ok(asked);
    }
    subscriptions::approve(db, admin, asked.id, Decision::default()).await
}
