//! Whether a secret stood in an address, where logs and histories keep it.

use sea_orm::{ColumnTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder, QuerySelect};

use crate::base::ids::{CallId, KeySecretId};
use crate::base::{Code, Result, Timestamp};
use crate::store::Db;
use crate::store::entity::call;

/// The request that carried it.
#[derive(Clone, Debug, PartialEq, Eq, FromQueryResult)]
pub struct Exposure {
    pub id: CallId,
    pub at: Timestamp,
    pub ip: String,
    pub agent: String,
}

/// The latest request with one of these secrets in its address. What the actor may see of the key is
/// the door's business.
pub async fn exposure(db: &Db, secrets: &[KeySecretId]) -> Result<Option<Exposure>> {
    use call::Column;
    if secrets.is_empty() {
        return Ok(None);
    }
    // By code and not by key: of this code there are few rows, of a key there may be millions.
    let query = call::Entity::find()
        .select_only()
        .columns([Column::Id, Column::At, Column::Ip, Column::Agent])
        .filter(Column::Code.eq(Code::AuthInUrl.word()))
        .filter(Column::SecretId.is_in(secrets.iter().copied()))
        .order_by_desc(Column::Id)
        .limit(1);
    Ok(query.into_model::<Exposure>().one(db.calls()).await?)
}
