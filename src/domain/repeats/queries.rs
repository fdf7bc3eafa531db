//! The SQL of repeats.

use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, Condition, EntityTrait, QueryFilter};

use super::{BROKE_OFF, Kept, Once};
use crate::base::{Result, Timestamp};
use crate::store::entity::repeat::{ActiveModel, Column, Entity, Model};
use crate::store::{Node, Tx};

fn same(once: &Once) -> Condition {
    Condition::all().add(Column::TokenId.eq(once.token)).add(Column::Name.eq(&once.name))
}

/// False when it is there already.
pub(super) async fn insert(tx: &Tx, node: Node, once: &Once) -> Result<bool> {
    let row = ActiveModel {
        token_id: Set(once.token),
        name: Set(once.name.clone()),
        fingerprint: Set(once.fingerprint.clone()),
        begun_at: Set(tx.now()),
        status: Set(None),
        answer: Set(None),
        subject: Set(None),
        node: Set(Some(node.0)),
    };
    let first = OnConflict::columns([Column::TokenId, Column::Name]).do_nothing().to_owned();
    Ok(Entity::insert(row).on_conflict(first).exec_without_returning(tx).await? == 1)
}

pub(super) async fn find(tx: &Tx, once: &Once) -> Result<Option<Model>> {
    Ok(Entity::find().filter(same(once)).one(tx).await?)
}

pub(super) async fn finish(tx: &Tx, once: &Once, status: u16, kept: Kept) -> Result<()> {
    let mut row = ActiveModel { status: Set(Some(i32::from(status))), ..Default::default() };
    match kept {
        Kept::Answer(body) => row.answer = Set(Some(body)),
        Kept::Secret(subject) => row.subject = Set(Some(subject)),
    }
    Entity::update_many().set(row).filter(same(once)).exec(tx).await?;
    Ok(())
}

pub(super) async fn broke_off(tx: &Tx, node: Node) -> Result<u64> {
    let row = ActiveModel { status: Set(Some(i32::from(BROKE_OFF))), ..Default::default() };
    let mine = Condition::all().add(Column::Node.eq(node.0)).add(Column::Status.is_null());
    Ok(Entity::update_many().set(row).filter(mine).exec(tx).await?.rows_affected)
}

pub(super) async fn forget(tx: &Tx, once: &Once) -> Result<()> {
    Entity::delete_many().filter(same(once)).exec(tx).await?;
    Ok(())
}

pub(super) async fn forget_old(tx: &Tx, once: &Once, before: Timestamp) -> Result<()> {
    Entity::delete_many().filter(same(once).add(Column::BegunAt.lte(before))).exec(tx).await?;
    Ok(())
}

pub(super) async fn sweep(tx: &Tx, before: Timestamp) -> Result<u64> {
    Ok(Entity::delete_many().filter(Column::BegunAt.lte(before)).exec(tx).await?.rows_affected)
}
