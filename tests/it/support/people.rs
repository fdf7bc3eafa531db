//! Ready-made people and things: an admin, a developer with an approved subscription and a key.

use portico::base::ids::{AppId, KeyId, LimitId, TeamId};
use portico::base::limit::{Limit, LimitKind, LimitScope};
use portico::base::{Nanos, Secret};
use portico::domain::actor::{Actor, Via};
use portico::domain::changes::{self, Change};
use portico::domain::keys::{self, NewKey};
use portico::domain::people::admin_tokens::{self, NewToken, Reach};
use portico::domain::people::{Email, Peer, sessions, setup, users};
use portico::domain::plans::{self, NewStarter, PlanChange, Starter};
use portico::domain::subscriptions::{self, NewRequest};
use portico::domain::supply::{self, NewPrice, NewProvider, NewTarget};
use portico::store::entity::states::{Approval, Role};
use portico::store::entity::{key, limit, subscription, target, user};
use sea_orm::{ActiveValue::Set, EntityTrait};

use super::{Browser, World};

/// Somebody with an account, signed in.
pub struct Person {
    pub user: user::Model,
    pub actor: Actor,
    pub browser: Browser,
}

impl Person {
    /// The team everyone has from the start.
    pub fn team(&self) -> TeamId {
        self.actor.team_ids()[0]
    }
}

/// A developer whose key works.
pub struct Developer {
    pub person: Person,
    pub app: AppId,
    pub subscription: subscription::Model,
    pub key: key::Model,
    /// The key itself.
    pub secret: String,
}

impl World {
    /// The first admin, with whom set-up is done.
    pub async fn admin(&self) -> Person {
        let admin = self.somebody("admin", Role::Admin).await;
        setup::finish_if_admin(&self.db, &Actor::system("test")).await.unwrap();
        admin
    }

    /// A member called `name`, with the address `name@example.com`.
    pub async fn person(&self, name: &str) -> Person {
        self.somebody(name, Role::Member).await
    }

    pub async fn somebody(&self, name: &str, role: Role) -> Person {
        let email = Email::parse(&format!("{name}@example.com")).unwrap();
        let new = users::NewUser { email, name: name.to_owned(), role, password: None };
        let user = users::create(&self.db, &Actor::system("test"), new).await.unwrap();
        let peer = Peer { ip: "127.0.0.1".to_owned(), agent: "tests".to_owned(), device: None };
        let started = sessions::start(&self.db, user.id, &peer).await.unwrap();
        let browser = self.visitor();
        browser.set_cookie("portico", started.cookie.expose());
        let via = Via::Session(started.session.id);
        let actor = sessions::actor(&self.db, &user, via, "127.0.0.1").await.unwrap();
        Person { user, actor, browser }
    }

    /// A new session in the same browser.
    pub async fn sign_in_again(&self, person: &Person) {
        let peer = Peer { ip: "127.0.0.1".to_owned(), agent: "tests".to_owned(), device: None };
        let started = sessions::start(&self.db, person.user.id, &peer).await.unwrap();
        person.browser.set_cookie("portico", started.cookie.expose());
    }

    /// A management token that acts as this person and may write.
    pub async fn token(&self, person: &Person) -> String {
        let new =
            NewToken { name: "tests".to_owned(), user: None, reach: Reach::ReadAndWrite, expires_at: None };
        let made = admin_tokens::create(&self.db, &person.actor, new).await.unwrap();
        made.secret.expose().to_owned()
    }

    /// An API `chat` with the built-in vendor's models and a plan that approves at once.
    pub async fn demo_api(&self, admin: &Person) -> Starter {
        let mut new = NewStarter::of_preset("demo", None, admin.team()).unwrap();
        new.plan.approval = Approval::Auto;
        plans::publish_starter(&self.db, &admin.actor, new).await.unwrap()
    }

