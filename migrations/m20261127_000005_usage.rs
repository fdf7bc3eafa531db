//! Calls added up by the hour, in two tables: what was counted (who, what, how it ended), written once, and
//! small rows of sums, which are all that a later call changes. With many keys that is a tenth of the pages.
//! The table before them, `usage_hourly`, stays for the binary before this one; nothing reads it any more.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, text_null, uuid, uuid_null};
use sea_orm_migration::sea_orm::DbBackend;

use super::shape::{index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

const SERIES: &str = "usage_series";
const SUMS: &str = "usage_sums";
const WHO: [&str; 11] = [
    "team_id",
    "app_id",
    "key_id",
    "user_id",
    "subscription_id",
    "api_id",
    "version_id",
    "provider_id",
    "model",
    "state",
    "code",
];
const COUNTS: [&str; 6] = ["calls", "unpriced", "input_tokens", "output_tokens", "cost_nanos", "total_us"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let [team, app, key, user, subscription, api, version, provider, model, state, code] = WHO;
        let ids = [team, app, key, user, subscription, api, version, provider].map(uuid_null);
        let [a, b, c, d, e, f, g, h] = ids;
        let words = (text(model), text(state), text_null(code));
        let columns = [uuid("id"), a, b, c, d, e, f, g, h, words.0, words.1, words.2];
        manager.create_table(table(SERIES, &["id"], columns)).await?;
        for column in [user, team, version, subscription, provider] {
            manager.create_index(index(SERIES, &[column])).await?;
        }
        let [calls, unpriced, input, output, cost, micros] = COUNTS.map(big_integer);
        let columns = [big_integer("hour"), uuid("series_id"), calls, unpriced, input, output, cost, micros];
        let mut sums = table(SUMS, &["hour", "series_id"], columns);
        if manager.get_database_backend() == DbBackend::Sqlite {
            // The row lies in its key's tree: an upsert touches one page.
            sums.extra("WITHOUT ROWID");
        }
        manager.create_table(sums).await?;
        manager.create_index(index(SUMS, &["series_id", "hour"])).await?;
        // Each old row becomes a series of its own; pages add series up anyway.
        copy(manager, SERIES, WHO.iter().map(|name| (*name, *name)).chain([("id", "id")])).await?;
        let keys = [("hour", "hour"), ("series_id", "id")];
        copy(manager, SUMS, COUNTS.iter().map(|name| (*name, *name)).chain(keys)).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.drop_table(Table::drop().table(SUMS).to_owned()).await?;
        manager.drop_table(Table::drop().table(SERIES).to_owned()).await
    }
}

/// Copies columns of `usage_hourly`: (new name, old name).
async fn copy(
    manager: &SchemaManager<'_>,
    to: &'static str,
    columns: impl Iterator<Item = (&'static str, &'static str)>,
) -> Result<(), DbErr> {
    let (new, old): (Vec<_>, Vec<_>) = columns.unzip();
    let rows = Query::select().columns(old).from("usage_hourly").to_owned();
    let mut insert = Query::insert();
    insert
        .into_table(to)
        .columns(new)
        .select_from(rows)
        .map_err(|cause| DbErr::Migration(cause.to_string()))?;
    manager.execute(insert).await
}
