//! `GET /v1/key/self`: what this key is and may do. It answers for dead keys too, to whoever holds
//! the whole secret, since that is when people need it.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::base::limit::{Limit, LimitKind, LimitScope};
use crate::base::{Nanos, Result, Timestamp};
use crate::limits::Gauge;

use super::Gateway;
use super::authorize;
use super::credential::Credential;
use super::identify::{self, Known};
use super::models::{self, Look};
use super::reply::Reply;

pub async fn answer(gateway: &Gateway, look: &Look) -> Reply {
    let id = look.id;
    match describe(gateway, look).await {
        Ok(value) => Reply::json(id, Bytes::from(value.to_string())),
        Err(error) => {
            if let Some(known) = identify::exposed(gateway, &look.presented).await {
                let mut who = models::who(look);
                models::prove(&mut who, &known);
                gateway.ledger().refuse(&models::refusal(gateway, look, who, &error, "key"));
            }
            Reply::error(gateway, id, &error)
        }
    }
}

async fn describe(gateway: &Gateway, look: &Look) -> Result<Value> {
    let known = identify::find(gateway, &Credential::choose(&look.presented)?).await?;
    let (key, app) = (&known.cards.key.card, &known.cards.app.card);
    let now = gateway.now();
    let judged = identify::judge(&known.cards, Some(look.ip), now);
    let is_good = judged.is_ok();
    // A good key without a subscription in force is refused all the same.
    let works = judged.and_then(|()| authorize::subscribed(key, app, &known.catalogue, now));
    let refusal = works.as_ref().err().map(|error| {
        let code = error.code();
        json!({
            "code": code.word(), "message": error.message(), "next": error.next(),
            "doc_url": format!("{}/docs/errors/{code}", gateway.base_url()),
        })
    });
    let models = authorize::callable(key, app, &known.catalogue, now);
    let names: Vec<&str> = models.iter().map(|listed| listed.name.as_str()).collect();
    let time = |at: Option<Timestamp>| at.map(Timestamp::rfc3339);
    Ok(json!({
        "object": "key",
        "id": key.key.id,
        "name": key.key.name,
        "prefix": key.key.prefix,
        "last4": key.key.last4,
        "state": if is_good { "active" } else { "refused" },
        "works": refusal.is_none(),
        "refusal": refusal,
        "created_at": key.key.created_at.rfc3339(),
        "expires_at": time(key.key.expires_at),
        "secret_ends_at": time(key.secret.as_ref().and_then(|secret| secret.ends_at)),
        "scopes": key.scopes,
        "application": { "id": app.app.id, "name": app.app.name },
        "team": { "id": app.team.id, "name": app.team.name },
        "subscriptions": subscriptions(&known, now),
        "models": names,
        "limits": limits(gateway, &known),
        "fix_url": format!("{}/keys/{}", gateway.base_url(), key.key.id),
    }))
}

fn subscriptions(known: &Known, now: Timestamp) -> Vec<Value> {
    let catalogue = &known.catalogue;
    let rows = known.cards.app.card.subscriptions.iter();
    rows.map(|row| {
        let bar = authorize::bar(row, catalogue, now);
        json!({
            "api": catalogue.api(row.api_id).map(|api| api.slug.as_str()),
            "version": catalogue.version(row.version_id).map(|version| version.row.name.as_str()),
            "plan": catalogue.plan(row.plan_id).map(|plan| plan.name.as_str()),
            "state": bar.unwrap_or(row.state.word()),
            "ends_at": row.ends_at.map(Timestamp::rfc3339),
        })
    })
    .collect()
}

fn limits(gateway: &Gateway, known: &Known) -> Vec<Value> {
    let (key, app) = (&known.cards.key.card, &known.cards.app.card);
    let mut all: Vec<Limit> = key.limits.iter().chain(&app.team_limits).copied().collect();
    for row in &app.subscriptions {
        let Some(plan) = known.catalogue.plan(row.plan_id) else { continue };
        let of_plan = plan.limits.iter().map(|(kind, amount)| Limit {
            scope: LimitScope::Plan,
            subject: row.id.0,
            kind: *kind,
            amount: *amount,
        });
        all.extend(of_plan);
    }
    gateway.gauges(&all).iter().map(shown).collect()
}

fn shown(gauge: &Gauge) -> Value {
    let amount = |value: i64| match gauge.limit.kind {
        LimitKind::UsdPerMonth => json!(Nanos(value).to_string()),
        _ => json!(value),
    };
    json!({
        "scope": gauge.limit.scope.word(),
        "kind": gauge.limit.kind.word(),
        "limit": amount(gauge.limit.amount),
        "used": amount(gauge.used),
        "remaining": amount(gauge.remaining()),
    })
}
