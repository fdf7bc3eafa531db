//! D1: where am I, and what is next.

mod news;
mod steps;

use askama::Template;

use self::news::News;
use self::steps::{Access, Step};
use super::calls::{CallLine, asked_sight, catch_up};
use super::frame::Frame;
use super::{look, shell};
use crate::base::clock::{DAY, HOUR};
use crate::base::ids::KeyId;
use crate::base::limit::Limit;
use crate::base::{Code, Nanos, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::keys::{self, KeyFilter};
use crate::domain::permit::{Right, may};
use crate::domain::{names, subscriptions, supply};
use crate::gateway::Gateway;
use crate::ledger::calls::{Filter, Sight};
use crate::ledger::reports::Summary;
use crate::ledger::{Ledger, calls, reports};
use crate::store::Db;
use crate::store::entity::states::SubscriptionState;
use crate::web::{Data, Method, Need, Page, PageResult, Query, Visit, page, see_other};

/// Calls shown as the latest.
const LATEST: u64 = 5;
/// Causes shown.
const CAUSES: usize = 6;
/// Budgets shown.
const BUDGETS: usize = 5;
/// Undecided requests counted.
const UNDECIDED: u64 = 100;
/// Keys shown that end soon.
const EXPIRING: usize = 10;

pub fn pages() -> Vec<Page> {
    vec![page(Method::GET, "/", Need::Anyone, show)]
}

#[derive(Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct Scope {
    scope: String,
}

#[derive(Template)]
#[template(path = "dashboard/show.html")]
struct Dashboard {
    frame: Frame,
    sees_all: bool,
    all: bool,
    /// A key is made from here; not by who looks at everybody's calls without looking after them.
    can_make: bool,
    /// Not empty while the person has not yet made a first call.
    steps: Vec<Step>,
    news: Vec<News>,
    /// What waits in this person's inbox.
    waiting: u32,
    /// Requests that wait for others, for who only looks at them.
    undecided: usize,
    calls_day: String,
    errors_day: String,
    tokens_week: String,
    spend_month: String,
    spend_hint: String,
    /// The fullest budgets of the person, when there are any.
    budgets: Vec<Spent>,
    /// Calls of each of the last 24 hours.
    hours: Vec<i64>,
    hours_title: String,
    causes: Vec<Cause>,
    /// Said where there are no errors.
    no_errors: &'static str,
    expiring: Vec<Expiring>,
    latest: Vec<CallLine>,
}

/// What was spent of a budget this month.
struct Spent {
    name: String,
    href: String,
    text: String,
    used: Nanos,
    amount: Nanos,
}

struct Cause {
    /// A code, or how the calls ended in words.
    word: String,
    /// What a code means, told on a page of its own; empty for what is said in words.
    meaning: &'static str,
    count: String,
    href: String,
}

struct Expiring {
    id: KeyId,
    name: String,
    app: String,
    prefix: String,
    /// Empty on one's own page.
    owner: String,
    at: Option<Timestamp>,
}

/// Visitors are led to the catalogue.
pub async fn show(
    visit: Visit,
    db: Data<Db>,
    ledger: Data<Ledger>,
    gateway: Data<Gateway>,
    scope: Query<Scope>,
) -> PageResult {
    let Some(actor) = visit.actor.clone() else { return Ok(see_other("/catalogue")) };
    catch_up(&ledger, &db).await;
    let sees_all = may(&actor, Right::SeeEverything);
    let sight = asked_sight(&actor, &scope.scope);
    let all = sight == Sight::Everything;
    let frame = shell::frame(&db, &visit).await?;
    let budgets = if all { Vec::new() } else { budgets(&db, &gateway, &actor).await? };
    let page = gather(&db, &actor, &sight, frame, sees_all, all).await?;
    shell::html(&Dashboard { budgets, ..page })
}

async fn gather(
    db: &Db,
    actor: &Actor,
    sight: &Sight,
    frame: Frame,
    sees_all: bool,
    all: bool,
) -> Result<Dashboard> {
    let now = db.now();
    let week = reports::summary(db, sight, now.minus(7 * DAY)).await?;
    let month = reports::summary(db, sight, start_of_month(now)).await?;
    let latest = calls::list(db, sight, &Filter::default(), None, LATEST).await?.calls;
    let names = names::of(db, CallLine::wanted(&latest)).await?;
    let owner = if all { None } else { actor.user_id() };
    let mut ending = keys::list_expired(db, actor, owner).await?;
    ending.truncate(EXPIRING);
    ending.extend(keys::list_expiring(db, actor, owner).await?.into_iter().take(EXPIRING));
    let mut news = if all { Vec::new() } else { news::of(db, actor).await? };
    let starts = latest.is_empty() && !all;
    let mut steps = Vec::new();
    if starts || news.iter().any(|one| one.app.is_some()) {
        let mine = KeyFilter { owner: actor.user_id(), limit: 100, ..KeyFilter::default() };
        let apps: Vec<_> =
            keys::list_visible(db, actor, &mine).await?.into_iter().map(|key| key.row.app_id).collect();
        if starts {
            steps = steps::steps(connects(db, actor).await?, access(db, actor).await?, !apps.is_empty());
        }
        news = news.into_iter().map(|one| one.with_keys(&apps)).collect();
    }
    let can_make = !all || may(actor, Right::ManageAllAccess);
    let undecided = match can_make {
        true => 0,
        false => subscriptions::list_inbox(db, actor, None, UNDECIDED).await?.len(),
    };
    let hours = last_day(&week, now);
    Ok(Dashboard {
        waiting: frame.waiting(),
        frame,
        sees_all,
        all,
        can_make,
        undecided,
        steps,
        news,
        no_errors: no_errors(latest.is_empty(), week.calls),
        calls_day: look::grouped(hours.iter().map(|(calls, _)| calls).sum::<i64>()),
        errors_day: errors_line(&hours),
        tokens_week: look::grouped(week.tokens),
        spend_month: look::money(month.cost),
        spend_hint: unpriced_line(&month),
        budgets: Vec::new(),
        hours_title: format!(
            "Calls an hour, last 24 hours, at most {}",
            hours.iter().map(|(calls, _)| *calls).max().unwrap_or(0)
        ),
        hours: hours.into_iter().map(|(calls, _)| calls).collect(),
        causes: week.causes.iter().take(CAUSES).map(|(word, count)| cause(word, *count, all)).collect(),
        expiring: ending.into_iter().map(|key| expiring(key, all)).collect(),
        latest: latest.iter().map(|call| CallLine::new(call, &names)).collect(),
    })
}

