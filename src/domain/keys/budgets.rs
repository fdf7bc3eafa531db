//! The monthly budgets that somebody lives within: of their teams' subscriptions, of their keys, of
//! their teams. How much is spent is asked of whoever counts.

use std::collections::HashMap;

use uuid::Uuid;

use super::queries::Filter;
use super::view;
use crate::base::Result;
use crate::base::limit::{Limit, LimitKind, LimitScope};
use crate::domain::actor::Actor;
use crate::domain::names::{self, Wanted};
use crate::domain::plans;
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::store::Db;
use crate::store::entity::states::SubscriptionState;

/// A budget, with what it bounds in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Budget {
    pub limit: Limit,
    /// `Chat models for Mail` or the name of a key or team.
    pub name: String,
    /// The page where it is looked after.
    pub path: String,
}

/// Subscriptions and keys that are looked at.
const LOOKED_AT: u64 = 200;

/// The budgets of the actor's own things.
///
/// # Errors
/// The database's own.
pub async fn budgets(db: &Db, actor: &Actor) -> Result<Vec<Budget>> {
    let mut found = of_subscriptions(db, actor).await?;
    found.extend(of_keys(db, actor).await?);
    found.extend(of_teams(db, actor).await?);
    Ok(found)
}

async fn of_subscriptions(db: &Db, actor: &Actor) -> Result<Vec<Budget>> {
    let mut views = subscriptions::list_visible(db, actor, None, LOOKED_AT).await?;
    views.retain(|view| view.row.state == SubscriptionState::Approved && !view.over);
    let plans: Vec<Uuid> = views.iter().map(|view| view.row.plan_id.0).collect();
    let amounts = amounts(db, LimitScope::Plan, &plans).await?;
    let budget = |view: &SubscriptionView| {
        let amount = amounts.get(&view.row.plan_id.0)?;
        Some(Budget {
            limit: usd(LimitScope::Plan, view.row.id.0, *amount),
            name: format!("{} for {}", view.api, view.app),
            path: format!("/requests/{}", view.row.id),
        })
    };
    Ok(views.iter().filter_map(budget).collect())
}

async fn of_keys(db: &Db, actor: &Actor) -> Result<Vec<Budget>> {
    let mine = Filter { owner: actor.user_id(), limit: LOOKED_AT, ..Filter::default() };
    if mine.owner.is_none() {
        return Ok(Vec::new());
    }
    let views = view::list_visible(db, actor, &mine).await?;
    let ids: Vec<Uuid> = views.iter().map(|view| view.row.id.0).collect();
    let amounts = amounts(db, LimitScope::Key, &ids).await?;
    let budget = |view: &view::KeyView| {
        let amount = amounts.get(&view.row.id.0)?;
        Some(Budget {
            limit: usd(LimitScope::Key, view.row.id.0, *amount),
            name: view.row.name.clone(),
            path: format!("/keys/{}", view.row.id),
        })
    };
    Ok(views.iter().filter_map(budget).collect())
}

async fn of_teams(db: &Db, actor: &Actor) -> Result<Vec<Budget>> {
    let teams = actor.team_ids();
    let ids: Vec<Uuid> = teams.iter().map(|team| team.0).collect();
    let amounts = amounts(db, LimitScope::Team, &ids).await?;
    if amounts.is_empty() {
        return Ok(Vec::new());
    }
    let names = names::of(db, Wanted { teams: teams.clone(), ..Wanted::default() }).await?;
    let budget = |team: &crate::base::ids::TeamId| {
        let amount = amounts.get(&team.0)?;
        Some(Budget {
            limit: usd(LimitScope::Team, team.0, *amount),
            name: names.team(Some(*team)),
            path: format!("/teams/{team}"),
        })
    };
    Ok(teams.iter().filter_map(budget).collect())
}

fn usd(scope: LimitScope, subject: Uuid, amount: i64) -> Limit {
    Limit { scope, subject, kind: LimitKind::UsdPerMonth, amount }
}

async fn amounts(db: &Db, scope: LimitScope, subjects: &[Uuid]) -> Result<HashMap<Uuid, i64>> {
    if subjects.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(plans::budgets_of(db.read(), scope, subjects).await?.into_iter().collect())
}
