//! The tables of the state database.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, integer, text, text_null, uuid, uuid_null,
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
        for (table, columns) in UNIQUE {
            manager.create_index(index(table, columns).unique().to_owned()).await?;
        }
        for (table, columns) in INDEXED {
            manager.create_index(index(table, columns)).await?;
        }
        Ok(())
    }

    async fn down(&self, _: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration("the first migration holds all data and is not undone".to_owned()))
    }
}

const UNIQUE: &[(&str, &[&str])] = &[
    ("users", &["email"]),
    ("sessions", &["digest"]),
    ("tokens", &["digest"]),
    ("providers", &["name"]),
    ("models", &["name"]),
    ("apis", &["slug"]),
    ("subscriptions", &["live"]),
    ("key_secrets", &["digest"]),
    ("admin_tokens", &["digest"]),
    ("api_versions", &["api_id", "name"]),
    ("plans", &["api_id", "name"]),
];

const INDEXED: &[(&str, &[&str])] = &[
    ("sessions", &["user_id"]),
    ("tokens", &["user_id"]),
    ("teams", &["personal_of"]),
    ("team_members", &["user_id"]),
    ("credentials", &["provider_id"]),
    ("targets", &["model_id"]),
    ("targets", &["provider_id"]),
    ("prices", &["provider_id", "vendor_model"]),
    ("apis", &["owner_team_id"]),
    ("api_teams", &["team_id"]),
    ("api_version_models", &["model_id"]),
    ("limits", &["scope_kind", "scope_id"]),
    ("applications", &["team_id"]),
    ("subscriptions", &["app_id", "position"]),
    ("subscriptions", &["api_id", "state"]),
    ("subscriptions", &["state", "requested_at"]),
    ("subscriptions", &["team_id", "requested_at"]),
    ("subscriptions", &["version_id"]),
    ("subscriptions", &["plan_id"]),
    ("subscription_events", &["subscription_id", "at"]),
    ("keys", &["app_id"]),
    ("keys", &["owner_id"]),
    ("keys", &["team_id"]),
    ("keys", &["prefix"]),
    ("key_secrets", &["key_id"]),
    ("key_secrets", &["prefix"]),
    ("admin_tokens", &["user_id"]),
    ("changes", &["at"]),
    ("audit_events", &["subject_id"]),
    ("audit_events", &["at"]),
];

/// A counter that the database makes: only where order of commit matters.
fn sequence(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().auto_increment().primary_key().to_owned()
}

