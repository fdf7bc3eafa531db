//! The tables of the calls database.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, integer_null, text, text_null, uuid, uuid_null,
};

use super::shape::{index, table};

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (table, columns) in INDEXED {
            let mut index = index(table, columns);
            if columns.contains(&"code") {
                // Most calls go well: they cost nothing here.
                index.and_where(Expr::col("code").is_not_null());
            }
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the calls are not thrown away".to_owned()))
    }
}

/// Ids sort by time, so each of these is a list in order of time. `calls` has at most four.
const INDEXED: &[(&str, &[&str])] = &[
    ("calls", &["key_id", "id"]),
    ("calls", &["user_id", "id"]),
    ("calls", &["team_id", "id"]),
    ("calls", &["code", "id"]),
    ("refusals", &["minute"]),
    ("usage_hourly", &["hour"]),
    ("usage_hourly", &["user_id", "hour"]),
    ("usage_hourly", &["team_id", "hour"]),
    ("usage_hourly", &["version_id", "hour"]),
];

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "calls",
            &["id"],
            [
                uuid("id"),
                big_integer("at"),
                text("state"),
                text_null("code"),
                integer("status"),
                text("endpoint"),
                text("model"),
                boolean("stream"),
                uuid_null("team_id"),
                uuid_null("app_id"),
                uuid_null("key_id"),
                uuid_null("secret_id"),
                uuid_null("user_id"),
                text("key_prefix"),
                text("ip"),
                text("agent"),
                text_null("client_request_id"),
                uuid_null("api_id"),
                uuid_null("version_id"),
                uuid_null("plan_id"),
                uuid_null("subscription_id"),
                big_integer_null("input_tokens"),
                big_integer_null("cached_read_tokens"),
                big_integer_null("cache_write_tokens"),
                big_integer_null("output_tokens"),
                big_integer_null("reasoning_tokens"),
                text("usage_source"),
                big_integer_null("cost_nanos"),
                big_integer_null("first_byte_us"),
                big_integer("total_us"),
                big_integer("policy_seq"),
                text("facts"),
                integer("attempts"),
                uuid_null("provider_id"),
                uuid_null("target_id"),
                uuid_null("credential_id"),
                text_null("vendor_model"),
                text_null("attempt_code"),
                integer_null("attempt_status"),
                big_integer_null("attempt_after_us"),
                big_integer_null("attempt_us"),
            ],
        ),
        table(
            "attempts",
            &["call_id", "number"],
            [
                uuid("call_id"),
                integer("number"),
                uuid("provider_id"),
                uuid("target_id"),
                uuid_null("credential_id"),
                text("vendor_model"),
                text_null("code"),
                integer("status"),
                big_integer("after_us"),
                big_integer("micros"),
            ],
        ),
        table(
            "refusals",
            &["id"],
            [uuid("id"), big_integer("minute"), text("net"), text("code"), big_integer("n")],
        ),
        table(
            "budget_spent",
            &["scope_kind", "scope_id", "period"],
            [
                text("scope_kind"),
                uuid("scope_id"),
                text("period"),
                big_integer("nanos"),
                big_integer("tokens"),
            ],
        ),
        table(
            "usage_hourly",
            &["id"],
            [
                uuid("id"),
                big_integer("hour"),
                uuid_null("team_id"),
                uuid_null("app_id"),
                uuid_null("key_id"),
                uuid_null("user_id"),
                uuid_null("subscription_id"),
                uuid_null("api_id"),
                uuid_null("version_id"),
                uuid_null("provider_id"),
                text("model"),
                text("state"),
                text_null("code"),
                big_integer("calls"),
                big_integer("unpriced"),
                big_integer("input_tokens"),
                big_integer("output_tokens"),
                big_integer("cost_nanos"),
                big_integer("total_us"),
            ],
        ),
    ]
}