    /// An API `chat` with models of a vendor of the given preset at an address of the test's.
    pub async fn vendor_api(&self, admin: &Person, preset: &str, base_url: &str, models: &[&str]) -> Starter {
        let secret = Secret::new("sk-fake-vendor-secret-of-the-tests");
        let mut new = NewStarter::of_preset(preset, Some(secret), admin.team()).unwrap();
        new.provider.base_url = base_url.to_owned();
        new.vendor_models = models.iter().map(|model| (*model).to_owned()).collect();
        new.plan.approval = Approval::Auto;
        plans::publish_starter(&self.db, &admin.actor, new).await.unwrap()
    }

    /// An API `chat` with these models of the built-in vendor and no limits.
    pub async fn demo_models(&self, admin: &Person, models: &[&str]) -> Starter {
        let mut new = NewStarter::of_preset("demo", None, admin.team()).unwrap();
        new.vendor_models = models.iter().map(|model| (*model).to_owned()).collect();
        new.plan.approval = Approval::Auto;
        new.plan.limits = plans::Limits::default();
        plans::publish_starter(&self.db, &admin.actor, new).await.unwrap()
    }

    /// Takes every limit off the starter's plan.
    pub async fn widen(&self, starter: &Starter) {
        let change = PlanChange { limits: Some(plans::Limits::default()), ..PlanChange::default() };
        plans::change_plan(&self.db, &Actor::system("test"), starter.plan.id, change).await.unwrap();
    }

    /// Puts another vendor behind the first model of the starter, to be asked after the one it has.
    pub async fn next_target(&self, admin: &Person, starter: &Starter, base_url: &str) -> target::Model {
        let secret = Some(Secret::new("sk-fake-second-vendor-secret"));
        let new = NewProvider {
            preset: "custom".to_owned(),
            name: format!("Next {base_url}"),
            base_url: base_url.to_owned(),
            secret,
        };
        let provider = supply::connect(&self.db, &admin.actor, new).await.unwrap();
        let new = NewTarget {
            provider: provider.id,
            vendor_model: "gpt-next".to_owned(),
            position: None,
            weight: 1,
            timers: supply::Timers::default(),
        };
        supply::add_target(&self.db, &admin.actor, starter.models[0].id, new).await.unwrap()
    }

    /// Sets what a million tokens of the answer cost, in nano-USD; the prompt is free.
    pub async fn price(&self, admin: &Person, starter: &Starter, output: i64) {
        let new = NewPrice {
            provider: starter.provider.id,
            vendor_model: starter.models[0].name.clone(),
            input: Some(Nanos(0)),
            cached_read: None,
            cache_write: None,
            output: Some(Nanos(output)),
            reasoning: None,
            effective_at: None,
        };
        supply::set_price(&self.db, &admin.actor, new).await.unwrap();
    }

    /// Sets a limit on a key.
    pub async fn limit_key(&self, key: KeyId, kind: LimitKind, amount: i64) -> Limit {
        self.db
            .transact(async move |tx| {
                let row = limit::ActiveModel {
                    id: Set(LimitId::fresh()),
                    scope_kind: Set(LimitScope::Key),
                    scope_id: Set(key.0),
                    kind: Set(kind),
                    amount: Set(amount),
                };
                limit::Entity::insert(row).exec_without_returning(&tx).await?;
                changes::note(&tx, Change::Key(key)).await
            })
            .await
            .unwrap();
        Limit { scope: LimitScope::Key, subject: key.0, kind, amount }
    }

    /// A member with a subscription to the starter's plan and a key.
    pub async fn developer(&self, name: &str, starter: &Starter) -> Developer {
        let person = self.person(name).await;
        self.equip(person, starter).await
    }

    /// Gives a person a subscription and a key.
    pub async fn equip(&self, person: Person, starter: &Starter) -> Developer {
        let ask = NewRequest {
            app: None,
            version: starter.version.id,
            plan: starter.plan.id,
            reason: "tests".to_owned(),
            volume: String::new(),
            ends_at: None,
            requester: None,
        };
        let subscription = subscriptions::request(&self.db, &person.actor, ask).await.unwrap();
        let app = subscription.app_id;
        let issued = keys::issue(&self.db, &person.actor, NewKey::usual(app, "tests")).await.unwrap();
        let secret = issued.secret.expose().to_owned();
        Developer { person, app, subscription, key: issued.key, secret }
    }
}
