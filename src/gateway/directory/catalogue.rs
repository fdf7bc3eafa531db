//! The catalogue as calls see it: one immutable snapshot. Rows that do not fit together are left
//! out and named in the log; they never stop the rest.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::base::ids::{ApiId, CredentialId, ModelId, PlanId, ProviderId, TargetId, TeamId, VersionId};
use crate::base::limit::LimitKind;
use crate::base::{Result, Secret, Timestamp};
use crate::domain::gate::{
    CatalogueRows, Switch, VersionState, Visibility, api_version, credential, provider,
};
use crate::ledger::prices::{Prices, Tariff};
use crate::upstream::Timers;
use crate::vendors::{self, Auth};
use crate::wire::{Format, Quirks};

#[derive(Default)]
pub struct Catalogue {
    pub seq: i64,
    pub is_read: bool,
    apis: HashMap<ApiId, Arc<Api>>,
    slugs: HashMap<String, ApiId>,
    versions: HashMap<VersionId, Arc<Version>>,
    plans: HashMap<PlanId, Arc<Plan>>,
    providers: HashMap<ProviderId, Arc<Provider>>,
}

pub struct Api {
    pub id: ApiId,
    pub slug: String,
    pub name: String,
    /// `None`: everyone.
    pub teams: Option<HashSet<TeamId>>,
    pub owner_team: TeamId,
    /// What that team is called; absent where it is one person's: their name is nobody's to tell.
    pub owner: Option<String>,
    /// Oldest first, drafts left out.
    pub versions: Vec<Arc<Version>>,
}

pub struct Version {
    pub row: api_version::Model,
    /// Public names in the order they are shown.
    pub names: Vec<String>,
    pub models: HashMap<String, Arc<Model>>,
}

pub struct Plan {
    pub id: PlanId,
    pub name: String,
    /// `None`: all of the version's.
    pub models: Option<HashSet<String>>,
    pub limits: Vec<(LimitKind, i64)>,
}

pub struct Model {
    pub id: ModelId,
    pub name: String,
    pub kind: String,
    pub reasoning: bool,
    pub context_window: Option<u32>,
    pub max_output: Option<u32>,
    pub is_on: bool,
    pub created: Timestamp,
    /// Lowest position first.
    pub targets: Vec<Arc<Target>>,
}

pub struct Target {
    pub id: TargetId,
    pub provider: Arc<Provider>,
    pub vendor_model: String,
    pub position: i32,
    pub weight: u32,
    pub is_on: bool,
    pub stream_timers: Timers,
    pub whole_timers: Timers,
    /// Oldest first.
    pub prices: Vec<(Timestamp, Tariff)>,
}

pub struct Provider {
    pub id: ProviderId,
    pub name: String,
    pub is_demo: bool,
    /// The id of the preset it was made from.
    pub preset: String,
    pub format: Format,
    pub base_url: String,
    pub auth: Auth,
    pub quirks: Quirks,
    pub is_on: bool,
    pub credentials: Vec<Credential>,
}

pub struct Credential {
    pub id: CredentialId,
    pub secret: Secret,
    pub weight: u32,
    sealed: String,
}

impl Catalogue {
    /// Puts the rows together. `unseal` opens a credential; one that does not open is left out.
    pub fn build(
        rows: CatalogueRows,
        seq: i64,
        unseal: impl Fn(&provider::Model, &credential::Model) -> Result<Secret>,
    ) -> Self {
        let providers = providers(&rows, unseal);
        let models = models(&rows, &providers);
        let versions = versions(&rows, &models);
        let plans = plans(&rows);
        let mut catalogue = Self {
            seq,
            is_read: true,
            versions,
            plans,
            providers,
            apis: HashMap::new(),
            slugs: HashMap::new(),
        };
        for row in rows.apis {
            let teams = rows.api_teams.iter().filter(|team| team.api_id == row.id).map(|team| team.team_id);
            let teams = (row.visibility == Visibility::Teams).then(|| teams.collect());
            let mut versions: Vec<_> =
                catalogue.versions.values().filter(|version| version.row.api_id == row.id).cloned().collect();
            versions.retain(|version| version.row.state != VersionState::Draft);
            versions.sort_by_key(|version| version.row.created_at);
            let owner_team = row.owner_team_id;
            let owner = rows.owners.iter().find(|team| team.id == owner_team && team.personal_of.is_none());
            let owner = owner.map(|team| team.name.clone());
            let api = Api { id: row.id, slug: row.slug, name: row.name, teams, owner_team, owner, versions };
            catalogue.slugs.insert(api.slug.clone(), api.id);
            catalogue.apis.insert(api.id, Arc::new(api));
        }
        catalogue
    }