/// True for an admin while no vendor is connected.
async fn connects(db: &Db, actor: &Actor) -> Result<bool> {
    Ok(may(actor, Right::ManageSupply) && supply::list_providers(db, actor).await?.is_empty())
}

/// How far the requests of the person's teams got.
async fn access(db: &Db, actor: &Actor) -> Result<Access> {
    if subscriptions::count_own(db, actor, SubscriptionState::Approved).await? > 0 {
        return Ok(Access::Serves);
    }
    let waiting = subscriptions::count_own(db, actor, SubscriptionState::Requested).await?;
    Ok(if waiting > 0 { Access::Waits } else { Access::None })
}

fn no_errors(never_called: bool, week: i64) -> &'static str {
    match (never_called, week) {
        (true, _) => "No call yet.",
        (false, 0) => "No call in these days.",
        (false, _) => "None. Every call was answered.",
    }
}

/// The fullest first. What is counted is what the gateway refuses by, open calls included.
async fn budgets(db: &Db, gateway: &Gateway, actor: &Actor) -> Result<Vec<Spent>> {
    let budgets = keys::budgets(db, actor).await?;
    let limits: Vec<Limit> = budgets.iter().map(|budget| budget.limit).collect();
    let mut spent: Vec<Spent> = budgets
        .into_iter()
        .zip(gateway.gauges(&limits))
        .map(|(budget, gauge)| {
            let (used, amount) = (Nanos(gauge.used), Nanos(budget.limit.amount));
            Spent {
                name: budget.name,
                href: budget.path,
                text: format!("{} of {}", look::money(used), look::money(amount)),
                used,
                amount,
            }
        })
        .collect();
    spent.sort_by_key(|one| std::cmp::Reverse(share(one)));
    spent.truncate(BUDGETS);
    Ok(spent)
}

/// In millionths.
fn share(spent: &Spent) -> i128 {
    i128::from(spent.used.0) * 1_000_000 / i128::from(spent.amount.0.max(1))
}

fn start_of_month(now: Timestamp) -> Timestamp {
    Timestamp::from_day(&format!("{}-01", now.month())).unwrap_or(now)
}

fn last_day(week: &Summary, now: Timestamp) -> Vec<(i64, i64)> {
    let from = now.minus(DAY);
    let recent = week.hours.iter().filter(|(hour, ..)| hour.plus(HOUR) > from);
    recent.map(|(_, calls, errors)| (*calls, *errors)).collect()
}

fn errors_line(hours: &[(i64, i64)]) -> String {
    let (calls, errors) = hours.iter().fold((0, 0), |sum, hour| (sum.0 + hour.0, sum.1 + hour.1));
    match errors {
        0 if calls == 0 => String::new(),
        0 => "All answered".to_owned(),
        1 => "1 refused or failed".to_owned(),
        _ => format!("{} refused or failed", look::grouped(errors)),
    }
}

fn unpriced_line(month: &Summary) -> String {
    match month.unpriced {
        0 => String::new(),
        1 => "and 1 call of unknown price".to_owned(),
        count => format!("and {} calls of unknown price", look::grouped(count)),
    }
}

fn cause(word: &str, count: i64, all: bool) -> Cause {
    let code = Code::parse(word);
    let field = if code.is_some() { "code" } else { "state" };
    let scope = if all { "all" } else { "mine" };
    Cause {
        word: code.map_or_else(|| look::ended(word), |code| code.to_string()),
        meaning: code.map_or("", Code::message),
        count: look::grouped(count),
        href: format!("/calls?scope={scope}&range=7d&{field}={word}"),
    }
}

fn expiring(key: keys::KeyView, all: bool) -> Expiring {
    Expiring {
        id: key.row.id,
        name: key.row.name,
        app: key.app,
        prefix: key.row.prefix,
        owner: if all { key.owner } else { String::new() },
        at: key.row.expires_at,
    }
}
