//! A new secret for a key, while the older one works on for a chosen time.

use serde_json::json;

use super::issue::{Issued, secret_row};
use super::rules::Expiry;
use super::{queries, rights};
use crate::base::clock::{DAY, HOUR};
use crate::base::ids::{KeyId, KeySecretId};
use crate::base::words::words;
use crate::base::{Clash, Code, Result, Timestamp, key_format};
use crate::domain::actor::Actor;
use crate::domain::audit::{self, Act};
use crate::domain::changes::{self, Change};
use crate::store::Db;
use crate::store::entity::key;
use crate::store::entity::states::KeyState;

words! {
    /// How long the older secret works on.
    Overlap {
        None "0" "Not at all: it stops now";
        Hour "1h" "1 hour";
        Day "24h" "24 hours";
        Week "7d" "7 days";
    }
}

impl Overlap {
    /// In microseconds.
    pub fn micros(self) -> i64 {
        match self {
            Self::None => 0,
            Self::Hour => HOUR,
            Self::Day => DAY,
            Self::Week => 7 * DAY,
        }
    }
}

/// Why a secret is replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Why {
    #[default]
    Planned,
    Leaked,
}

/// How to rotate.
#[derive(Clone, Copy, Debug)]
pub struct Rotate {
    pub overlap: Overlap,
    pub why: Why,
    /// The secret that the person saw as the newest; another one means somebody was faster.
    pub expected: Option<KeySecretId>,
}

impl Rotate {
    pub fn planned(overlap: Overlap) -> Self {
        Self { overlap, why: Why::Planned, expected: None }
    }
}

/// Gives a key a new secret; the older one ends after the overlap, and one that is older still at once. An
/// expired key lives 90 days more, and its older secret stays dead whatever overlap was asked for.
///
/// # Errors
/// `not_found`, `not_permitted`; `conflict` for a revoked key or when somebody rotated meanwhile.
pub async fn rotate(db: &Db, actor: &Actor, id: KeyId, how: Rotate) -> Result<Issued> {
    let (actor, vault) = (actor.clone(), db.clone());
    db.transact(async move |tx| {
        let was = queries::find(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        rights::manage(&actor, &was)?;
        if was.state == KeyState::Revoked {
            return Err(Clash::State.saying("This key was revoked for good: make a new one."));
        }
        let newest = queries::newest_secret(&tx, id).await?.ok_or_else(|| Code::Conflict.with(id))?;
        let meanwhile = || Code::Conflict.with(id).saying("This key was rotated meanwhile. Reload and look.");
        if how.expected.is_some_and(|expected| expected != newest.id) {
            return Err(meanwhile());
        }
        let expired = was.expires_at.is_some_and(|at| at <= tx.now());
        let ends_at = end_of_older(how.overlap, was.expires_at, tx.now());
        if !queries::end_secret(&tx, newest.id, ends_at).await? {
            return Err(meanwhile());
        }
        // Two secrets are live at most: what an earlier rotation let live on ends here.
        queries::end_overlap_but(&tx, id, newest.id).await?;
        let (secret, expires_at) = (key_format::mint(), was.expires_at);
        let fresh = secret_row(&tx, vault.vault(), id, &secret);
        let row = key::Model {
            prefix: fresh.prefix.clone(),
            last4: fresh.last4.clone(),
            expires_at: if expired { Expiry::Usual.at(tx.now())? } else { was.expires_at },
            ..was
        };
        queries::insert_secret(&tx, fresh).await?;
        queries::show_secret(&tx, &row).await?;
        let act = Act::new("key_rotated").on("key", id.0).touching([row.app_id.0, row.owner_id.0]);
        let told = |prefix: &str, end| json!({ "prefix": prefix, "expires_at": end });
        let act = act.changing(told(&newest.prefix, expires_at), told(&row.prefix, row.expires_at));
        let facts = json!({
            "overlap": if expired { Overlap::None } else { how.overlap }, "leaked": how.why == Why::Leaked,
            "older_ends_at": ends_at,
        });
        audit::record(&tx, &actor, act.noting(facts)).await?;
        changes::note(&tx, Change::Key(id)).await?;
        Ok(Issued { key: row, secret })
    })
    .await
}

/// The key's new life is not the older secret's: that one ends with the life it was made for, and at once
/// where it had ended.
fn end_of_older(overlap: Overlap, expires_at: Option<Timestamp>, now: Timestamp) -> Timestamp {
    let wished = now.plus(overlap.micros());
    expires_at.map_or(wished, |at| wished.min(at)).max(now)
}

/// Ends the overlap now: only the newest secret works on.
///
/// # Errors
/// `not_found`, `not_permitted`; `conflict` when there is no overlap.
pub async fn end_overlap(db: &Db, actor: &Actor, id: KeyId) -> Result<()> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let was = queries::find(&tx, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
        rights::manage(&actor, &was)?;
        if !queries::end_overlap(&tx, id).await? {
            return Err(Clash::State.saying("No older secret of this key works any more."));
        }
        let act = Act::new("key_overlap_ended").on("key", id.0).touching([was.app_id.0]);
        audit::record(&tx, &actor, act).await?;
        changes::note(&tx, Change::Key(id)).await
    })
    .await
}
