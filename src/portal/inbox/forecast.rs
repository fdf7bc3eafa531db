//! What a request may cost, as far as anything is known: the plan's budget bounds it, and others on
//! the same plan show what is usual.

use crate::base::clock::DAY;
use crate::base::{Nanos, Result};
use crate::domain::actor::Actor;
use crate::domain::plans::PlanView;
use crate::domain::subscriptions::{self, SubscriptionView};
use crate::ledger::reports;
use crate::portal::look;
use crate::store::Db;

/// Sentences, most telling first.
pub async fn lines(
    db: &Db,
    actor: &Actor,
    view: &SubscriptionView,
    plan: Option<&PlanView>,
) -> Result<Vec<String>> {
    let peers = subscriptions::peers(db, actor, view.row.id).await?;
    let costs = reports::subscription_costs(db, &peers, db.now().minus(30 * DAY)).await?;
    let mut lines = vec![match plan.and_then(|plan| plan.limits.usd_per_month) {
        Some(most) => format!("At most {} a month: the plan's budget.", look::money(most)),
        None => "The plan has no budget, so nothing bounds the cost.".to_owned(),
    }];
    let unpriced: i64 = costs.iter().map(|one| one.unpriced).sum();
    // A call without a price is not free: the sum is a floor then.
    let floor = if unpriced > 0 { "at least " } else { "" };
    lines.push(match (peers.len(), costs.len()) {
        (0, _) => "Nobody else has this plan yet, so there is nothing to compare with.".to_owned(),
        (others, 0) => format!("{} on this plan made no call in 30 days.", apps(others)),
        (others, _) => {
            let sum = costs.iter().fold(Nanos::ZERO, |sum, one| sum.plus(one.cost_nanos));
            let most = costs.iter().map(|one| one.cost_nanos).max().unwrap_or_default();
            let count = i64::try_from(others).unwrap_or(i64::MAX).max(1);
            let (average, most) = (look::money(Nanos(sum.0 / count)), look::money(most));
            let them = apps(others);
            format!(
                "{them} on this plan cost {floor}{average} on average in 30 days; the dearest {floor}{most}."
            )
        }
    });
    if unpriced > 0 {
        lines.push(format!("{unpriced} of those calls had no known price and are not counted."));
    }
    Ok(lines)
}

fn apps(count: usize) -> String {
    if count == 1 { "One other app".to_owned() } else { format!("{count} other apps") }
}
