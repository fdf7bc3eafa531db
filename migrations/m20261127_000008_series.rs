//! Series are found by their API and by their key: lists of both show what their calls came to.

use sea_orm_migration::prelude::*;

use super::shape::index;

#[derive(DeriveMigrationName)]
pub struct Migration;

const SERIES: &str = "usage_series";

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["api_id", "key_id"] {
            manager.create_index(index(SERIES, &[column])).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for column in ["api_id", "key_id"] {
            let name = format!("ix_{SERIES}_{column}");
            manager.drop_index(Index::drop().name(name).table(SERIES).to_owned()).await?;
        }
        Ok(())
    }
}