    pub fn api(&self, id: ApiId) -> Option<&Arc<Api>> {
        self.apis.get(&id)
    }

    pub fn api_called(&self, slug: &str) -> Option<&Arc<Api>> {
        self.slugs.get(slug).and_then(|id| self.apis.get(id))
    }

    pub fn apis(&self) -> impl Iterator<Item = &Arc<Api>> {
        self.apis.values()
    }

    pub fn version(&self, id: VersionId) -> Option<&Arc<Version>> {
        self.versions.get(&id)
    }

    pub fn plan(&self, id: PlanId) -> Option<&Arc<Plan>> {
        self.plans.get(&id)
    }

    pub fn provider(&self, id: ProviderId) -> Option<&Arc<Provider>> {
        self.providers.get(&id)
    }

    /// Credentials that are new or were typed again since `before`.
    pub fn changed_credentials(&self, before: &Self) -> Vec<CredentialId> {
        let old: HashMap<_, _> = before
            .providers
            .values()
            .flat_map(|p| &p.credentials)
            .map(|c| (c.id, c.sealed.as_str()))
            .collect();
        let all = self.providers.values().flat_map(|provider| &provider.credentials);
        all.filter(|new| old.get(&new.id) != Some(&new.sealed.as_str())).map(|new| new.id).collect()
    }
}

impl Api {
    pub fn is_visible_to(&self, team: TeamId) -> bool {
        self.owner_team == team || self.teams.as_ref().is_none_or(|teams| teams.contains(&team))
    }
}

impl Version {
    pub fn is_live(&self) -> bool {
        matches!(self.row.state, VersionState::Published | VersionState::Deprecated)
    }
}

impl Plan {
    pub fn has(&self, name: &str) -> bool {
        self.models.as_ref().is_none_or(|models| models.contains(name))
    }
}

impl Target {
    /// The price that holds now; the demo vendor is free until somebody sets one.
    pub fn price(&self, now: Timestamp) -> Option<Tariff> {
        let set = self.set_price(now).cloned();
        set.or_else(|| self.provider.is_demo.then(|| Prices::FREE.into()))
    }

    /// The price that somebody or the table set and that holds now.
    pub fn set_price(&self, now: Timestamp) -> Option<&Tariff> {
        self.prices.iter().rev().find(|(from, _)| *from <= now).map(|(_, tariff)| tariff)
    }

    pub fn timers(&self, stream: bool) -> Timers {
        if stream { self.stream_timers } else { self.whole_timers }
    }
}

fn providers(
    rows: &CatalogueRows,
    unseal: impl Fn(&provider::Model, &credential::Model) -> Result<Secret>,
) -> HashMap<ProviderId, Arc<Provider>> {
    let build = |row: &provider::Model| {
        let Some(format) = Format::parse(&row.format) else {
            tracing::warn!(provider = %row.id, format = row.format, "left out: its format is unknown");
            return None;
        };
        let preset = vendors::preset(&row.preset);
        let mine = rows.credentials.iter().filter(|c| c.provider_id == row.id && c.state == Switch::On);
        let credentials = mine.filter_map(|c| match unseal(row, c) {
            Ok(secret) => Some(Credential {
                id: c.id,
                secret,
                weight: u32::try_from(c.weight).unwrap_or(0),
                sealed: c.sealed.clone(),
            }),
            Err(cause) => {
                tracing::warn!(credential = %c.id, %cause, "left out: its secret does not open");
                None
            }
        });
        Some((
            row.id,
            Arc::new(Provider {
                id: row.id,
                name: row.name.clone(),
                is_demo: preset.is_some_and(vendors::Preset::is_demo),
                preset: row.preset.clone(),
                format,
                base_url: row.base_url.clone(),
                auth: preset.map_or_else(|| default_auth(format), |preset| preset.auth),
                quirks: Quirks::of(row.quirks.split(',').map(str::trim)),
                is_on: row.state == Switch::On,
                credentials: credentials.collect(),
            }),
        ))
    };
    rows.providers.iter().filter_map(build).collect()
}

fn default_auth(format: Format) -> Auth {
    let like = vendors::presets().iter().find(|preset| preset.format == format && preset.auth != Auth::None);
    like.map(|preset| preset.auth).unwrap_or_default()
}

