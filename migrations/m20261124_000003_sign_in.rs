//! What slows down guessing of passwords, and who asks for a new one.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, uuid};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let throttles = Table::create()
            .table("throttles")
            .col(text("subject").primary_key())
            .col(big_integer("full_at"))
            .to_owned();
        manager.create_table(throttles).await?;
        let requests = Table::create()
            .table("reset_requests")
            .col(uuid("user_id").primary_key())
            .col(big_integer("at"))
            .to_owned();
        manager.create_table(requests).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table("throttles").to_owned()).await?;
        manager.drop_table(Table::drop().table("reset_requests").to_owned()).await
    }
}
