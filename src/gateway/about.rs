//! `GET /apis/{slug}/{version}`: what stands at a base address, for whoever follows a link to it. It is told to
//! keys alone, of what their team may see; everybody else hears the same whatever is there.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::base::{Code, Result, Timestamp};
use crate::wire::Endpoint;

use super::Gateway;
use super::arrival::Door;
use super::authorize;
use super::credential::Credential;
use super::directory::{Api, Version};
use super::identify;
use super::models::{self, Look};
use super::reply::{self, Reply};

/// One endpoint below the address: its method, its path, and which calls it takes.
pub type Offered = (&'static str, &'static str, Option<Endpoint>);

pub async fn answer(gateway: &Gateway, look: &Look, offered: &[Offered]) -> Reply {
    let mut who = models::who(look);
    match describe(gateway, look, offered, &mut who).await {
        Ok((value, headers)) => Reply::json(look.id, Bytes::from(value.to_string())).with(headers),
        Err(error) => {
            gateway.ledger().refuse(&models::refusal(gateway, look, who, &error, "api"));
            Reply::error(gateway, look.id, &error)
        }
    }
}

async fn describe(
    gateway: &Gateway,
    look: &Look,
    offered: &[Offered],
    who: &mut crate::ledger::record::Who,
) -> Result<(Value, Vec<(&'static str, String)>)> {
    if let Some(known) = identify::exposed(gateway, &look.presented).await {
        models::prove(who, &known);
    }
    let known = identify::find(gateway, &Credential::choose(&look.presented)?).await?;
    models::prove(who, &known);
    let caller = identify::identify(gateway, known, look.ip)?.0;
    let Door::Api { slug, version } = &look.door else { return Err(Code::PathUnknown.into()) };
    let (api, version) = authorize::place(&caller.cards.app.card, &caller.catalogue, slug, version)?;
    Ok((described(gateway, api, version, offered), reply::deprecation(gateway, api, version)))
}

fn described(gateway: &Gateway, api: &Api, version: &Version, offered: &[Offered]) -> Value {
    let (row, base) = (&version.row, gateway.base_url());
    let at = |name: &str| format!("{base}/apis/{}/{name}", api.slug);
    let serves = |endpoint: &Option<Endpoint>| {
        let kinds = |endpoint: Endpoint| {
            version.models.values().any(|model| model.kind == authorize::kind_of(endpoint))
        };
        version.is_live() && endpoint.is_none_or(kinds)
    };
    let endpoints = offered.iter().filter(|(.., endpoint)| serves(endpoint));
    let endpoints = endpoints.map(|(method, path, _)| json!({ "method": method, "path": path }));
    let successor = row.successor_id.and_then(|id| api.versions.iter().find(|other| other.row.id == id));
    json!({
        "object": "api_version",
        "api": api.slug,
        "name": api.name,
        "version": row.name,
        "state": row.state.word(),
        "base_url": at(&row.name),
        "endpoints": endpoints.collect::<Vec<_>>(),
        "sunset_at": row.sunset_at.map(Timestamp::rfc3339),
        "successor": successor.map(|next| at(&next.row.name)),
        "page": format!("{base}/catalogue/{}", api.slug),
    })
}
