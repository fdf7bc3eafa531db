//! What a table of keys shows beside the keys themselves.

use std::collections::HashMap;

use crate::base::ids::KeyId;
use crate::base::{Nanos, Result};
use crate::domain::keys::{self, KeyView};
use crate::ledger::reports;
use crate::store::Db;
use crate::store::entity::states::Scope;

/// What keys cost this month.
pub struct Spend(HashMap<KeyId, Option<Nanos>>);

impl Spend {
    pub async fn this_month(db: &Db, keys: &[KeyView]) -> Result<Self> {
        let ids = keys.iter().map(|key| key.row.id);
        Ok(Self(reports::key_costs(db, ids, db.now().month_start()).await?))
    }

    /// None where nobody knows: its calls had no price.
    pub fn of(&self, key: &KeyView) -> Option<Nanos> {
        self.0.get(&key.row.id).copied().unwrap_or(Some(Nanos::ZERO))
    }
}

/// What a key may be used for.
pub fn scopes(view: &KeyView) -> Vec<&'static str> {
    if view.row.scopes.is_empty() {
        return vec!["Everything"];
    }
    keys::scopes(&view.row).into_iter().map(Scope::label).collect()
}
