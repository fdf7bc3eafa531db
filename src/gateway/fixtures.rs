//! Rows for tests: one API `assistants` with v1 and one model `fast`, a team with an application
//! that is subscribed to it, and a key. Tests change what they are about.

use crate::base::ids::{
    ApiId, AppId, KeyId, ModelId, PlanId, ProviderId, SubscriptionId, TargetId, TeamId, UserId, VersionId,
};
use crate::base::limit::LimitKind;
use crate::base::{Code, Timestamp};
use crate::domain::gate::{
    AppCard, CatalogueRows, KeyCard, KeyState, PlanState, Standing, SubscriptionState, Switch, UserCard,
    UserState, VersionState, Visibility, api, api_version, api_version_model, application, key, limit, model,
    plan, plan_model, provider, subscription, target, team,
};
use crate::store::entity::states::Approval;

use super::directory::Catalogue;

pub const NOW: Timestamp = Timestamp(1_795_000_000_000_000);

pub struct World {
    pub rows: CatalogueRows,
    pub key: KeyCard,
    pub app: AppCard,
    pub owner: UserCard,
}

impl World {
    pub fn new() -> Self {
        let (team, user) = (TeamId::fresh(), UserId::fresh());
        let app = application::Model {
            id: AppId::fresh(),
            team_id: team,
            name: "ci-bot".into(),
            state: Standing::Active,
            reason: None,
            created_by: user,
            created_at: NOW,
        };
        let key = key::Model {
            id: KeyId::fresh(),
            team_id: team,
            app_id: app.id,
            owner_id: user,
            name: "laptop".into(),
            state: KeyState::Active,
            reason: None,
            scopes: String::new(),
            api_ids: None,
            ip_list: String::new(),
            expires_at: None,
            prefix: "sk-ptc-ab12".into(),
            last4: "wxyz".into(),
            created_by: user,
            created_at: NOW,
            state_at: NOW,
            last_used_at: None,
            last_used_ip: None,
        };
        let team_row = team::Model {
            id: team,
            name: "Platform".into(),
            state: Standing::Active,
            reason: None,
            personal_of: None,
            created_at: NOW,
            removed_at: None,
        };
        let provider = provider::Model {
            id: ProviderId::fresh(),
            name: "demo".into(),
            preset: "demo".into(),
            format: "openai".into(),
            base_url: "demo://local/v1".into(),
            quirks: String::new(),
            state: Switch::On,
            created_at: NOW,
        };
        let mut world = Self {
            rows: CatalogueRows { providers: vec![provider], ..CatalogueRows::default() },
            key: KeyCard { key, secret: None, scopes: None, apis: None, networks: None, limits: Vec::new() },
            app: AppCard { app, team: team_row, team_limits: Vec::new(), subscriptions: Vec::new() },
            owner: UserCard { id: user, state: UserState::Active, state_at: NOW, teams: vec![team] },
        };
        world.api("assistants");
        world.version("assistants", "v1", &["fast"]);
        world.plan("assistants", "gold", &[]);
        world.subscribe("assistants", "v1", "gold", SubscriptionState::Approved);
        world
    }

    pub fn catalogue(&self) -> Catalogue {
        let rows = CatalogueRows {
            apis: self.rows.apis.clone(),
            api_teams: self.rows.api_teams.clone(),
            owners: self.rows.owners.clone(),
            versions: self.rows.versions.clone(),
            version_models: self.rows.version_models.clone(),
            plans: self.rows.plans.clone(),
            plan_models: self.rows.plan_models.clone(),
            plan_limits: self.rows.plan_limits.clone(),
            models: self.rows.models.clone(),
            targets: self.rows.targets.clone(),
            providers: self.rows.providers.clone(),
            credentials: self.rows.credentials.clone(),
            prices: self.rows.prices.clone(),
        };
        Catalogue::build(rows, 1, |_, _| Err(Code::VendorCredential.into()))
    }

    pub fn api(&mut self, slug: &str) -> ApiId {
        let id = ApiId::fresh();
        self.rows.apis.push(api::Model {
            id,
            slug: slug.into(),
            name: slug.into(),
            summary: String::new(),
            owner_team_id: TeamId::fresh(),
            visibility: Visibility::Everyone,
            contact: String::new(),
            created_at: NOW,
        });
        id
    }

