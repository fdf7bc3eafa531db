//! Versions and the models they offer.

use std::collections::HashMap;

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter, QueryOrder,
};

use crate::base::ids::{ApiId, ModelId, VersionId};
use crate::base::{Result, Timestamp};
use crate::store::Tx;
use crate::store::entity::states::VersionState;
use crate::store::entity::{api, api_version, api_version_model, model};

pub(in crate::domain) async fn find_version(
    on: &impl ConnectionTrait,
    id: VersionId,
) -> Result<Option<api_version::Model>> {
    Ok(api_version::Entity::find_by_id(id).one(on).await?)
}

pub(in crate::domain) async fn find_version_of(
    on: &impl ConnectionTrait,
    api: ApiId,
    id: VersionId,
) -> Result<api_version::Model> {
    let row = find_version(on, id).await?.filter(|row| row.api_id == api);
    row.ok_or_else(|| crate::domain::fields::wrong("copy_of", "This API has no such version."))
}

/// Newest first.
pub(in crate::domain) async fn versions_of(
    on: &impl ConnectionTrait,
    apis: &[ApiId],
) -> Result<Vec<api_version::Model>> {
    let rows = api_version::Entity::find()
        .filter(api_version::Column::ApiId.is_in(apis.iter().copied()))
        .order_by_desc(api_version::Column::CreatedAt)
        .order_by_desc(api_version::Column::Id)
        .all(on)
        .await?;
    Ok(rows)
}

pub(in crate::domain) async fn models_of(
    on: &impl ConnectionTrait,
    versions: &[VersionId],
) -> Result<Vec<api_version_model::Model>> {
    let rows = api_version_model::Entity::find()
        .filter(api_version_model::Column::VersionId.is_in(versions.iter().copied()))
        .order_by_asc(api_version_model::Column::Position)
        .order_by_asc(api_version_model::Column::PublicName)
        .all(on)
        .await?;
    Ok(rows)
}

pub(in crate::domain) async fn all_models_exist(on: &impl ConnectionTrait, ids: &[ModelId]) -> Result<bool> {
    let mut distinct = ids.to_vec();
    distinct.sort_unstable();
    distinct.dedup();
    let count =
        model::Entity::find().filter(model::Column::Id.is_in(distinct.iter().copied())).count(on).await?;
    Ok(count == distinct.len() as u64)
}

pub(in crate::domain) async fn replace_models(
    tx: &Tx,
    version: VersionId,
    models: impl Iterator<Item = (String, ModelId)>,
) -> Result<()> {
    api_version_model::Entity::delete_many()
        .filter(api_version_model::Column::VersionId.eq(version))
        .exec(tx)
        .await?;
    let rows: Vec<_> = (1..)
        .zip(models)
        .map(|(position, (public_name, model_id))| {
            api_version_model::Model { version_id: version, public_name, model_id, position }
                .into_active_model()
        })
        .collect();
    if !rows.is_empty() {
        api_version_model::Entity::insert_many(rows).exec_without_returning(tx).await?;
    }
    Ok(())
}

/// The dates and links of a version that its moves set.
#[derive(PartialEq, Eq)]
pub(in crate::domain) struct Dates {
    pub published_at: Option<Timestamp>,
    pub deprecated_at: Option<Timestamp>,
    pub sunset_at: Option<Timestamp>,
    pub retired_at: Option<Timestamp>,
    pub successor_id: Option<VersionId>,
    pub guide_url: Option<String>,
}

impl Dates {
    pub fn of(row: &api_version::Model) -> Self {
        Self {
            published_at: row.published_at,
            deprecated_at: row.deprecated_at,
            sunset_at: row.sunset_at,
            retired_at: row.retired_at,
            successor_id: row.successor_id,
            guide_url: row.guide_url.clone(),
        }
    }
}

/// Compare-and-set: false when somebody moved it meanwhile.
pub(in crate::domain) async fn change_state(
    tx: &Tx,
    id: VersionId,
    (from, to): (VersionState, VersionState),
    dates: Dates,
) -> Result<bool> {
    use api_version::Column;
    let done = api_version::Entity::update_many()
        .col_expr(Column::State, Expr::value(to))
        .col_expr(Column::PublishedAt, Expr::value(dates.published_at))
        .col_expr(Column::DeprecatedAt, Expr::value(dates.deprecated_at))
        .col_expr(Column::SunsetAt, Expr::value(dates.sunset_at))
        .col_expr(Column::RetiredAt, Expr::value(dates.retired_at))
        .col_expr(Column::SuccessorId, Expr::value(dates.successor_id))
        .col_expr(Column::GuideUrl, Expr::value(dates.guide_url))
        .filter(Column::Id.eq(id))
        .filter(Column::State.eq(from))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub(in crate::domain) async fn delete_draft(tx: &Tx, id: VersionId) -> Result<bool> {
    let done = api_version::Entity::delete_many()
        .filter(api_version::Column::Id.eq(id))
        .filter(api_version::Column::State.eq(VersionState::Draft))
        .exec(tx)
        .await?;
    if done.rows_affected == 1 {
        api_version_model::Entity::delete_many()
            .filter(api_version_model::Column::VersionId.eq(id))
            .exec(tx)
            .await?;
    }
    Ok(done.rows_affected == 1)
}

pub(in crate::domain) async fn version_names(
    on: &impl ConnectionTrait,
    ids: &[VersionId],
) -> Result<HashMap<VersionId, String>> {
    let rows = api_version::Entity::find()
        .filter(api_version::Column::Id.is_in(ids.iter().copied()))
        .all(on)
        .await?;
    let apis =
        api::Entity::find().filter(api::Column::Id.is_in(rows.iter().map(|row| row.api_id))).all(on).await?;
    let slugs: HashMap<ApiId, String> = apis.into_iter().map(|api| (api.id, api.slug)).collect();
    let name = |row: api_version::Model| {
        let slug = slugs.get(&row.api_id).map(String::as_str).unwrap_or_default();
        (row.id, format!("{slug}/{}", row.name))
    };
    Ok(rows.into_iter().map(name).collect())
}
