//! `/keys/{id}`: what a key is, whether it would work now, what happened to it and what to do next.

use askama::Template;

use super::history::{self, Line};
use super::new::expiries;
use super::verdict::{self, Now};
use super::{secret, table};
use crate::base::Result;
use crate::base::clock::DAY;
use crate::base::ids::KeyId;
use crate::domain::actor::Actor;
use crate::domain::keys::{self, Condition, KeyView};
use crate::gateway::Gateway;
use crate::ledger::reports::{self, Exposure, KeyCaller};
use crate::portal::frame::Frame;
use crate::portal::look::Choice;
use crate::portal::shell;
use crate::store::Db;
use crate::store::entity::states::Scope;
use crate::web::{Data, FieldErrors, PageResult, Path, Visit};

#[derive(Template)]
#[template(path = "keys/show.html")]
struct KeyPage {
    frame: Frame,
    view: KeyView,
    scopes: Vec<&'static str>,
    networks: Vec<String>,
    limits: Vec<String>,
    lines: Vec<Line>,
    /// Other members who could answer for it.
    owners: Vec<Choice>,
    expiries: Vec<Choice>,
    none: FieldErrors,
    /// The chat models it may call, the likeliest to answer first.
    models: Vec<String>,
    now: Now,
    callers: Vec<KeyCaller>,
    /// In the last 24 hours, refused ones included.
    calls: i64,
    /// A secret that still works stood in an address.
    exposed: Option<Exposure>,
    curl: String,
    /// Its scopes allow chat.
    chats: bool,
    is_owner: bool,
    can_manage: bool,
    /// False while an operator holds it and the person is none.
    can_enable: bool,
    living: bool,
}

pub async fn show(
    db: Data<Db>,
    gateway: Data<Gateway>,
    visit: Visit,
    actor: Actor,
    id: Path<KeyId>,
) -> PageResult {
    let view = keys::get_visible(&db, &actor, *id).await?;
    let callable = secret::callable(&db, &gateway, &actor, &view.row).await?;
    let models = callable.chat;
    shell::html(&KeyPage {
        frame: shell::frame(&db, &visit).await?,
        scopes: table::scopes(&view),
        networks: keys::networks(&view.row).iter().map(ToString::to_string).collect(),
        limits: keys::limits_of(&db, &actor, *id).await?.lines(),
        lines: history::lines(&db, &view.row).await?,
        owners: others(&db, &actor, &view).await?,
        expiries: expiries(),
        none: FieldErrors::default(),
        now: verdict::now(&gateway, &actor, &view.row, secret::first(&models), callable.any).await?,
        callers: callers(&db, *id).await?,
        calls: reports::key_calls(&db, *id, db.now().minus(DAY)).await?,
        exposed: exposed(&db, &view).await?,
        curl: secret::curl(gateway.base_url(), "$PORTICO_KEY", secret::first(&models)),
        models,
        chats: view.row.scopes.is_empty() || keys::scopes(&view.row).contains(&Scope::Chat),
        is_owner: actor.is(view.row.owner_id),
        can_manage: keys::may_manage(&actor, &view.row),
        can_enable: keys::may_enable(&actor, &view.row),
        living: !matches!(view.condition, Condition::Revoked | Condition::Leaked),
        view,
    })
}

async fn exposed(db: &Db, view: &KeyView) -> Result<Option<Exposure>> {
    let now = db.now();
    let works = view.secrets.iter().filter(|secret| secret.ends_at.is_none_or(|end| end > now));
    let secrets: Vec<_> = works.map(|secret| secret.id).collect();
    reports::exposure(db, &secrets).await
}

/// The ten seen last.
async fn callers(db: &Db, id: KeyId) -> Result<Vec<KeyCaller>> {
    let mut callers = reports::key_callers(db, id).await?;
    callers.truncate(10);
    Ok(callers)
}

async fn others(db: &Db, actor: &Actor, view: &KeyView) -> Result<Vec<Choice>> {
    let people = keys::owners_for(db, actor, view.row.app_id).await?;
    let others = people.into_iter().filter(|person| person.id != view.row.owner_id);
    Ok(others
        .map(|person| Choice::new(person.id.to_string(), format!("{} ({})", person.name, person.email)))
        .collect())
}
