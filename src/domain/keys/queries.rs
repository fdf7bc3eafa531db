//! The SQL of keys. A change of state is compare-and-set.

use std::collections::{BTreeSet, HashMap};

use sea_orm::{
    ActiveValue::Set,
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, IntoActiveModel, PaginatorTrait, QueryFilter,
    QueryOrder, QuerySelect,
    sea_query::{Expr, Func, Query, SimpleExpr},
};

use crate::base::ids::{ApiId, AppId, KeyId, KeySecretId, PlanId, TeamId, UserId, VersionId};
use crate::base::{Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::domain::fields;
use crate::domain::names::by_id;
use crate::store::Tx;
use crate::store::entity::states::{KeyReason, KeyState, SubscriptionState, UserState};
use crate::store::entity::{
    api, application, key, key_secret, plan_model, subscription, team, team_member, user,
};

pub async fn find<C: ConnectionTrait>(on: &C, id: KeyId) -> Result<Option<key::Model>> {
    Ok(key::Entity::find_by_id(id).one(on).await?)
}

pub async fn insert(tx: &Tx, row: key::Model) -> Result<()> {
    key::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

pub async fn insert_secret(tx: &Tx, row: key_secret::Model) -> Result<()> {
    key_secret::Entity::insert(row.into_active_model()).exec_without_returning(tx).await?;
    Ok(())
}

/// The one without an end.
pub async fn newest_secret<C: ConnectionTrait>(on: &C, key: KeyId) -> Result<Option<key_secret::Model>> {
    let row = key_secret::Entity::find()
        .filter(key_secret::Column::KeyId.eq(key))
        .filter(key_secret::Column::EndsAt.is_null())
        .one(on)
        .await?;
    Ok(row)
}

/// Gives a secret its end; false when it has one already.
pub async fn end_secret(tx: &Tx, id: KeySecretId, at: Timestamp) -> Result<bool> {
    let end = key_secret::ActiveModel { ends_at: Set(Some(at)), ..Default::default() };
    let done = key_secret::Entity::update_many()
        .set(end)
        .filter(key_secret::Column::Id.eq(id))
        .filter(key_secret::Column::EndsAt.is_null())
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends at once what earlier rotations let live on.
pub async fn end_overlap_but(tx: &Tx, key: KeyId, except: KeySecretId) -> Result<()> {
    let end = key_secret::ActiveModel { ends_at: Set(Some(tx.now())), ..Default::default() };
    key_secret::Entity::update_many()
        .set(end)
        .filter(key_secret::Column::KeyId.eq(key))
        .filter(key_secret::Column::Id.ne(except))
        .filter(key_secret::Column::EndsAt.gt(tx.now()))
        .exec(tx)
        .await?;
    Ok(())
}

/// False when no older secret works any more.
pub async fn end_overlap(tx: &Tx, key: KeyId) -> Result<bool> {
    let end = key_secret::ActiveModel { ends_at: Set(Some(tx.now())), ..Default::default() };
    let done = key_secret::Entity::update_many()
        .set(end)
        .filter(key_secret::Column::KeyId.eq(key))
        .filter(key_secret::Column::EndsAt.gt(tx.now()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Shows the newest secret on the key's row.
pub async fn show_secret(tx: &Tx, row: &key::Model) -> Result<()> {
    let shown = key::ActiveModel {
        prefix: Set(row.prefix.clone()),
        last4: Set(row.last4.clone()),
        expires_at: Set(row.expires_at),
        ..Default::default()
    };
    key::Entity::update_many().set(shown).filter(key::Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

/// False when it is in none of the states it may come from.
pub async fn state(
    tx: &Tx,
    id: KeyId,
    from: &[KeyState],
    to: KeyState,
    reason: Option<KeyReason>,
) -> Result<bool> {
    let state = key::ActiveModel {
        state: Set(to),
        reason: Set(reason),
        state_at: Set(tx.now()),
        ..Default::default()
    };
    let done = key::Entity::update_many()
        .set(state)
        .filter(key::Column::Id.eq(id))
        .filter(key::Column::State.is_in(from.iter().copied()))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn expire(tx: &Tx, id: KeyId, at: Option<Timestamp>) -> Result<()> {
    let end = key::ActiveModel { expires_at: Set(at), ..Default::default() };
    key::Entity::update_many().set(end).filter(key::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

pub async fn rename(tx: &Tx, id: KeyId, name: &str) -> Result<()> {
    let name = key::ActiveModel { name: Set(name.to_owned()), ..Default::default() };
    key::Entity::update_many().set(name).filter(key::Column::Id.eq(id)).exec(tx).await?;
    Ok(())
}

/// Writes what a key may be used for.
pub async fn narrow(tx: &Tx, row: &key::Model) -> Result<()> {
    let uses = key::ActiveModel {
        scopes: Set(row.scopes.clone()),
        api_ids: Set(row.api_ids.clone()),
        ip_list: Set(row.ip_list.clone()),
        ..Default::default()
    };
    key::Entity::update_many().set(uses).filter(key::Column::Id.eq(row.id)).exec(tx).await?;
    Ok(())
}

pub async fn hand_over(tx: &Tx, id: KeyId, from: UserId, to: UserId) -> Result<bool> {
    let owner = key::ActiveModel { owner_id: Set(to), ..Default::default() };
    let done = key::Entity::update_many()
        .set(owner)
        .filter(key::Column::Id.eq(id))
        .filter(key::Column::OwnerId.eq(from))
        .exec(tx)
        .await?;
    Ok(done.rows_affected == 1)
}

pub async fn is_active_member<C: ConnectionTrait>(on: &C, team: TeamId, user: UserId) -> Result<bool> {
    if team_member::Entity::find_by_id((team, user)).one(on).await?.is_none() {
        return Ok(false);
    }
    let person = user::Entity::find_by_id(user).one(on).await?;
    Ok(person.is_some_and(|person| person.state == UserState::Active))
}

pub async fn active_members<C: ConnectionTrait>(on: &C, team: TeamId) -> Result<Vec<user::Model>> {
    let members = team_member::Entity::find().filter(team_member::Column::TeamId.eq(team)).all(on).await?;
    let people = user::Entity::find()
        .filter(user::Column::Id.is_in(members.into_iter().map(|member| member.user_id)))
        .filter(user::Column::State.eq(UserState::Active))
        .order_by_asc(user::Column::Name)
        .all(on)
        .await?;
    Ok(people)
}

/// True when each of these APIs is one that the actor sees, or that the app has a request for.
pub async fn may_name_apis(tx: &Tx, actor: &Actor, app: AppId, ids: BTreeSet<ApiId>) -> Result<bool> {
    let wanted = ids.len() as u64;
    let asked_for = Query::select()
        .column(subscription::Column::ApiId)
        .from(subscription::Entity)
        .and_where(subscription::Column::AppId.eq(app))
        .to_owned();
    let known =
        Condition::any().add(catalogue::queries::seen_by(actor)).add(api::Column::Id.in_subquery(asked_for));
    let found = api::Entity::find().filter(api::Column::Id.is_in(ids)).filter(known);
    Ok(found.count(tx).await? == wanted)
}

/// An app that may call a version, with the models its plan narrows it to.
pub struct UserOf {
    pub app: AppId,
    /// Empty: all of the version's.
    models: Vec<String>,
}

impl UserOf {
    pub fn may_call(&self, model: &str) -> bool {
        self.models.is_empty() || self.models.iter().any(|name| name == model)
    }
}

/// The apps with an approved subscription to a version.
pub async fn users_of<C: ConnectionTrait>(on: &C, version: VersionId) -> Result<Vec<UserOf>> {
    let subscribed: Vec<(AppId, PlanId)> = subscription::Entity::find()
        .select_only()
        .columns([subscription::Column::AppId, subscription::Column::PlanId])
        .filter(subscription::Column::VersionId.eq(version))
        .filter(subscription::Column::State.eq(SubscriptionState::Approved))
        .into_tuple()
        .all(on)
        .await?;
    let plans: BTreeSet<PlanId> = subscribed.iter().map(|(_, plan)| *plan).collect();
    let narrowed = plan_model::Entity::find().filter(plan_model::Column::PlanId.is_in(plans)).all(on).await?;
    let models = |plan: PlanId| {
        let its = narrowed.iter().filter(|row| row.plan_id == plan);
        its.map(|row| row.public_name.clone()).collect()
    };
    Ok(subscribed.into_iter().map(|(app, plan)| UserOf { app, models: models(plan) }).collect())
}

/// How many keys of these apps are neither revoked nor expired.
pub async fn count_living<C: ConnectionTrait>(on: &C, apps: &[AppId], now: Timestamp) -> Result<u64> {
    let mut count = 0;
    for some in apps.chunks(500) {
        count += key::Entity::find()
            .filter(key::Column::AppId.is_in(some.iter().copied()))
            .filter(living(now))
            .count(on)
            .await?;
    }
    Ok(count)
}

/// How many keys that are neither revoked nor expired each of these people owns; those without one left out.
pub async fn count_owned<C: ConnectionTrait>(
    on: &C,
    owners: &[UserId],
    now: Timestamp,
) -> Result<HashMap<UserId, i64>> {
    let rows: Vec<(UserId, i64)> = key::Entity::find()
        .select_only()
        .column(key::Column::OwnerId)
        .column_as(key::Column::Id.count(), "n")
        .filter(key::Column::OwnerId.is_in(owners.iter().copied()))
        .filter(living(now))
        .group_by(key::Column::OwnerId)
        .into_tuple()
        .all(on)
        .await?;
    Ok(rows.into_iter().collect())
}

/// Keys that are counted wherever keys are: neither revoked nor expired, paused ones too.
pub fn living(now: Timestamp) -> Condition {
    let goes_on = Condition::any().add(key::Column::ExpiresAt.is_null()).add(key::Column::ExpiresAt.gt(now));
    Condition::all().add(key::Column::State.ne(KeyState::Revoked)).add(goes_on)
}

/// How many keys of an application work, whoever owns them.
pub async fn count_working<C: ConnectionTrait>(on: &C, app: AppId, now: Timestamp) -> Result<u64> {
    let working = key::Entity::find()
        .filter(key::Column::AppId.eq(app))
        .filter(key::Column::State.eq(KeyState::Active))
        .filter(living(now));
    Ok(working.count(on).await?)
}

/// Which keys the actor sees.
pub enum Seen {
    All,
    /// Of teams owned, and one's own in teams one is a member of.
    Some {
        owned: Vec<TeamId>,
        own: UserId,
        member: Vec<TeamId>,
    },
    Nothing,
}

/// Whether the life of a key goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Neither revoked nor expired; paused or not.
    Living,
    /// Its time is over; revoked or not.
    Expired,
}

/// Which keys a list holds.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub app: Option<AppId>,
    pub owner: Option<UserId>,
    /// Part of the name, or a prefix as shown.
    pub text: String,
    pub state: Option<KeyState>,
    pub life: Option<Life>,
    /// Only those that end before then.
    pub ends_before: Option<Timestamp>,
    /// Only those that ended after then, or will.
    pub ends_after: Option<Timestamp>,
    pub order: Order,
    /// The last key of the page before, in this order.
    pub before: Option<KeyId>,
    pub limit: u64,
}

/// What a list of keys is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// The newest first.
    #[default]
    Made,
    /// From A to Z.
    Name,
    /// The last used first, those that never were at the end.
    LastUsed,
    /// The one that ends first, those without an end at the end.
    Expiry,
}

impl Order {
    /// What is compared, which way, before the id decides.
    fn by(self) -> Option<(SimpleExpr, sea_orm::Order)> {
        use sea_orm::sea_query::ExprTrait as _;
        let or = |column: key::Column, empty: i64| Expr::col(column).if_null(empty);
        match self {
            Self::Made => None,
            Self::Name => Some((Func::lower(Expr::col(key::Column::Name)).into(), sea_orm::Order::Asc)),
            Self::LastUsed => Some((or(key::Column::LastUsedAt, 0), sea_orm::Order::Desc)),
            Self::Expiry => Some((or(key::Column::ExpiresAt, i64::MAX), sea_orm::Order::Asc)),
        }
    }

    /// The keys that come after that one.
    fn after(self, last: &key::Model) -> Condition {
        use sea_orm::sea_query::ExprTrait as _;
        let Some((by, way)) = self.by() else { return Condition::all().add(key::Column::Id.lt(last.id)) };
        let value: SimpleExpr = match self {
            Self::Made | Self::Name => Func::lower(Expr::val(last.name.clone())).into(),
            Self::LastUsed => Expr::val(last.last_used_at.map_or(0, |at| at.0)),
            Self::Expiry => Expr::val(last.expires_at.map_or(i64::MAX, |at| at.0)),
        };
        let further = if way == sea_orm::Order::Desc {
            by.clone().lt(value.clone())
        } else {
            by.clone().gt(value.clone())
        };
        let same = Condition::all().add(by.eq(value)).add(key::Column::Id.lt(last.id));
        Condition::any().add(further).add(same)
    }
}

pub async fn list<C: ConnectionTrait>(
    on: &C,
    seen: Seen,
    filter: &Filter,
    now: Timestamp,
) -> Result<Vec<key::Model>> {
    let Some(mut all) = visible(seen) else { return Ok(Vec::new()) };
    if let Some(app) = filter.app {
        all = all.add(key::Column::AppId.eq(app));
    }
    if let Some(owner) = filter.owner {
        all = all.add(key::Column::OwnerId.eq(owner));
    }
    if let Some(state) = filter.state {
        all = all.add(key::Column::State.eq(state));
    }
    match filter.life {
        Some(Life::Living) => all = all.add(living(now)),
        Some(Life::Expired) => all = all.add(key::Column::ExpiresAt.lte(now)),
        None => {}
    }
    if let Some(start) = filter.ends_after {
        all = all.add(key::Column::ExpiresAt.gt(start));
    }
    if let Some(end) = filter.ends_before {
        all = all.add(key::Column::ExpiresAt.lt(end));
    }
    if let Some(pattern) = fields::pattern("q", &filter.text)? {
        all = all.add(has_text(&pattern));
    }
    if let Some(before) = filter.before {
        all = match filter.order {
            Order::Made => all.add(key::Column::Id.lt(before)),
            order => match find(on, before).await? {
                Some(last) => all.add(order.after(&last)),
                None => return Ok(Vec::new()),
            },
        };
    }
    let mut rows = key::Entity::find().filter(all);
    if let Some((by, way)) = filter.order.by() {
        rows = rows.order_by(by, way);
    }
    let rows = rows.order_by_desc(key::Column::Id).limit(filter.limit).all(on).await?;
    Ok(rows)
}

fn visible(seen: Seen) -> Option<Condition> {
    match seen {
        Seen::All => Some(Condition::all()),
        Seen::Nothing => None,
        Seen::Some { owned, own, member } => {
            let own =
                Condition::all().add(key::Column::OwnerId.eq(own)).add(key::Column::TeamId.is_in(member));
            let any = Condition::any().add(own).add(key::Column::TeamId.is_in(owned));
            Some(Condition::all().add(any))
        }
    }
}

/// A name or a shown prefix in which the pattern is found.
fn has_text(pattern: &str) -> Condition {
    use sea_orm::sea_query::{ExprTrait as _, LikeExpr};
    let found = |column| Func::lower(Expr::col(column)).like(LikeExpr::new(pattern).escape('\\'));
    Condition::any().add(found(key::Column::Name)).add(found(key::Column::Prefix))
}

pub async fn keys_of_prefix<C: ConnectionTrait>(on: &C, prefix: &str) -> Result<Vec<key::Model>> {
    let secrets =
        key_secret::Entity::find().filter(key_secret::Column::Prefix.eq(prefix)).limit(50).all(on).await?;
    let ids = secrets.into_iter().map(|secret| secret.key_id);
    Ok(key::Entity::find().filter(key::Column::Id.is_in(ids)).all(on).await?)
}

pub async fn secret_of_digest<C: ConnectionTrait>(
    on: &C,
    digest: &[u8; 32],
) -> Result<Option<key_secret::Model>> {
    let row =
        key_secret::Entity::find().filter(key_secret::Column::Digest.eq(digest.to_vec())).one(on).await?;
    Ok(row)
}

/// The names that rows of keys point to, and their secrets.
#[derive(Default)]
pub struct Names {
    pub apps: HashMap<AppId, application::Model>,
    pub users: HashMap<UserId, user::Model>,
    pub teams: HashMap<TeamId, team::Model>,
    pub apis: HashMap<ApiId, api::Model>,
    pub secrets: Vec<key_secret::Model>,
    /// Who is still a member where.
    pub members: Vec<(TeamId, UserId)>,
}

pub async fn names<C: ConnectionTrait>(on: &C, rows: &[key::Model]) -> Result<Names> {
    if rows.is_empty() {
        return Ok(Names::default());
    }
    let secrets = key_secret::Column::KeyId.is_in(rows.iter().map(|row| row.id));
    let members = Condition::all()
        .add(team_member::Column::TeamId.is_in(rows.iter().map(|row| row.team_id)))
        .add(team_member::Column::UserId.is_in(rows.iter().map(|row| row.owner_id)));
    let members = team_member::Entity::find().filter(members).all(on).await?;
    let secrets = key_secret::Entity::find().filter(secrets).order_by_desc(key_secret::Column::Id);
    Ok(Names {
        apps: by_id::<application::Entity, _>(on, rows.iter().map(|row| row.app_id)).await?,
        users: by_id::<user::Entity, _>(on, rows.iter().map(|row| row.owner_id)).await?,
        teams: by_id::<team::Entity, _>(on, rows.iter().map(|row| row.team_id)).await?,
        apis: by_id::<api::Entity, _>(on, rows.iter().filter_map(super::rules::api_ids).flatten()).await?,
        secrets: secrets.all(on).await?,
        members: members.into_iter().map(|row| (row.team_id, row.user_id)).collect(),
    })
}
