//! What a call or a key hangs on, for the list of what changed around it.

use super::case::Desk;
use crate::base::ids::SubscriptionId;
use crate::base::{Code, Result};
use crate::domain::audit::CallChain;
use crate::domain::permit::{Right, may};
use crate::domain::subscriptions;
use crate::store::entity::{call, key, subscription};

/// Of a call: as far as it got, and behind its subscription what that names.
pub async fn of_call(desk: &Desk<'_>, call: &call::Model) -> Result<CallChain> {
    let held = match call.subscription_id {
        Some(id) => subscription_of(desk, id).await?,
        None => None,
    };
    let api = call.api_id.or(held.as_ref().map(|row| row.api_id));
    let version = call.version_id.or(held.as_ref().map(|row| row.version_id));
    let plan = call.plan_id.or(held.as_ref().map(|row| row.plan_id));
    let things = [
        call.key_id.map(|id| id.0),
        call.app_id.map(|id| id.0),
        call.team_id.map(|id| id.0),
        call.subscription_id.map(|id| id.0),
        api.map(|id| id.0),
        version.map(|id| id.0),
        plan.map(|id| id.0),
    ];
    let mut chain = CallChain {
        things: things.into_iter().flatten().collect(),
        owner: call.user_id.map(|id| id.0),
        ..CallChain::default()
    };
    if let (None, Some(app)) = (call.subscription_id, call.app_id) {
        chain.wished = [Some(app.0), api.map(|id| id.0)].into_iter().flatten().collect();
    }
    let catalogue = desk.gateway.directory().catalogue();
    let version = version.and_then(|id| catalogue.version(id));
    if let Some(model) = version.and_then(|version| version.models.get(&call.model)) {
        chain.things.push(model.id.0);
        // Vendors are shown to those alone who may see them.
        if may(desk.actor, Right::SeeSupply) {
            chain.model = Some(model.id.0);
            let targets = model.targets.iter();
            chain.providers =
                targets.map(|target| (target.provider.id.0, target.vendor_model.clone())).collect();
            chain.things.extend(chain.providers.iter().map(|(id, _)| *id));
        }
    }
    Ok(chain)
}

/// Of a key by itself: whatever its application is subscribed to.
pub fn of_key(row: &key::Model) -> CallChain {
    CallChain {
        things: vec![row.id.0, row.app_id.0, row.team_id.0],
        owner: Some(row.owner_id.0),
        wished: vec![row.app_id.0],
        ..CallChain::default()
    }
}

async fn subscription_of(desk: &Desk<'_>, id: SubscriptionId) -> Result<Option<subscription::Model>> {
    match subscriptions::get_visible(desk.db, desk.actor, id).await {
        Ok(view) => Ok(Some(view.row)),
        Err(error) if error.code() == Code::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
