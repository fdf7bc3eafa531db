//! What all keys of a team together may do: seen by its members, set by those who manage everybody's access.

use serde::Deserialize;

use super::show;
use crate::base::ids::TeamId;
use crate::domain::actor::Actor;
use crate::domain::plans::Limits;
use crate::domain::teams;
use crate::portal::limit_fields::{LimitFields, dollars};
use crate::portal::meanwhile::Seen;
use crate::portal::returned::Returned;
use crate::store::Db;
use crate::web::{Data, FieldErrors, Form, PageResult, Path, Visit, flash};

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LimitsForm {
    pub seen: Seen,
    pub requests_per_minute: String,
    pub tokens_per_minute: String,
    pub concurrent_calls: String,
    pub usd_per_month: String,
}

impl LimitsForm {
    pub fn of(limits: &Limits, seen: Seen) -> Self {
        let text = |amount: Option<i64>| amount.map(|amount| amount.to_string()).unwrap_or_default();
        Self {
            seen,
            requests_per_minute: text(limits.requests_per_minute),
            tokens_per_minute: text(limits.tokens_per_minute),
            concurrent_calls: text(limits.concurrent_calls),
            usd_per_month: limits.usd_per_month.map(dollars).unwrap_or_default(),
        }
    }

    fn check(&self, errors: &mut FieldErrors) -> Limits {
        let fields = LimitFields {
            requests_per_minute: &self.requests_per_minute,
            tokens_per_minute: &self.tokens_per_minute,
            concurrent_calls: &self.concurrent_calls,
            usd_per_month: &self.usd_per_month,
        };
        fields.check(errors)
    }

    fn typed(self) -> [(&'static str, String); 5] {
        [
            ("seen", self.seen.to_string()),
            ("requests_per_minute", self.requests_per_minute),
            ("tokens_per_minute", self.tokens_per_minute),
            ("concurrent_calls", self.concurrent_calls),
            ("usd_per_month", self.usd_per_month),
        ]
    }
}

pub async fn change(
    visit: Visit,
    actor: Actor,
    db: Data<Db>,
    id: Path<TeamId>,
    form: Form<LimitsForm>,
) -> PageResult {
    let mut form = form.into_inner();
    let mut errors = FieldErrors::default();
    let limits = form.check(&mut errors);
    let returned = if errors.is_empty() {
        match teams::set_limits(&db, &form.seen.by(&actor), *id, limits).await {
            Ok(()) => {
                let text = "Saved. The next call follows it.";
                return Ok(flash(&visit, &format!("/teams/{}", *id), "good", text));
            }
            Err(error) => {
                let error = form.seen.told(&db, error).await?;
                Returned::from_error("limits", form.typed(), error)?
            }
        }
    } else {
        Returned::new("limits", form.typed(), errors)
    };
    show::again(&db, &visit, &actor, *id, returned).await
}
