//! What scripts sent with an `Idempotency-Key`, so that a repeat is not done again.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer_null, text, text_null, uuid, uuid_null};

use super::shape::{index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let repeats = table(
            "repeats",
            &["token_id", "name"],
            [
                uuid("token_id"),
                text("name"),
                ColumnDef::new("fingerprint").blob().not_null().to_owned(),
                big_integer("begun_at"),
                integer_null("status"),
                text_null("answer"),
                uuid_null("subject"),
            ],
        );
        manager.create_table(repeats).await?;
        manager.create_index(index("repeats", &["begun_at"])).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("repeats").to_owned()).await
    }
}
