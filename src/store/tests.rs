use super::*;
use crate::config::{Flags, load};

async fn fresh() -> (tempfile::TempDir, Db) {
    let folder = tempfile::tempdir().unwrap();
    let config = load(&Flags { data_dir: Some(folder.path().to_owned()), ..Flags::default() }).unwrap();
    (folder, Db::open(&config, Clock::default()).await.unwrap())
}

#[actix_web::test]
async fn p28_a_newer_schema_is_refused() {
    use sea_orm::ConnectionTrait;
    let (_folder, db) = fresh().await;
    let newer = "INSERT INTO migrations_state (version, applied_at) VALUES ('m29990101_000001_later', 0)";
    db.state_writer().execute_unprepared(newer).await.unwrap();
    let fault = migrate::state(db.state_writer()).await.unwrap_err();
    assert!(fault.message().contains("m29990101_000001_later"), "{fault}");
}

#[actix_web::test]
async fn what_fails_leaves_nothing_behind() {
    use entity::setting;
    use sea_orm::{ActiveValue::Set, EntityTrait};
    let (_folder, db) = fresh().await;
    let done: Result<()> = db
        .transact(async move |tx| {
            let row = setting::ActiveModel {
                name: Set("site".into()),
                value: Set("1".into()),
                changed_at: Set(tx.now()),
            };
            setting::Entity::insert(row).exec_without_returning(&tx).await?;
            Err(Code::Conflict.with("on purpose"))
        })
        .await;
    assert!(done.is_err());
    assert!(setting::Entity::find().all(db.read()).await.unwrap().is_empty());
}
