//! `POST /keys/{id}/playground-token`: a token with which the page's Send button calls as this key
//! for ten minutes, or until the session ends. Only its owner gets one, and every call checks key, owner
//! and session again.

use crate::base::ids::KeyId;
use crate::base::{Code, Result, Secret};
use crate::domain::actor::{Actor, Via};
use crate::domain::keys;
use crate::gateway::Gateway;
use crate::gateway::playground::{self, Bearer};
use crate::store::Db;
use crate::web::{Data, HttpRequest, HttpResponse, Path, Problem, StatusCode, json};

/// Answers a script of the page, so a refusal is a problem document as well.
pub async fn create(
    request: HttpRequest,
    db: Data<Db>,
    gateway: Data<Gateway>,
    actor: Actor,
    id: Path<KeyId>,
) -> HttpResponse {
    match token(&db, &gateway, &actor, *id).await {
        Ok(token) => json(StatusCode::OK, &serde_json::json!({ "token": token.expose() })),
        Err(error) => Problem(error).answer(&request),
    }
}

async fn token(db: &Db, gateway: &Gateway, actor: &Actor, id: KeyId) -> Result<Secret> {
    let view = keys::get_visible(db, actor, id).await?;
    match (actor.user_id(), actor.via()) {
        (Some(user), Via::Session(session)) if user == view.row.owner_id => {
            playground::issue(gateway, Bearer { user, session, key: id })
        }
        _ => Err(Code::NotPermitted.saying("Only the key's owner can call with it from here.")),
    }
}
