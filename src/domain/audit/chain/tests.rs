use std::collections::BTreeSet;

use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, EntityName, Iterable, Value};
use uuid::Uuid;

use super::*;
use crate::base::Code;
use crate::domain::audit::{self, Act};
use crate::domain::people::tests::{actor_of, person};
use crate::domain::tests::fresh;
use crate::store::entity::audit_event::ActiveModel;
use crate::store::entity::states::Role;

async fn told(db: &Db) -> Found {
    verify(db, &Actor::system("test")).await.unwrap()
}

async fn rows(db: &Db) -> Vec<Model> {
    Entity::find().order_by_asc(Column::Seq).all(db.read()).await.unwrap()
}

/// Writes one column of a row as somebody with the database in hand would.
async fn write(db: &Db, seq: i64, column: Column, value: Value) {
    let at = if matches!(column, Column::Seq) { None } else { Some(seq) };
    db.transact(async move |tx| {
        let update = Entity::update_many().col_expr(column, Expr::value(value));
        // The last row is the one meant where the number itself changes.
        let update = match at {
            Some(seq) => update.filter(Column::Seq.eq(seq)),
            None => update.filter(Column::Seq.gte(seq)),
        };
        assert_eq!(update.exec(&tx).await?.rows_affected, 1);
        Ok(())
    })
    .await
    .unwrap();
}

/// Another value of the same kind.
fn other(value: &Value) -> Value {
    match value {
        Value::BigInt(Some(number)) => (number + 1).into(),
        Value::String(Some(text)) => format!("{text}x").into(),
        Value::Uuid(Some(_)) => Uuid::now_v7().into(),
        odd => panic!("a column with {odd:?}"),
    }
}

/// Deeds of somebody, so that no column is empty.
async fn some(db: &Db, count: usize) -> Actor {
    let dana = person(db, "dana@example.com", Role::Admin).await;
    let actor = actor_of(db, &dana).await;
    let by = actor.clone();
    db.transact(async move |tx| {
        for _ in 0..count {
            let act = Act::new("key_paused").on("key", Uuid::now_v7()).touching([Uuid::now_v7()]);
            audit::record(&tx, &by, act.noting(json!({ "name": "ci" }))).await?;
        }
        Ok(())
    })
    .await
    .unwrap();
    actor
}

#[tokio::test]
async fn p19_a_changed_value_in_any_column_of_the_audit_is_found() {
    let (_folder, db) = fresh().await;
    some(&db, 2).await;
    let all = rows(&db).await;
    let whole = all.len() as u64;
    assert_eq!(told(&db).await, Found { whole, broken: None });
    let last = all.last().unwrap().clone();
    let row = ActiveModel::from(last.clone());
    let mut seen = BTreeSet::new();
    for column in Column::iter() {
        let was = row.get(column).into_value().unwrap();
        let now = other(&was);
        write(&db, last.seq, column, now).await;
        let found = told(&db).await;
        let seq = if matches!(column, Column::Seq) { last.seq + 1 } else { last.seq };
        assert_eq!(found, Found { whole: whole - 1, broken: Some(seq) }, "{column:?}");
        write(&db, last.seq, column, was).await;
        seen.insert(format!("{column:?}"));
    }
    assert!(seen.len() >= 12, "columns of {}: {seen:?}", Entity.table_name());
    // What had no value and gets one, or loses it, is found as well.
    for column in [Column::ActorId, Column::SubjectId] {
        write(&db, last.seq, column, Value::Uuid(None)).await;
        assert_eq!(told(&db).await.broken, Some(last.seq), "{column:?}");
        write(&db, last.seq, column, row.get(column).into_value().unwrap()).await;
    }
    assert_eq!(told(&db).await.broken, None);
}

#[tokio::test]
async fn rows_of_the_first_format_are_followed_and_so_are_gaps() {
    let (_folder, db) = fresh().await;
    some(&db, 3).await;
    // As an older version wrote it, behind rows of ours.
    let mut old = rows(&db).await.last().unwrap().clone();
    (old.seq, old.previous) = (old.seq + 1, old.hash.clone());
    old.hash = first_format(&old);
    let stored = old.clone();
    db.transact(async move |tx| {
        Entity::insert(ActiveModel::from(stored)).exec_without_returning(&tx).await?;
        audit::record(&tx, &Actor::system("test"), Act::new("setting_changed")).await
    })
    .await
    .unwrap();
    let all = rows(&db).await;
    assert_eq!(told(&db).await, Found { whole: all.len() as u64, broken: None });
    assert!(!old.hash.starts_with(FORMAT) && all.last().unwrap().hash.starts_with(FORMAT));
    write(&db, old.seq, Column::Details, "{}".into()).await;
    assert_eq!(told(&db).await.broken, Some(old.seq));
    write(&db, old.seq, Column::Details, old.details.clone().into()).await;
    // A row that is taken out is missed by the one behind it.
    let (gone, behind) = (all[1].seq, all[2].seq);
    db.transact(async move |tx| {
        Entity::delete_by_id(gone).exec(&tx).await?;
        Ok(())
    })
    .await
    .unwrap();
    assert_eq!(told(&db).await, Found { whole: 1, broken: Some(behind) });
}

#[tokio::test]
async fn the_chain_is_followed_by_those_who_see_everything() {
    let (_folder, db) = fresh().await;
    let admin = some(&db, 1).await;
    assert_eq!(verify(&db, &admin).await.unwrap().broken, None);
    let eve = actor_of(&db, &person(&db, "eve@example.com", Role::Member).await).await;
    assert_eq!(verify(&db, &eve).await.unwrap_err().code(), Code::NotPermitted);
}
