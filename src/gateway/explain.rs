//! The whole chain of checks, for the diagnose page. The order is fixed and the first failure
//! stops, so a code and how far its call came say which checks passed; the dry run asks the very
//! functions a call asks.

use std::net::IpAddr;

use crate::base::ids::{CallId, KeyId};
use crate::base::limit::LimitKind;
use crate::base::words::words;
use crate::base::{Code, Error, Result};
use crate::domain::gate::key_secret;
use crate::ledger::kept::Kept;
use crate::limits::{Ask, Gauge};
use crate::upstream::Why;
use crate::wire::Endpoint;

use super::Gateway;
use super::arrival::Door;
use super::authorize::{self, Wanted};
use super::directory::Cards;
use super::{identify, plan, reserve};

words! {
    /// The checks of a call, in their order.
    Check {
        Route "route" "The endpoint exists";
        Room "room" "The gateway had room for one more";
        Credential "credential" "One key was sent, in the right form";
        Found "found" "The key is one of this gateway";
        Expiry "expiry" "The key has not expired";
        Revocation "revocation" "The key was not revoked or replaced";
        Pause "pause" "The key is not paused";
        Owner "owner" "Its owner is active and in the team";
        Standing "standing" "App and team are in good standing";
        Address "address" "The caller's address is allowed";
        KeyRate "key_rate" "The key's own rate has room";
        Body "body" "The body could be read";
        Version "version" "The API and its version are live";
        Subscription "subscription" "The subscription is approved";
        Scope "scope" "The key carries the scope";
        Model "model" "The plan has the model, at a known price";
        Limits "limits" "Rates and open calls have room";
        Budget "budget" "The budget has room";
        Vendor "vendor" "A vendor took the call";
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Passed,
    Failed,
    NotReached,
}

/// How far a call came before it ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Came {
    /// Its key was not looked at, or is none.
    Nowhere,
    /// Its caller is known.
    Known,
    /// Its body was read, and what it asks is known.
    Asked,
    /// It was let through.
    Begun,
}

/// The check that a code comes from: some come from several, and then how far the call came tells.
/// Input faults of the vendor count as the vendor's.
fn check_of(code: Code, came: Came) -> Check {
    match code {
        Code::FieldInvalid | Code::Overloaded | Code::ShuttingDown if came == Came::Begun => Check::Vendor,
        Code::FieldInvalid if came == Came::Asked => Check::Model,
        Code::Overloaded | Code::ShuttingDown => match came {
            Came::Nowhere => Check::Room,
            Came::Known => Check::Body,
            _ => Check::Limits,
        },
        Code::PathUnknown | Code::MethodNotAllowed => Check::Route,
        Code::AuthMissing
        | Code::AuthScheme
        | Code::AuthConflict
        | Code::AuthInUrl
        | Code::KeyForeign
        | Code::KeyMalformed => Check::Credential,
        Code::KeyUnknown | Code::AuthUnavailable => Check::Found,
        Code::KeyExpired => Check::Expiry,
        Code::KeyRevoked | Code::KeyRotated => Check::Revocation,
        Code::KeyPaused => Check::Pause,
        Code::OwnerDeactivated | Code::OwnerDeleted | Code::OwnerNotMember => Check::Owner,
        Code::AppSuspended | Code::TeamSuspended => Check::Standing,
        Code::IpNotAllowed => Check::Address,
        Code::JsonInvalid
        | Code::FieldInvalid
        | Code::RequestTimeout
        | Code::BodyTooLarge
        | Code::MediaTypeUnsupported => Check::Body,
        Code::ApiUnknown | Code::VersionUnknown | Code::VersionRetired => Check::Version,
        Code::SubscriptionMissing
        | Code::SubscriptionPending
        | Code::SubscriptionDenied
        | Code::SubscriptionSuspended
        | Code::SubscriptionEnded => Check::Subscription,
        Code::ScopeMissing => Check::Scope,
        Code::ModelNotAllowed | Code::ModelUnpriced | Code::ModelNotFound | Code::ContextLengthExceeded => {
            Check::Model
        }
        Code::RateLimitExceeded | Code::ConcurrencyLimited => Check::Limits,
        Code::InsufficientQuota => Check::Budget,
        _ => Check::Vendor,
    }
}

/// The chain of a call that came so far and ended with this code, or with none.
pub fn chain(code: Option<Code>, came: Came) -> Vec<(Check, Verdict)> {
    let failed = code.map(|code| check_of(code, came));
    let verdict = |check: Check| match failed {
        Some(failed) if check == failed => Verdict::Failed,
        Some(failed) if check > failed => Verdict::NotReached,
        _ => Verdict::Passed,
    };
    Check::ALL.iter().map(|check| (*check, verdict(*check))).collect()
}

/// What the caller of a call on record was told: what its facts hold, else what its code says, and that
/// of its last try: a try ends with `no_target` where the vendor had no such model, and then an operator has
/// to act.
pub fn told(code: &str, last_try: Option<&str>, facts: &str) -> Option<Error> {
    let code = Code::parse(code)?;
    let is_missing = code == Code::NoTarget && last_try == Some(code.word());
    let mut error = if is_missing { plan::refused(Why::Missing) } else { code.into() };
    let kept = Kept::read(facts);
    if !kept.next.is_empty() {
        error = error.then(kept.next.to_owned());
    }
    Some(if kept.said.is_empty() { error } else { error.saying(kept.said) })
}

