//! One call: what was asked, what it cost, how long each try took, and why it ended as it did.

use askama::Template;

use super::facts::Facts;
use super::view::{is_lost, tokens, total};
use super::{catch_up, refusal, sight};
use crate::base::ids::CallId;
use crate::base::{Code, Error, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::names::{self, Names, Wanted};
use crate::domain::permit::{Right, may};
use crate::ledger::calls::Told;
use crate::ledger::record::UsageSource;
use crate::ledger::{Ledger, calls};
use crate::portal::frame::Frame;
use crate::portal::{look, shell};
use crate::store::Db;
use crate::store::entity::{attempt, call};
use crate::web::{Data, PageResult, Path, Visit};

#[derive(Template)]
#[template(path = "calls/show.html")]
struct ShowPage {
    frame: Frame,
    row: call::Model,
    refusal: Option<Error>,
    version: String,
    plan: String,
    app: String,
    key: String,
    team: String,
    tokens: String,
    tokens_hint: String,
    cost: String,
    cost_hint: String,
    first_byte: String,
    total: String,
    facts: Facts,
    attempts: Vec<Try>,
}

/// One attempt, as a bar on the call's time.
struct Try {
    number: i32,
    /// Named, with its credential, to those who may see vendors.
    provider: String,
    credential: String,
    vendor_model: String,
    /// `ok`, or the word of its code.
    outcome: String,
    status: i32,
    took: String,
    started: String,
    /// Percent of the call's time.
    from: i64,
    width: i64,
    tone: &'static str,
}

pub async fn show(
    actor: Actor,
    visit: Visit,
    db: Data<Db>,
    ledger: Data<Ledger>,
    id: Path<String>,
) -> PageResult {
    let id: CallId = id.parse().map_err(|_| Code::NotFound.with("no id"))?;
    let told = find(&actor, &db, &ledger, id).await?.ok_or_else(|| Code::NotFound.with(id))?;
    let sees_supply = may(&actor, Right::SeeSupply);
    let names = names::of(&db, wanted(&told, sees_supply)).await?;
    shell::html(&ShowPage::new(shell::frame(&db, &visit).await?, told, &names, sees_supply))
}

/// The call, also when it ended a moment ago.
async fn find(actor: &Actor, db: &Db, ledger: &Ledger, id: CallId) -> Result<Option<Told>> {
    let sight = sight(actor);
    if let Some(told) = calls::find(db, &sight, id).await? {
        return Ok(Some(told));
    }
    catch_up(ledger, db).await;
    calls::find(db, &sight, id).await
}

fn wanted(told: &Told, sees_supply: bool) -> Wanted {
    let call = &told.call;
    let mut wanted = Wanted {
        apis: call.api_id.into_iter().collect(),
        apps: call.app_id.into_iter().collect(),
        keys: call.key_id.into_iter().collect(),
        teams: call.team_id.into_iter().collect(),
        versions: call.version_id.into_iter().collect(),
        plans: call.plan_id.into_iter().collect(),
        ..Wanted::default()
    };
    if sees_supply {
        wanted.providers = told.attempts.iter().map(|attempt| attempt.provider_id).collect();
        wanted.credentials = told.attempts.iter().filter_map(|attempt| attempt.credential_id).collect();
    }
    wanted
}

impl ShowPage {
    fn new(frame: Frame, told: Told, names: &Names, sees_supply: bool) -> Self {
        let refusal = refusal(&told);
        let Told { call, attempts } = told;
        Self {
            frame,
            refusal,
            version: names.version(call.version_id),
            plan: names.plan(call.plan_id),
            app: names.app(call.app_id),
            key: names.key(call.key_id),
            team: names.team(call.team_id),
            tokens: tokens(&call),
            tokens_hint: tokens_hint(&call),
            cost: look::cost(super::view::cost(&call)),
            cost_hint: cost_hint(&call),
            first_byte: call.first_byte_us.map_or_else(|| "—".to_owned(), look::duration),
            total: total(&call),
            facts: Facts::read(&call.facts, &names.api(call.api_id)),
            attempts: attempts.iter().map(|one| Try::new(one, call.total_us, names, sees_supply)).collect(),
            row: call,
        }
    }

    fn is_lost(&self) -> bool {
        is_lost(&self.row)
    }

    /// What a call that nobody saw the end of was booked with.
    fn booked(&self) -> String {
        let tokens = match (self.row.input_tokens, self.row.output_tokens) {
            (None, None) => "no tokens".to_owned(),
            (input, output) => {
                format!("up to {} tokens", look::grouped(input.unwrap_or(0) + output.unwrap_or(0)))
            }
        };
        match self.row.cost_nanos {
            Some(cost) => format!("{tokens} and {}", look::money(cost)),
            None => format!("{tokens}, and no money: no budget applied to it"),
        }
    }

    fn diagnosis(&self) -> String {
        format!("/diagnose?id={}", self.row.id)
    }

    fn ended(&self) -> Timestamp {
        self.row.at.plus(self.row.total_us)
    }
}

fn tokens_hint(call: &call::Model) -> String {
    if is_lost(call) {
        return "estimated: set aside for prompt and answer".to_owned();
    }
    let parts = [
        (call.cached_read_tokens, "from cache"),
        (call.cache_write_tokens, "to cache"),
        (call.reasoning_tokens, "reasoning"),
    ];
    let mut hints: Vec<String> = parts
        .into_iter()
        .filter_map(|(count, what)| {
            Some(format!("{} {what}", look::grouped(count.filter(|count| *count > 0)?)))
        })
        .collect();
    if let Some(source) = UsageSource::parse(&call.usage_source).filter(|source| *source != UsageSource::None)
    {
        hints.push(source.label().to_owned());
    }
    hints.join(", ")
}

/// The amount to the last digit, and how sure it is.
fn cost_hint(call: &call::Model) -> String {
    let counted = call.input_tokens.is_some() || call.output_tokens.is_some();
    let sure = match call.cost_nanos {
        None if is_lost(call) => "nothing was set aside: no budget applied",
        None if counted => "The price is unknown",
        Some(_) if call.usage_source == UsageSource::Estimated.word() => "estimated",
        _ => "",
    };
    let exact = look::exact_cost(call.cost_nanos);
    let parts = [exact.as_str(), sure].into_iter().filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(", ")
}

impl Try {
    fn new(attempt: &attempt::Model, total_us: i64, names: &Names, sees_supply: bool) -> Self {
        let total = total_us.max(1);
        let percent = |micros: i64| (i128::from(micros.max(0)) * 100 / i128::from(total)).min(100) as i64;
        let from = percent(attempt.after_us).min(99);
        let outcome = attempt.code.clone().unwrap_or_else(|| "ok".to_owned());
        Self {
            number: attempt.number,
            provider: if sees_supply { names.provider(Some(attempt.provider_id)) } else { String::new() },
            credential: names.credential(attempt.credential_id.filter(|_| sees_supply)),
            vendor_model: attempt.vendor_model.clone(),
            tone: if outcome == "ok" { "ok" } else { "bad" },
            outcome,
            status: attempt.status,
            took: look::fine(attempt.micros),
            started: look::fine(attempt.after_us.max(0)),
            from,
            width: percent(attempt.micros).clamp(1, 100 - from),
        }
    }
}
