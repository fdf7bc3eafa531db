//! Models that a form takes off a version people use: what that breaks, asked before it is done.

use crate::base::Result;
use crate::base::clock::DAY;
use crate::domain::actor::Actor;
use crate::domain::catalogue::{VersionModel, VersionView};
use crate::domain::keys;
use crate::ledger::reports;
use crate::portal::look::count;
use crate::store::Db;
use crate::store::entity::states::VersionState;

/// One model, with who would miss it.
pub struct Loss {
    pub public_name: String,
    pub text: String,
}

/// The names that `wanted` takes off a version that serves calls.
pub fn taken_off(version: &VersionView, wanted: &[VersionModel]) -> Vec<String> {
    if !matches!(version.version.state, VersionState::Published | VersionState::Deprecated) {
        return Vec::new();
    }
    let offered = version.models.iter().map(|offered| &offered.public_name);
    let kept = |name: &&String| wanted.iter().any(|model| model.public_name == **name);
    offered.filter(|name| !kept(name)).cloned().collect()
}

/// What uses each of these names: subscriptions and keys now, calls in the last 7 days.
pub async fn losses(db: &Db, actor: &Actor, version: &VersionView, names: &[String]) -> Result<Vec<Loss>> {
    let id = version.version.id;
    let calls = reports::model_calls(db, id, names, db.now().minus(7 * DAY)).await?;
    let calls_of = |name: &str| calls.iter().find(|one| one.model == name).map_or(0, |one| one.calls);
    let reach = keys::reach(db, actor, id, names).await?;
    let loss = |one: keys::Reach| Loss {
        text: format!(
            "{}, {}, {} in the last 7 days",
            count(one.subscriptions, "subscription"),
            count(one.keys, "key"),
            count(calls_of(&one.public_name), "call"),
        ),
        public_name: one.public_name,
    };
    Ok(reach.into_iter().map(loss).collect())
}
