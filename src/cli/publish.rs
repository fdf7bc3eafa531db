//! `portico demo-data publish`: a published API on vendors of one's own, from a JSON file. The rigs that
//! measure and test Portico stand on it. Every limit of its plans is on, and wide.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::demo_data::first_admin;
use super::{open, say};
use crate::base::ids::{ApiId, ModelId, PlanId, ProviderId, VersionId};
use crate::base::{Code, Nanos, OrCode, Result, Secret};
use crate::config::Config;
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, NewApi, NewVersion, VersionModel};
use crate::domain::plans::{self, Limits, NewPlan};
use crate::domain::supply::{self, ModelKind, NewModel, NewPrice, NewProvider, NewTarget, Timers};
use crate::store::Db;
use crate::store::entity::states::{Approval, Visibility};

const WIDE: i64 = 1_000_000_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    slug: String,
    providers: BTreeMap<String, Vendor>,
    models: Vec<Model>,
    plans: Vec<Plan>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vendor {
    preset: String,
    base_url: String,
    secret: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Model {
    name: String,
    kind: ModelKind,
    /// A name of `providers`.
    provider: String,
    vendor_model: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Plan {
    name: String,
    approval: Approval,
    /// None: all of the version.
    models: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Made {
    api: ApiId,
    version: VersionId,
    plans: BTreeMap<String, PlanId>,
}

pub async fn run(config: &Config, file: &Path) -> Result<()> {
    let text = fs::read_to_string(file).or_code(Code::NotFound)?;
    let wanted: Wanted =
        serde_json::from_str(&text).map_err(|fault| Code::FieldInvalid.saying(fault.to_string()))?;
    let db = open(config).await?;
    let admin = first_admin(&db).await?;
    let made = publish(&db, &admin, wanted).await?;
    say(serde_json::to_string(&made).or_code(Code::Internal)?)
}

async fn publish(db: &Db, admin: &Actor, wanted: Wanted) -> Result<Made> {
    let mut providers = BTreeMap::new();
    for (name, vendor) in wanted.providers {
        let Vendor { preset, base_url, secret } = vendor;
        let new = NewProvider { preset, name: name.clone(), base_url, secret: secret.map(Secret::new) };
        providers.insert(name, supply::connect(db, admin, new).await?.id);
    }
    let mut offered = Vec::new();
    for model in wanted.models {
        let provider = *providers.get(&model.provider).ok_or_else(|| Code::NotFound.with(&model.provider))?;
        let public_name = model.name.clone();
        offered.push(VersionModel { public_name, model: add(db, admin, model, provider).await? });
    }
    let owner_team = admin.team_ids().first().copied().ok_or(Code::Internal)?;
    let new = NewApi {
        slug: wanted.slug.clone(),
        name: wanted.slug,
        summary: "For rigs.".to_owned(),
        owner_team,
        visibility: Visibility::Everyone,
        teams: Vec::new(),
        contact: String::new(),
    };
    let api = catalogue::make_api(db, admin, new).await?.id;
    let first = NewVersion { name: "v1".to_owned(), copy_of: None };
    let version = catalogue::add_version(db, admin, api, first).await?.id;
    catalogue::set_models(db, admin, version, offered).await?;
    catalogue::change_docs(db, admin, version, "Made by a rig.".to_owned()).await?;
    let mut made = BTreeMap::new();
    for plan in wanted.plans {
        let name = plan.name.clone();
        made.insert(name, plans::make_plan(db, admin, api, terms(plan)).await?.id);
    }
    catalogue::publish(db, admin, version).await?;
    Ok(Made { api, version, plans: made })
}

/// A model with one target, at a price of $0.15 and $0.60 for a million tokens.
async fn add(db: &Db, admin: &Actor, model: Model, provider: ProviderId) -> Result<ModelId> {
    let Model { name, kind, vendor_model, .. } = model;
    let (context_window, max_output) = (Some(2_000_000), Some(4_096));
    let new = NewModel { name, kind, reasoning: false, context_window, max_output };
    let id = supply::add_model(db, admin, new).await?.id;
    let timers = Timers::default();
    let target =
        NewTarget { provider, vendor_model: vendor_model.clone(), position: None, weight: 1, timers };
    supply::add_target(db, admin, id, target).await?;
    let (input, output) = (Some(Nanos(150_000_000)), Some(Nanos(600_000_000)));
    let price = NewPrice {
        provider,
        vendor_model,
        input,
        cached_read: input,
        cache_write: input,
        output,
        reasoning: output,
        effective_at: None,
    };
    supply::set_price(db, admin, price).await?;
    Ok(id)
}

fn terms(plan: Plan) -> NewPlan {
    NewPlan {
        name: plan.name,
        summary: String::new(),
        approval: plan.approval,
        rule_domains: Vec::new(),
        rule_team: None,
        models: plan.models,
        limits: Limits {
            requests_per_minute: Some(WIDE),
            tokens_per_minute: Some(WIDE),
            concurrent_calls: Some(1_000_000),
            usd_per_month: Some(Nanos::from_usd(1_000_000)),
        },
    }
}