fn models(
    rows: &CatalogueRows,
    providers: &HashMap<ProviderId, Arc<Provider>>,
) -> HashMap<ModelId, Arc<Model>> {
    let build = |row: &crate::domain::gate::model::Model| {
        let mine = rows.targets.iter().filter(|target| target.model_id == row.id);
        let mut targets: Vec<_> = mine
            .filter_map(|target| {
                Some(Arc::new(build_target(rows, target, row.reasoning, providers.get(&target.provider_id)?)))
            })
            .collect();
        targets.sort_by_key(|target| target.position);
        let count = |tokens: Option<i64>| tokens.and_then(|tokens| u32::try_from(tokens).ok());
        let model = Model {
            id: row.id,
            name: row.name.clone(),
            kind: row.kind.clone(),
            reasoning: row.reasoning,
            context_window: count(row.context_window),
            max_output: count(row.max_output),
            is_on: row.state == Switch::On,
            created: row.created_at,
            targets,
        };
        (row.id, Arc::new(model))
    };
    rows.models.iter().map(build).collect()
}

fn build_target(
    rows: &CatalogueRows,
    row: &crate::domain::gate::target::Model,
    reasoning: bool,
    provider: &Arc<Provider>,
) -> Target {
    let mine =
        rows.prices.iter().filter(|p| p.provider_id == row.provider_id && p.vendor_model == row.vendor_model);
    let mut prices: Vec<_> = mine
        .map(|p| {
            // Who typed a price of their own meant it for every call.
            let known = match p.source.as_str() {
                "table" => vendors::prices::find(&provider.preset, &row.vendor_model),
                _ => None,
            };
            let price = Prices {
                input: p.input,
                cached_read: p.cached_read,
                cache_write: p.cache_write,
                cache_write_1h: known.as_ref().and_then(|known| known.rates(0).cache_write_1h),
                output: p.output,
                reasoning: p.reasoning,
            };
            (p.effective_at, Tariff::new(price, known.as_ref().map(tiers).unwrap_or_default()))
        })
        .collect();
    prices.sort_by_key(|(from, _)| *from);
    let set = |timers: Timers| {
        let ms = |own: Option<i64>| own.and_then(|ms| u64::try_from(ms).ok()).map(Duration::from_millis);
        Timers {
            connect: ms(row.connect_ms).unwrap_or(timers.connect),
            first_byte: ms(row.first_byte_ms).or(timers.first_byte),
            idle: ms(row.idle_ms).or(timers.idle),
            total: ms(row.total_ms).or(timers.total),
        }
    };
    Target {
        id: row.id,
        provider: Arc::clone(provider),
        vendor_model: row.vendor_model.clone(),
        position: row.position,
        weight: u32::try_from(row.weight).unwrap_or(0),
        is_on: row.state == Switch::On,
        // A stream may last: only silence ends it.
        stream_timers: Timers {
            total: None,
            ..set(if reasoning { Timers::reasoning_stream() } else { Timers::stream() })
        },
        whole_timers: set(Timers::whole()),
        prices,
    }
}

/// What longer prompts cost by the embedded table.
fn tiers(known: &vendors::prices::PriceRow) -> Vec<(u64, Prices)> {
    let longer = known.tiers.iter().filter(|tier| tier.above > 0);
    let prices = |rates: &vendors::prices::Rates| Prices {
        input: rates.input,
        cached_read: rates.cached_read,
        cache_write: rates.cache_write,
        cache_write_1h: rates.cache_write_1h,
        output: rates.output,
        reasoning: None,
    };
    longer.map(|tier| (tier.above, prices(&tier.rates))).collect()
}

fn versions(rows: &CatalogueRows, models: &HashMap<ModelId, Arc<Model>>) -> HashMap<VersionId, Arc<Version>> {
    let build = |row: &api_version::Model| {
        let (mut names, mut found) = (Vec::new(), HashMap::new());
        for link in rows.version_models.iter().filter(|link| link.version_id == row.id) {
            if let Some(model) = models.get(&link.model_id) {
                names.push(link.public_name.clone());
                found.insert(link.public_name.clone(), Arc::clone(model));
            }
        }
        (row.id, Arc::new(Version { row: row.clone(), names, models: found }))
    };
    rows.versions.iter().map(build).collect()
}

fn plans(rows: &CatalogueRows) -> HashMap<PlanId, Arc<Plan>> {
    let build = |row: &crate::domain::gate::plan::Model| {
        let names = rows
            .plan_models
            .iter()
            .filter(|link| link.plan_id == row.id)
            .map(|link| link.public_name.clone());
        let models: HashSet<String> = names.collect();
        let mine = rows.plan_limits.iter().filter(|limit| limit.scope_id == row.id.0);
        let plan = Plan {
            id: row.id,
            name: row.name.clone(),
            models: (!models.is_empty()).then_some(models),
            limits: mine.map(|limit| (limit.kind, limit.amount)).collect(),
        };
        (row.id, Arc::new(plan))
    };
    rows.plans.iter().map(build).collect()
}
