//! `GET /v1/models`: what a key may use, in OpenAI's form.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::base::ids::CallId;
use crate::base::{Code, Result};
use crate::ledger::record::{Refusal, What, Who};

use super::arrival::{Door, Presented};
use super::authorize::{self, Listed};
use super::credential::Credential;
use super::guard::Facts;
use super::identify::{self, Known};
use super::nearest;
use super::reply::{self, Reply};
use super::{Error, Gateway};

/// A request without a body.
pub struct Look {
    pub id: CallId,
    pub presented: Presented,
    pub door: Door,
    pub ip: std::net::IpAddr,
    pub agent: String,
    pub client_request_id: Option<String>,
}

/// The list, or one of it.
pub async fn list(gateway: &Gateway, look: &Look, only: Option<&str>) -> Reply {
    let (id, at) = (look.id, gateway.now());
    let started = std::time::Instant::now();
    let (mut who, mut what) = (who(look), What { endpoint: "models".into(), ..What::default() });
    match found(gateway, look, only, &mut who, &mut what).await {
        Ok(reply) => reply(id),
        Err(error) => {
            let refusal = Refusal {
                at,
                what,
                micros: i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX),
                ..refusal(gateway, look, who, &error, "models")
            };
            gateway.ledger().refuse(&refusal);
            Reply::error(gateway, id, &error)
        }
    }
}

/// The record of a request without a body that was refused.
pub(super) fn refusal(
    gateway: &Gateway,
    look: &Look,
    who: Who,
    error: &Error,
    endpoint: &'static str,
) -> Refusal {
    Refusal {
        id: look.id,
        at: gateway.now(),
        proved: who.key.is_some(),
        who,
        what: What { endpoint: endpoint.into(), ..What::default() },
        code: error.code(),
        status: error.status(),
        policy_seq: gateway.directory().sequence(),
        facts: Facts::of(&look.door, look.presented.received.as_ref()).text(Some(error)),
        micros: 0,
    }
}

pub(super) fn who(look: &Look) -> Who {
    Who {
        key_prefix: Credential::shown_prefix(&look.presented),
        agent: look.agent.clone(),
        client_request_id: look.client_request_id.clone(),
        ..Who::stranger(look.ip)
    }
}

/// The secret matched this key.
pub(super) fn prove(who: &mut Who, known: &Known) {
    let card = &known.cards.key.card;
    let row = &card.key;
    (who.key, who.app, who.team, who.user) =
        (Some(row.id), Some(row.app_id), Some(row.team_id), Some(row.owner_id));
    who.secret = card.secret.as_ref().map(|secret| secret.id);
    who.key_prefix.clone_from(&row.prefix);
}

async fn found(
    gateway: &Gateway,
    look: &Look,
    only: Option<&str>,
    who: &mut Who,
    what: &mut What,
) -> Result<impl FnOnce(CallId) -> Reply + use<>> {
    if let Some(known) = identify::exposed(gateway, &look.presented).await {
        prove(who, &known);
    }
    let known = identify::find(gateway, &Credential::choose(&look.presented)?).await?;
    prove(who, &known);
    let caller = identify::identify(gateway, known, look.ip)?.0;
    let (key, app) = (&caller.cards.key.card, &caller.cards.app.card);
    let listed = authorize::models(key, app, &caller.catalogue, &look.door, gateway.now())
        .inspect_err(|refusal| authorize::name_rows(refusal, app, &caller.catalogue, &look.door, what))?;
    let headers = match (&look.door, listed.first()) {
        (Door::Api { .. }, Some(first)) => reply::deprecation(gateway, &first.api, &first.version),
        _ => Vec::new(),
    };
    let value = match only {
        None => json!({ "object": "list", "data": listed.iter().map(entry).collect::<Vec<_>>() }),
        Some(name) => one(&listed, name)?,
    };
    Ok(move |id| Reply::json(id, Bytes::from(value.to_string())).with(headers))
}

fn one(listed: &[Listed], name: &str) -> Result<Value, Error> {
    match listed.iter().find(|listed| listed.name == name) {
        Some(listed) => Ok(entry(listed)),
        None => {
            let hint = nearest::hint(name, listed.iter().map(|listed| listed.name.as_str()));
            Err(Code::ModelNotFound
                .saying(format!("There is no model `{}` for this key{hint}.", nearest::shown(name)))
                .on("model"))
        }
    }
}

fn entry(listed: &Listed) -> Value {
    json!({
        "id": listed.name,
        "object": "model",
        "created": listed.model.created.seconds(),
        "owned_by": listed.api.slug,
    })
}
