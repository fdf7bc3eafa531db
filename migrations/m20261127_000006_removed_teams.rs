//! When a shared team was removed. Its row stays: calls, audit rows and ended subscriptions name it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::big_integer_null;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let teams = Table::alter().table("teams").add_column(big_integer_null("removed_at")).to_owned();
        manager.alter_table(teams).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.alter_table(Table::alter().table("teams").drop_column("removed_at").to_owned()).await
    }
}
