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
async fn p28_sums_of_an_older_schema_are_carried_over() {
    use entity::{usage_series, usage_sum};
    use sea_orm::{ConnectionTrait, EntityTrait};
    let (_folder, db) = fresh().await;
    let to_before = "DROP TABLE usage_sums; DROP TABLE usage_series; \
         DELETE FROM migrations_calls WHERE version = 'm20261127_000005_usage'; \
         INSERT INTO usage_hourly (id, hour, user_id, model, state, calls, unpriced, input_tokens, \
         output_tokens, cost_nanos, total_us) \
         VALUES (randomblob(16), 490000, randomblob(16), 'm', 'answered', 7, 1, 20, 30, 400, 50), \
                (randomblob(16), 490001, NULL, '', 'refused', 2, 0, 0, 0, 0, 5)";
    db.calls_writer().execute_unprepared(to_before).await.unwrap();
    migrate::calls(db.calls_writer()).await.unwrap();
    let rows = usage_sum::Entity::find().find_also_related(usage_series::Entity);
    let mut rows = rows.all(db.calls()).await.unwrap();
    rows.sort_by_key(|(sum, _)| sum.hour);
    let seen: Vec<_> = rows
        .iter()
        .map(|(sum, of)| (sum.hour, sum.calls, sum.cost_nanos.0, of.as_ref().unwrap().state.as_str()))
        .collect();
    assert_eq!(seen, [(490_000, 7, 400, "answered"), (490_001, 2, 0, "refused")]);
    assert!(rows[0].1.as_ref().unwrap().user_id.is_some());
}

struct Broken;

struct Fails;

impl sea_orm_migration::MigrationName for Fails {
    fn name(&self) -> &str {
        "m29990101_000001_fails"
    }
}

#[sea_orm_migration::async_trait::async_trait]
impl sea_orm_migration::MigrationTrait for Fails {
    async fn up(&self, manager: &sea_orm_migration::SchemaManager) -> Result<(), sea_orm::DbErr> {
        use sea_orm::ConnectionTrait;
        manager.get_connection().execute_unprepared("CREATE TABLE half (id integer)").await?;
        Err(sea_orm::DbErr::Migration("ended half-way".to_owned()))
    }
}

impl sea_orm_migration::MigratorTrait for Broken {
    fn migrations() -> Vec<Box<dyn sea_orm_migration::MigrationTrait>> {
        vec![Box::new(Fails)]
    }

    fn migration_table_name() -> sea_orm_migration::prelude::DynIden {
        sea_orm_migration::prelude::IntoIden::into_iden("migrations_broken")
    }
}

#[actix_web::test]
async fn p28_a_change_of_the_schema_that_ends_half_way_leaves_it_as_it_was() {
    let (_folder, db) = fresh().await;
    let manager = sea_orm_migration::SchemaManager::new(db.state_writer());
    for _ in 0..2 {
        let fault = migrate::up::<Broken>(db.state_writer()).await.unwrap_err();
        // Not that its table is there already.
        assert!(format!("{fault:?}").contains("ended half-way"), "{fault:?}");
        assert!(!manager.has_table("half").await.unwrap());
    }
    migrate::state(db.state_writer()).await.unwrap();
}

#[actix_web::test]
async fn f13_what_is_acknowledged_after_a_full_disk_is_there() {
    use entity::setting;
    use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};
    let (_folder, db) = fresh().await;
    let write = async |name: String, size: usize| {
        let row = move |tx: &Tx| setting::ActiveModel {
            name: Set(name.clone()),
            value: Set("x".repeat(size)),
            changed_at: Set(tx.now()),
        };
        let work = async move |tx: Tx| Ok(setting::Entity::insert(row(&tx)).exec(&tx).await.map(drop)?);
        db.transact(work).await
    };
    for n in 0..3 {
        db.state_writer().execute_unprepared("PRAGMA max_page_count = 1").await.unwrap();
        let full = write(format!("large {n}"), 1 << 20).await.unwrap_err();
        assert!(format!("{full:?}").contains("full"), "the first fault is the one that is told: {full:?}");
    }
    db.state_writer().execute_unprepared("PRAGMA max_page_count = 1000000").await.unwrap();
    write("small".to_owned(), 1).await.unwrap();
    // Another connection sees only what was committed.
    let there: Vec<_> = setting::Entity::find().all(db.read()).await.unwrap();
    let names: Vec<_> = there.iter().map(|row| row.name.as_str()).collect();
    assert!(names.contains(&"small") && !names.iter().any(|name| name.starts_with("large")), "{names:?}");
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
