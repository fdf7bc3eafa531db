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

#[derive(Default)]
struct Heard(std::sync::atomic::AtomicUsize);

#[sea_orm_migration::async_trait::async_trait]
impl Listener for Heard {
    async fn apply(&self, noted: &[Noted]) {
        self.0.fetch_add(noted.len(), std::sync::atomic::Ordering::SeqCst);
    }
}

#[actix_web::test]
async fn a_change_made_by_another_process_before_the_first_poll_is_heard() {
    let (folder, server) = fresh().await;
    let heard = Arc::new(Heard::default());
    server.listen(heard.clone());
    let config = load(&Flags { data_dir: Some(folder.path().to_owned()), ..Flags::default() }).unwrap();
    let command = Db::open(&config, Clock::default()).await.unwrap();
    let note = async |tx| crate::domain::changes::note(&tx, Change::Catalogue).await;
    command.transact(note).await.unwrap();
    server.poll_changes().await.unwrap();
    assert_eq!(heard.0.load(std::sync::atomic::Ordering::SeqCst), 1);
}