fn bytes(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).blob().not_null().to_owned()
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "users",
            &["id"],
            [
                uuid("id"),
                text("kind"),
                text("email"),
                text("name"),
                text("role"),
                text("state"),
                text_null("password_hash"),
                big_integer("epoch"),
                text("theme"),
                big_integer("created_at"),
                big_integer_null("last_seen_at"),
                big_integer("state_at"),
            ],
        ),
        table(
            "sessions",
            &["id"],
            [
                uuid("id"),
                bytes("digest"),
                uuid("user_id"),
                big_integer("epoch"),
                text("csrf"),
                big_integer("created_at"),
                big_integer("last_seen_at"),
                big_integer("expires_at"),
                text("ip"),
                text("agent"),
            ],
        ),
        table(
            "tokens",
            &["id"],
            [
                uuid("id"),
                bytes("digest"),
                text("kind"),
                uuid_null("user_id"),
                text_null("email"),
                text_null("role"),
                uuid_null("team_id"),
                uuid_null("created_by"),
                big_integer("created_at"),
                big_integer("expires_at"),
                big_integer_null("used_at"),
            ],
        ),
        table(
            "teams",
            &["id"],
            [
                uuid("id"),
                text("name"),
                text("state"),
                text_null("reason"),
                uuid_null("personal_of"),
                big_integer("created_at"),
            ],
        ),
        table(
            "team_members",
            &["team_id", "user_id"],
            [uuid("team_id"), uuid("user_id"), text("role"), big_integer("created_at")],
        ),
        table(
            "providers",
            &["id"],
            [
                uuid("id"),
                text("name"),
                text("preset"),
                text("format"),
                text("base_url"),
                text("quirks"),
                text("state"),
                big_integer("created_at"),
            ],
        ),
        table(
            "credentials",
            &["id"],
            [
                uuid("id"),
                uuid("provider_id"),
                text("name"),
                text("sealed"),
                text("destination"),
                text("last4"),
                integer("weight"),
                text("state"),
                big_integer("created_at"),
            ],
        ),
        table(
            "models",
            &["id"],
            [
                uuid("id"),
                text("name"),
                text("kind"),
                boolean("reasoning"),
                big_integer_null("context_window"),
                big_integer_null("max_output"),
                text("state"),
                big_integer("created_at"),
            ],
        ),
        table(
            "targets",
            &["id"],
            [
                uuid("id"),
                uuid("model_id"),
                uuid("provider_id"),
                text("vendor_model"),
                integer("position"),
                integer("weight"),
                big_integer_null("connect_ms"),
                big_integer_null("first_byte_ms"),
                big_integer_null("idle_ms"),
                big_integer_null("total_ms"),
                text("state"),
                big_integer("created_at"),
            ],
        ),
        table(
            "prices",
            &["id"],
            [
                uuid("id"),
                uuid("provider_id"),
                text("vendor_model"),
                big_integer_null("input"),
                big_integer_null("cached_read"),
                big_integer_null("cache_write"),
                big_integer_null("output"),
                big_integer_null("reasoning"),
                text("source"),
                big_integer("effective_at"),
            ],
        ),
        table(
            "apis",
            &["id"],
            [
                uuid("id"),
                text("slug"),
                text("name"),
                text("summary"),
                uuid("owner_team_id"),
                text("visibility"),
                text("contact"),
                big_integer("created_at"),
            ],
        ),
        table("api_teams", &["api_id", "team_id"], [uuid("api_id"), uuid("team_id")]),
        table(
            "api_versions",
            &["id"],
            [
                uuid("id"),
                uuid("api_id"),
                text("name"),
                text("state"),
                text("docs"),
                big_integer("created_at"),
                big_integer_null("published_at"),
                big_integer_null("deprecated_at"),
                big_integer_null("sunset_at"),
                big_integer_null("retired_at"),
                uuid_null("successor_id"),
                text_null("guide_url"),
            ],
        ),
        table(
            "api_version_models",
            &["version_id", "public_name"],
            [uuid("version_id"), text("public_name"), uuid("model_id"), integer("position")],
        ),
        table(
            "plans",
            &["id"],
            [
                uuid("id"),
                uuid("api_id"),
                text("name"),
                text("summary"),
                text("approval"),
                text("rule_domains"),
                uuid_null("rule_team_id"),
                text("state"),
                integer("position"),
                big_integer("created_at"),
            ],
        ),
        table("plan_models", &["plan_id", "public_name"], [uuid("plan_id"), text("public_name")]),
        table(
            "limits",
            &["id"],
            [uuid("id"), text("scope_kind"), uuid("scope_id"), text("kind"), big_integer("amount")],
        ),
        table(
            "applications",
            &["id"],
            [
                uuid("id"),
                uuid("team_id"),
                text("name"),
                text("state"),
                text_null("reason"),
                uuid("created_by"),
                big_integer("created_at"),
            ],
        ),
        table(
            "subscriptions",
            &["id"],
            [
                uuid("id"),
                uuid("team_id"),
                uuid("app_id"),
                uuid("api_id"),
                uuid("version_id"),
                uuid("plan_id"),
                integer("position"),
                text("state"),
                text_null("live"),
                text("reason"),
                text("volume"),
                uuid("requested_by"),
                big_integer("requested_at"),
                uuid_null("decided_by"),
                big_integer_null("decided_at"),
                text_null("comment"),
                big_integer_null("ends_at"),
                big_integer_null("reminded_at"),
                big_integer("state_at"),
            ],
        ),
        table(
            "subscription_events",
            &["id"],
            [
                uuid("id"),
                uuid("subscription_id"),
                big_integer("at"),
                uuid_null("actor_id"),
                text("actor_label"),
                text("what"),
                text("state"),
                text_null("comment"),
            ],
        ),
        table(
            "keys",
            &["id"],
            [
                uuid("id"),
                uuid("team_id"),
                uuid("app_id"),
                uuid("owner_id"),
                text("name"),
                text("state"),
                text_null("reason"),
                text("scopes"),
                text_null("api_ids"),
                text("ip_list"),
                big_integer_null("expires_at"),
                text("prefix"),
                text("last4"),
                uuid("created_by"),
                big_integer("created_at"),
                big_integer("state_at"),
                big_integer_null("last_used_at"),
                text_null("last_used_ip"),
            ],
        ),
        table(
            "key_secrets",
            &["id"],
            [
                uuid("id"),
                uuid("key_id"),
                bytes("digest"),
                text("prefix"),
                text("last4"),
                big_integer("created_at"),
                big_integer_null("ends_at"),
            ],
        ),
        table(
            "admin_tokens",
            &["id"],
            [
                uuid("id"),
                bytes("digest"),
                text("name"),
                uuid("user_id"),
                text("scopes"),
                text("prefix"),
                text("last4"),
                big_integer("created_at"),
                big_integer_null("expires_at"),
                big_integer_null("revoked_at"),
                big_integer_null("last_used_at"),
            ],
        ),
        table("changes", &[], [sequence("seq"), text("kind"), uuid("subject"), big_integer("at")]),
        table(
            "audit_events",
            &[],
            [
                sequence("seq"),
                big_integer("at"),
                uuid_null("actor_id"),
                text("actor_label"),
                text("act"),
                text("subject_kind"),
                uuid_null("subject_id"),
                text("related"),
                text("details"),
                text("ip"),
                text("previous"),
                text("hash"),
            ],
        ),
        table("settings", &["name"], [text("name"), text("value"), big_integer("changed_at")]),
    ]
}
