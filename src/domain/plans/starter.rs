//! From a vendor's key to a published API in one transaction: what set-up and `install --demo` do.

use super::limits::Limits;
use super::terms::{self, NewPlan};
use crate::base::ids::TeamId;
use crate::base::{Result, Secret};
use crate::domain::actor::Actor;
use crate::domain::catalogue::{self, NewApi, NewVersion, VersionModel};
use crate::domain::fields::wrong;
use crate::domain::supply::{self, NewProvider, Preset};
use crate::store::Db;
use crate::store::entity::states::{Approval, Visibility};
use crate::store::entity::{api, api_version, credential, model, plan, provider};

/// All that a first API needs.
pub struct NewStarter {
    pub provider: NewProvider,
    /// The vendor's names; empty: all that the preset lists.
    pub vendor_models: Vec<String>,
    pub api: NewApi,
    pub plan: NewPlan,
    /// Markdown.
    pub docs: String,
}

impl NewStarter {
    /// A sensible start from a preset: an API `chat` for everyone, with one plan whose requests a
    /// person decides. Change what you like before publishing it.
    ///
    /// # Errors
    /// `field_invalid` for an unknown preset.
    pub fn of_preset(preset: &str, secret: Option<Secret>, owner_team: TeamId) -> Result<Self> {
        let preset = supply::preset(preset)?;
        let name = if preset.is_demo() { "Demo" } else { preset.name.as_str() };
        Ok(Self {
            provider: NewProvider {
                preset: preset.id.clone(),
                name: name.to_owned(),
                base_url: String::new(),
                secret,
            },
            vendor_models: Vec::new(),
            api: NewApi {
                slug: "chat".to_owned(),
                name: "Chat models".to_owned(),
                summary: format!(
                    "Chat and embedding models by {name}, through one OpenAI-compatible address."
                ),
                owner_team,
                visibility: Visibility::Everyone,
                teams: Vec::new(),
                contact: String::new(),
            },
            plan: standard_plan(),
            docs: docs(preset),
        })
    }
}

/// What was made.
pub struct Starter {
    pub provider: provider::Model,
    pub credential: Option<credential::Model>,
    pub models: Vec<model::Model>,
    pub api: api::Model,
    /// Published.
    pub version: api_version::Model,
    pub plan: plan::Model,
}

/// Makes provider, credential, models with targets and prices, API, published v1 and plan, or nothing.
///
/// # Errors
/// `not_permitted`, or `field_invalid` on the field at fault.
pub async fn publish_starter(db: &Db, actor: &Actor, new: NewStarter) -> Result<Starter> {
    let (db2, actor) = (db.clone(), actor.clone());
    db.transact(async move |tx| {
        let vendor_models = match new.vendor_models.is_empty() {
            true => supply::preset(&new.provider.preset)?.models.iter().map(|m| m.id.clone()).collect(),
            false => new.vendor_models,
        };
        if vendor_models.is_empty() {
            return Err(wrong("models", "Name at least one model of this vendor."));
        }
        let (provider, credential) = supply::connect_in(&tx, &db2, &actor, new.provider).await?;
        let models = supply::offer_in(&tx, &actor, &provider, &vendor_models).await?;
        let api = catalogue::make_in(&tx, &actor, new.api).await?;
        let first = NewVersion { name: "v1".to_owned(), copy_of: None };
        let mut version = catalogue::add_version_in(&tx, &actor, &api, first).await?;
        let offered =
            |model: &model::Model| VersionModel { public_name: model.name.clone(), model: model.id };
        let offered = models.iter().map(offered).collect();
        catalogue::set_models_in(&tx, &actor, &version, offered).await?;
        version = catalogue::set_docs_in(&tx, version, &new.docs).await?;
        let plan = terms::make_in(&tx, &actor, &api, new.plan).await?;
        let version = catalogue::publish_in(&tx, &actor, &version).await?;
        Ok(Starter { provider, credential, models, api, version, plan })
    })
    .await
}

/// Makes an API with a draft v1 and, where given, its first plan: everything but publishing it.
///
/// # Errors
/// `not_permitted`, or `field_invalid` on the field at fault.
pub async fn draft_api(
    db: &Db,
    actor: &Actor,
    api: NewApi,
    models: Vec<VersionModel>,
    plan: Option<NewPlan>,
) -> Result<api::Model> {
    let actor = actor.clone();
    db.transact(async move |tx| {
        let api = catalogue::make_in(&tx, &actor, api).await?;
        let first = NewVersion { name: "v1".to_owned(), copy_of: None };
        let version = catalogue::add_version_in(&tx, &actor, &api, first).await?;
        catalogue::set_models_in(&tx, &actor, &version, models).await?;
        if let Some(plan) = plan {
            terms::make_in(&tx, &actor, &api, plan).await?;
        }
        Ok(api)
    })
    .await
}

/// The plan that a first API begins with: a person decides.
pub fn standard_plan() -> NewPlan {
    NewPlan {
        name: "Standard".to_owned(),
        summary: "For development and small services.".to_owned(),
        approval: Approval::Manual,
        rule_domains: Vec::new(),
        rule_team: None,
        models: None,
        limits: Limits {
            requests_per_minute: Some(60),
            tokens_per_minute: Some(200_000),
            concurrent_calls: Some(10),
            usd_per_month: None,
        },
    }
}

fn docs(preset: &Preset) -> String {
    let first = preset.models.first().map_or("MODEL", |model| model.id.as_str());
    format!(
        "## Start\n\nSubscribe an app to a plan, make a key, then point any OpenAI SDK at this \
         gateway's base address.\n\nA first call asks `{first}` for a chat completion. Streaming, tools and \
         JSON output work as the model behind the name supports them.\n\n## Models\n\nThe tab *Models and \
         prices* lists every public name. Names stay; which vendor answers is the gateway's business.\n"
    )
}
