//! The limits that hang on a plan, a key or a team: at most one row of each kind.

use sea_orm::{EntityTrait, IntoActiveModel};
use uuid::Uuid;

use super::queries;
use crate::base::ids::LimitId;
use crate::base::limit::{LimitKind, LimitScope};
use crate::base::money::NANOS_PER_USD;
use crate::base::{Nanos, Result};
use crate::domain::fields::wrong;
use crate::store::Tx;
use crate::store::entity::limit;

/// One amount for each kind; `None` is no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub requests_per_minute: Option<i64>,
    pub tokens_per_minute: Option<i64>,
    pub concurrent_calls: Option<i64>,
    pub usd_per_month: Option<Nanos>,
}

impl Limits {
    pub fn get(&self, kind: LimitKind) -> Option<i64> {
        match kind {
            LimitKind::RequestsPerMinute => self.requests_per_minute,
            LimitKind::TokensPerMinute => self.tokens_per_minute,
            LimitKind::ConcurrentCalls => self.concurrent_calls,
            LimitKind::UsdPerMonth => self.usd_per_month.map(|usd| usd.0),
        }
    }

    fn set(&mut self, kind: LimitKind, amount: i64) {
        match kind {
            LimitKind::RequestsPerMinute => self.requests_per_minute = Some(amount),
            LimitKind::TokensPerMinute => self.tokens_per_minute = Some(amount),
            LimitKind::ConcurrentCalls => self.concurrent_calls = Some(amount),
            LimitKind::UsdPerMonth => self.usd_per_month = Some(Nanos(amount)),
        }
    }

    /// Reads rows of one subject.
    pub fn of(rows: &[limit::Model]) -> Self {
        let mut limits = Self::default();
        for row in rows {
            limits.set(row.kind, row.amount);
        }
        limits
    }

    /// True when nothing is limited.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What each line of a page says: `60 requests a minute`, `$50.00 a month`.
    pub fn lines(&self) -> Vec<String> {
        let line = |kind: &LimitKind| {
            let amount = self.get(*kind)?;
            Some(match kind {
                LimitKind::UsdPerMonth => format!("{} a month", dollars(amount)),
                kind => format!("{} {}", grouped(amount), kind.label()),
            })
        };
        LimitKind::ALL.iter().filter_map(line).collect()
    }
}

fn dollars(amount: i64) -> String {
    let whole = amount / NANOS_PER_USD;
    Nanos(amount).to_string().replacen(&whole.to_string(), &grouped(whole), 1)
}

fn grouped(amount: i64) -> String {
    let digits = amount.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// Replaces the limits of a subject. The caller has checked the right and notes the change.
///
/// # Errors
/// `field_invalid` on the kind's word.
pub async fn change_limits(tx: &Tx, scope: LimitScope, subject: Uuid, limits: &Limits) -> Result<()> {
    queries::delete_limits(tx, scope, subject).await?;
    for kind in LimitKind::ALL {
        let Some(amount) = limits.get(*kind) else { continue };
        if !(1..=1_000_000_000_000_000).contains(&amount) {
            return Err(wrong(kind.word(), "A number above 0, or nothing for no limit."));
        }
        let row =
            limit::Model { id: LimitId::fresh(), scope_kind: scope, scope_id: subject, kind: *kind, amount };
        limit::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The limits of a subject.
///
/// # Errors
/// The database's own.
pub async fn limits_of(
    on: &impl sea_orm::ConnectionTrait,
    scope: LimitScope,
    subject: Uuid,
) -> Result<Limits> {
    Ok(Limits::of(&queries::limits_of(on, scope, &[subject]).await?))
}

/// The monthly budgets of those subjects that have one.
///
/// # Errors
/// The database's own.
pub async fn budgets_of(
    on: &impl sea_orm::ConnectionTrait,
    scope: LimitScope,
    subjects: &[Uuid],
) -> Result<Vec<(Uuid, i64)>> {
    let rows = queries::limits_of(on, scope, subjects).await?;
    let budgets = rows.into_iter().filter(|row| row.kind == LimitKind::UsdPerMonth);
    Ok(budgets.map(|row| (row.scope_id, row.amount)).collect())
}
