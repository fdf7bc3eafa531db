//! Who would miss a model: asked before it is taken off a version.

use super::queries;
use crate::base::Result;
use crate::base::ids::VersionId;
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::store::Db;

/// What may call a model of a version now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reach {
    pub public_name: String,
    /// Approved subscriptions whose plan has it.
    pub subscriptions: u64,
    /// Keys of their apps that are neither revoked nor expired.
    pub keys: u64,
}

/// The reach of these public names, in their order.
///
/// # Errors
/// `not_found` for those who do not manage the version.
pub async fn reach(db: &Db, actor: &Actor, version: VersionId, names: &[String]) -> Result<Vec<Reach>> {
    catalogue::get_version(db, actor, version).await?;
    let users = queries::users_of(db.read(), version).await?;
    let mut reaches = Vec::new();
    for name in names {
        let apps: Vec<_> = users.iter().filter(|user| user.may_call(name)).map(|user| user.app).collect();
        reaches.push(Reach {
            public_name: name.clone(),
            subscriptions: apps.len() as u64,
            keys: queries::count_living(db.read(), &apps, db.now()).await?,
        });
    }
    Ok(reaches)
}
