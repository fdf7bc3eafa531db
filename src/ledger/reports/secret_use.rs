//! Who still calls with secrets of a key that were replaced.

use std::collections::BTreeMap;

use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use crate::base::clock::HOUR;
use crate::base::ids::{KeyId, KeySecretId};
use crate::base::{Result, Timestamp};
use crate::ledger::record::CallState;
use crate::store::Db;
use crate::store::entity::call;

/// The use of some secrets since a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SecretUse {
    pub calls: i64,
    pub last_hour: i64,
    /// Of `calls`: those that were not let through.
    pub refused: i64,
    pub last: Option<Timestamp>,
    /// The address seen last comes first.
    pub from: Vec<SecretCaller>,
    /// There were more calls than are looked at: the numbers are of the newest ones.
    pub cut: bool,
}

/// One address and agent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecretCaller {
    pub ip: String,
    pub agent: String,
    pub calls: i64,
    pub last: Timestamp,
}

/// Calls with these secrets that are looked at.
const LOOKED_AT: u64 = 5_000;

#[derive(FromQueryResult)]
struct Seen {
    at: Timestamp,
    ip: String,
    agent: String,
    state: String,
}

/// Calls of a key with these of its secrets since `from`. What the actor may see of the key is the
/// door's business.
pub async fn secret_use(db: &Db, key: KeyId, secrets: &[KeySecretId], from: Timestamp) -> Result<SecretUse> {
    use call::Column;
    let mut found = SecretUse::default();
    if secrets.is_empty() {
        return Ok(found);
    }
    let query = call::Entity::find()
        .select_only()
        .columns([Column::At, Column::Ip, Column::Agent, Column::State])
        .filter(Column::KeyId.eq(key))
        .filter(Column::At.gte(from))
        .filter(Column::SecretId.is_in(secrets.iter().copied()))
        .order_by_desc(Column::Id)
        .limit(LOOKED_AT);
    let hour_ago = db.now().minus(HOUR);
    let mut callers: BTreeMap<(String, String), SecretCaller> = BTreeMap::new();
    for one in query.into_model::<Seen>().all(db.calls()).await? {
        found.calls += 1;
        found.last_hour += i64::from(one.at > hour_ago);
        found.refused += i64::from(one.state == CallState::Refused.word());
        found.last = found.last.max(Some(one.at));
        let place = (one.ip.clone(), one.agent.clone());
        let entry = callers.entry(place).or_insert(SecretCaller {
            ip: one.ip,
            agent: one.agent,
            calls: 0,
            last: one.at,
        });
        entry.calls += 1;
        entry.last = Ord::max(entry.last, one.at);
    }
    found.cut = u64::try_from(found.calls).is_ok_and(|calls| calls >= LOOKED_AT);
    found.from = callers.into_values().collect();
    found.from.sort_by_key(|caller| std::cmp::Reverse(caller.last));
    Ok(found)
}
