//! A version's life: published, deprecated, retired. Each move is one compare-and-set with its audit
//! and change rows in the same transaction.

use serde_json::json;

use super::lifecycle::{Move, transition};
use super::queries::{self, Dates};
use super::{checks, versions};
use crate::base::clock::DAY;
use crate::base::ids::VersionId;
use crate::base::{Clash, Code, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::audit::Act;
use crate::domain::fields::{self, wrong};
use crate::store::entity::api_version;
use crate::store::entity::states::VersionState;
use crate::store::{Db, Tx};

/// What callers of a deprecated version are told.
pub struct Deprecation {
    /// The day from which it may be gone.
    pub sunset_at: Timestamp,
    pub successor: Option<VersionId>,
    /// How to move: an http or https address, or empty.
    pub guide_url: String,
}

/// Opens a draft to subscribers.
///
/// # Errors
/// `not_permitted`, `not_found`, `conflict`; the `conflict` names the first check that is not met.
pub async fn publish(db: &Db, actor: &Actor, id: VersionId) -> Result<api_version::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let (_, row) = queries::find_managed_version(&tx, &actor, id).await?;
        publish_in(&tx, &actor, &row).await
    })
    .await
}

/// The same inside a larger deed, where the right was checked.
pub(in crate::domain) async fn publish_in(
    tx: &Tx,
    actor: &Actor,
    row: &api_version::Model,
) -> Result<api_version::Model> {
    transition(row.state, Move::Publish)?;
    let missing = checks::of_version(tx, row, tx.now()).await?.into_iter().find(|check| check.blocks());
    if let Some(missing) = missing {
        let error = Clash::State.saying(format!("Not ready to publish. Still open: {}", missing.label));
        return Err(error.then("Do that first; the check list has all that is asked for."));
    }
    let dates = Dates { published_at: Some(tx.now()), ..Dates::of(row) };
    step(tx, actor, row, Move::Publish, dates, json!({})).await
}

/// Tells callers that a version ends, when, and what to use instead.
///
/// # Errors
/// `not_permitted`, `not_found`, `conflict`, or `field_invalid` on `sunset`, `successor`, `guide_url`.
pub async fn deprecate(
    db: &Db,
    actor: &Actor,
    id: VersionId,
    notice: Deprecation,
) -> Result<api_version::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let (_, row) = queries::find_managed_version(&tx, &actor, id).await?;
        transition(row.state, Move::Deprecate)?;
        if notice.sunset_at < tx.now().minus(DAY) {
            return Err(wrong("sunset", "This day has passed."));
        }
        successor(&tx, &row, notice.successor).await?;
        let dates = Dates {
            deprecated_at: row.deprecated_at.or(Some(tx.now())),
            sunset_at: Some(notice.sunset_at),
            successor_id: notice.successor,
            guide_url: guide(&notice.guide_url)?,
            ..Dates::of(&row)
        };
        // The same notice again changes nothing, and so leaves no trace.
        if row.state == VersionState::Deprecated && dates == Dates::of(&row) {
            return Ok(row);
        }
        step(&tx, &actor, &row, Move::Deprecate, dates, json!({})).await
    })
    .await
}

/// Ends a version: its calls are answered 410 from now on.
///
/// # Errors
/// `not_permitted`, `not_found`, `conflict`; `field_invalid` on `reason` while subscriptions are live and
/// no reason is given.
pub async fn retire(db: &Db, actor: &Actor, id: VersionId, reason: String) -> Result<api_version::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let (_, row) = queries::find_managed_version(&tx, &actor, id).await?;
        transition(row.state, Move::Retire)?;
        let reason = fields::optional_line("reason", &reason, fields::LINE)?;
        let live = queries::count_live_subscriptions(&tx, id).await?;
        if live > 0 && reason.is_empty() {
            let sentence =
                format!("{live} live subscriptions use this version: say why it ends for them now.");
            return Err(wrong("reason", sentence));
        }
        let dates = Dates { retired_at: Some(tx.now()), ..Dates::of(&row) };
        let details = json!({ "reason": reason, "live_subscriptions": live });
        step(&tx, &actor, &row, Move::Retire, dates, details).await
    })
    .await
}

async fn step(
    tx: &Tx,
    actor: &Actor,
    row: &api_version::Model,
    by: Move,
    dates: Dates,
    facts: serde_json::Value,
) -> Result<api_version::Model> {
    let to = transition(row.state, by)?;
    if !queries::change_state(tx, row.id, (row.state, to), dates).await? {
        return Err(Code::Conflict.with(row.id));
    }
    let now = queries::find_version(tx, row.id).await?.ok_or_else(|| Code::NotFound.with(row.id))?;
    let act = Act::new(by.act()).noting(facts).changing(told(row), told(&now));
    versions::note(tx, actor, act, &now).await?;
    Ok(now)
}

fn told(row: &api_version::Model) -> serde_json::Value {
    json!({
        "state": row.state, "sunset": row.sunset_at.map(Timestamp::day), "successor": row.successor_id,
        "guide_url": row.guide_url,
    })
}

async fn successor(tx: &Tx, row: &api_version::Model, id: Option<VersionId>) -> Result<()> {
    let Some(id) = id else { return Ok(()) };
    let next =
        queries::find_version(tx, id).await?.filter(|next| next.api_id == row.api_id && next.id != row.id);
    let Some(next) = next else {
        return Err(wrong("successor", "The successor must be another version of this API."));
    };
    match next.state {
        VersionState::Published => Ok(()),
        _ => Err(wrong("successor", "The successor must be published.")),
    }
}

fn guide(typed: &str) -> Result<Option<String>> {
    let text = fields::optional_line("guide_url", typed, 500)?;
    if text.is_empty() {
        return Ok(None);
    }
    match url::Url::parse(&text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Some(url.into())),
        _ => Err(wrong("guide_url", "A web address, or nothing.")),
    }
}