/// A call as it would be judged now.
#[derive(Clone)]
pub struct Question<'a> {
    pub key: KeyId,
    pub endpoint: Endpoint,
    pub door: Door,
    /// `None`: as far as can be judged without a model.
    pub model: Option<&'a str>,
    pub ip: Option<IpAddr>,
    /// The secret that is sent; `None`: one that was not replaced.
    pub secret: Option<&'a key_secret::Model>,
}

impl Question<'_> {
    /// As far as a key alone can be judged.
    pub fn of(key: KeyId) -> Self {
        Self { key, endpoint: Endpoint::Chat, door: Door::Unified, model: None, ip: None, secret: None }
    }
}

/// The endpoint that a call's record names.
pub fn endpoint(word: &str) -> Option<Endpoint> {
    [Endpoint::Chat, Endpoint::Embeddings].into_iter().find(|endpoint| endpoint.word() == word)
}

/// What a call would meet now.
pub struct Explanation {
    pub chain: Vec<(Check, Verdict)>,
    /// The refusal; `None`: it would be let through.
    pub error: Option<Error>,
    /// `api/version` that would serve it.
    pub api: Option<String>,
    pub plan: Option<String>,
    /// How full the limits are that it would count on; empty while it is not known which.
    gauges: Vec<Gauge>,
    pub policy_seq: i64,
}

impl Explanation {
    /// How much the tightest of its limits of this kind has left; none where there is no such limit.
    pub fn left(&self, kind: LimitKind) -> Option<i64> {
        let its = self.gauges.iter().filter(|gauge| gauge.limit.kind == kind);
        its.map(Gauge::remaining).min()
    }
}

/// Asks every check of the live path, as of now, without taking or writing anything.
///
/// # Errors
/// `not_found` for a key that is not there; `auth_unavailable` when it cannot be read.
pub async fn dry_run(gateway: &Gateway, question: Question<'_>) -> Result<Explanation> {
    let directory = gateway.directory();
    let found = directory.by_id(question.key).await?;
    let cards = found.ok_or_else(|| Code::NotFound.with(question.key))?;
    let mut explained = Explanation {
        chain: Vec::new(),
        error: None,
        api: None,
        plan: None,
        gauges: Vec::new(),
        policy_seq: directory.sequence(),
    };
    let judged = judge(gateway, &cards, &question, &mut explained);
    explained.error = judged.err();
    explained.chain = chain(explained.error.as_ref().map(Error::code), Came::Asked);
    Ok(explained)
}

fn judge(
    gateway: &Gateway,
    cards: &Cards,
    question: &Question<'_>,
    explained: &mut Explanation,
) -> Result<()> {
    let now = gateway.now();
    identify::judge_with(cards, question.secret, question.ip, now)?;
    let (key, app) = (&cards.key.card, &cards.app.card);
    gateway.limits().peek(&key.limits, now).map_err(|refused| refused.error())?;
    let catalogue = gateway.directory().catalogue();
    let Some(model) = question.model else {
        return authorize::subscribed(key, app, &catalogue, now);
    };
    let wanted = Wanted { endpoint: question.endpoint, door: &question.door, model };
    let grant = authorize::authorize(key, app, &catalogue, wanted, now)?;
    explained.api = Some(format!("{}/{}", grant.api.slug, grant.version.row.name));
    explained.plan = Some(grant.plan.name.clone());
    reserve::priced(gateway, &grant, question.endpoint)?;
    gateway.limits().check(&grant.limits, &Ask::default(), now).map_err(|refused| refused.error())?;
    explained.gauges = gateway.gauges(&grant.limits);
    let health = gateway.upstream().health();
    let plan = plan::plan(health, &grant.model, question.endpoint, CallId::fresh())?;
    plan.foreseen(health).map_or(Ok(()), Err)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_tells_what_passed_and_what_was_not_reached() {
        let chain = chain(Some(Code::OwnerDeactivated), Came::Known);
        let verdict = |check| chain.iter().find(|(other, _)| *other == check).unwrap().1;
        assert_eq!(verdict(Check::Expiry), Verdict::Passed);
        assert_eq!(verdict(Check::Owner), Verdict::Failed);
        assert_eq!(verdict(Check::Model), Verdict::NotReached);
        assert!(super::chain(None, Came::Begun).iter().all(|(_, verdict)| *verdict == Verdict::Passed));
    }

    #[test]
    fn a_code_of_several_checks_is_placed_by_how_far_its_call_came() {
        let failed = |code, came| {
            chain(Some(code), came).into_iter().find(|(_, verdict)| *verdict == Verdict::Failed).unwrap().0
        };
        for code in [Code::ShuttingDown, Code::Overloaded] {
            assert_eq!(failed(code, Came::Nowhere), Check::Room, "its key was never looked at");
            assert_eq!(failed(code, Came::Known), Check::Body);
            assert_eq!(failed(code, Came::Asked), Check::Limits);
            assert_eq!(failed(code, Came::Begun), Check::Vendor);
        }
        assert_eq!(failed(Code::FieldInvalid, Came::Known), Check::Body);
        assert_eq!(failed(Code::FieldInvalid, Came::Asked), Check::Model, "a model of another kind");
    }
}