    fn api_id(&self, slug: &str) -> ApiId {
        self.rows.apis.iter().find(|api| api.slug == slug).unwrap().id
    }

    pub fn version(&mut self, api: &str, name: &str, models: &[&str]) -> VersionId {
        let id = VersionId::fresh();
        self.rows.versions.push(api_version::Model {
            id,
            api_id: self.api_id(api),
            name: name.into(),
            state: VersionState::Published,
            docs: String::new(),
            created_at: NOW.plus(self.rows.versions.len() as i64),
            published_at: Some(NOW),
            deprecated_at: None,
            sunset_at: None,
            retired_at: None,
            successor_id: None,
            guide_url: None,
        });
        for (position, model) in models.iter().enumerate() {
            let model_id = self.model(model);
            self.rows.version_models.push(api_version_model::Model {
                version_id: id,
                public_name: (*model).into(),
                model_id,
                position: position as i32,
            });
        }
        id
    }

    pub fn version_row(&mut self, api: &str, name: &str) -> &mut api_version::Model {
        let id = self.api_id(api);
        self.rows.versions.iter_mut().find(|row| row.api_id == id && row.name == name).unwrap()
    }

    pub fn model(&mut self, name: &str) -> ModelId {
        if let Some(known) = self.rows.models.iter().find(|model| model.name == name) {
            return known.id;
        }
        let id = ModelId::fresh();
        self.rows.models.push(model::Model {
            id,
            name: name.into(),
            kind: "chat".into(),
            reasoning: false,
            context_window: Some(8_000),
            max_output: Some(1_000),
            state: Switch::On,
            created_at: NOW,
        });
        id
    }

    pub fn target(&mut self, model: &str, vendor_model: &str, position: i32, weight: i32) -> &mut Self {
        let model_id = self.model(model);
        self.rows.targets.push(target::Model {
            id: TargetId::fresh(),
            model_id,
            provider_id: self.rows.providers[0].id,
            vendor_model: vendor_model.into(),
            position,
            weight,
            connect_ms: None,
            first_byte_ms: None,
            idle_ms: None,
            total_ms: None,
            state: Switch::On,
            created_at: NOW,
        });
        self
    }

    pub fn plan(&mut self, api: &str, name: &str, models: &[&str]) -> PlanId {
        let id = PlanId::fresh();
        self.rows.plans.push(plan::Model {
            id,
            api_id: self.api_id(api),
            name: name.into(),
            summary: String::new(),
            approval: Approval::Auto,
            rule_domains: String::new(),
            rule_team_id: None,
            state: PlanState::Open,
            position: 0,
            created_at: NOW,
        });
        let links =
            models.iter().map(|model| plan_model::Model { plan_id: id, public_name: (*model).into() });
        self.rows.plan_models.extend(links);
        id
    }

    pub fn plan_limit(&mut self, plan: PlanId, kind: LimitKind, amount: i64) {
        self.rows.plan_limits.push(limit::Model {
            id: crate::base::ids::LimitId::fresh(),
            scope_kind: crate::base::limit::LimitScope::Plan,
            scope_id: plan.0,
            kind,
            amount,
        });
    }

    /// Adds a subscription at the end of the application's list.
    pub fn subscribe(
        &mut self,
        api: &str,
        version: &str,
        plan: &str,
        state: SubscriptionState,
    ) -> &mut subscription::Model {
        let api_id = self.api_id(api);
        let version_id = self.version_row(api, version).id;
        let plan_id = self.rows.plans.iter().find(|row| row.api_id == api_id && row.name == plan).unwrap().id;
        self.app.subscriptions.push(subscription::Model {
            id: SubscriptionId::fresh(),
            team_id: self.app.team.id,
            app_id: self.app.app.id,
            api_id,
            version_id,
            plan_id,
            position: self.app.subscriptions.len() as i32,
            state,
            live: None,
            reason: String::new(),
            volume: String::new(),
            requested_by: self.owner.id,
            requested_at: NOW,
            decided_by: None,
            decided_at: None,
            comment: None,
            ends_at: None,
            reminded_at: None,
            state_at: NOW,
        });
        self.app.subscriptions.last_mut().unwrap()
    }
}
