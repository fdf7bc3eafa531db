use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::CatalogueRows;
use crate::base::Result;
use crate::base::ids::{AppId, KeyId, SessionId, TeamId, UserId};
use crate::base::limit::LimitScope;
use crate::store::Db;
use crate::store::entity::{
    api, api_team, api_version, api_version_model, application, change, credential, key, key_secret, limit,
    model, plan, plan_model, price, provider, session, subscription, target, team, team_member, user,
};

pub(super) async fn newest_change(db: &Db) -> Result<i64> {
    let newest = change::Entity::find()
        .select_only()
        .column(change::Column::Seq)
        .order_by_desc(change::Column::Seq)
        .into_tuple::<i64>()
        .one(db.gate())
        .await?;
    Ok(newest.unwrap_or(0))
}

pub(super) async fn secret(db: &Db, digest: &[u8; 32]) -> Result<Option<key_secret::Model>> {
    let row = key_secret::Entity::find()
        .filter(key_secret::Column::Digest.eq(digest.to_vec()))
        .one(db.gate())
        .await?;
    Ok(row)
}

pub(super) async fn key(db: &Db, id: KeyId) -> Result<Option<key::Model>> {
    Ok(key::Entity::find_by_id(id).one(db.gate()).await?)
}

pub(super) async fn limits(db: &Db, scope: LimitScope, subject: Uuid) -> Result<Vec<limit::Model>> {
    let rows = limit::Entity::find()
        .filter(limit::Column::ScopeKind.eq(scope))
        .filter(limit::Column::ScopeId.eq(subject))
        .all(db.gate())
        .await?;
    Ok(rows)
}

pub(super) async fn app(db: &Db, id: AppId) -> Result<Option<application::Model>> {
    Ok(application::Entity::find_by_id(id).one(db.gate()).await?)
}

pub(super) async fn team(db: &Db, id: TeamId) -> Result<Option<team::Model>> {
    Ok(team::Entity::find_by_id(id).one(db.gate()).await?)
}

pub(super) async fn subscriptions(db: &Db, app: AppId) -> Result<Vec<subscription::Model>> {
    let rows = subscription::Entity::find()
        .filter(subscription::Column::AppId.eq(app))
        .order_by_asc(subscription::Column::Position)
        .order_by_desc(subscription::Column::StateAt)
        .all(db.gate())
        .await?;
    Ok(rows)
}

pub(super) async fn user(db: &Db, id: UserId) -> Result<Option<user::Model>> {
    Ok(user::Entity::find_by_id(id).one(db.gate()).await?)
}

pub(super) async fn session(db: &Db, id: SessionId) -> Result<Option<session::Model>> {
    Ok(session::Entity::find_by_id(id).one(db.gate()).await?)
}

pub(super) async fn teams_of(db: &Db, id: UserId) -> Result<Vec<TeamId>> {
    let teams = team_member::Entity::find()
        .select_only()
        .column(team_member::Column::TeamId)
        .filter(team_member::Column::UserId.eq(id))
        .into_tuple::<TeamId>()
        .all(db.gate())
        .await?;
    Ok(teams)
}

pub(super) async fn catalogue(db: &Db) -> Result<CatalogueRows> {
    let on = db.read();
    let apis = api::Entity::find().all(on).await?;
    let owners = apis.iter().map(|api| api.owner_team_id);
    Ok(CatalogueRows {
        owners: team::Entity::find().filter(team::Column::Id.is_in(owners)).all(on).await?,
        apis,
        api_teams: api_team::Entity::find().all(on).await?,
        versions: api_version::Entity::find().order_by_asc(api_version::Column::CreatedAt).all(on).await?,
        version_models: api_version_model::Entity::find()
            .order_by_asc(api_version_model::Column::Position)
            .all(on)
            .await?,
        plans: plan::Entity::find().all(on).await?,
        plan_models: plan_model::Entity::find().all(on).await?,
        plan_limits: limit::Entity::find()
            .filter(limit::Column::ScopeKind.eq(LimitScope::Plan))
            .all(on)
            .await?,
        models: model::Entity::find().all(on).await?,
        targets: target::Entity::find().order_by_asc(target::Column::Position).all(on).await?,
        providers: provider::Entity::find().all(on).await?,
        credentials: credential::Entity::find().all(on).await?,
        prices: price::Entity::find().order_by_asc(price::Column::EffectiveAt).all(on).await?,
    })
}
