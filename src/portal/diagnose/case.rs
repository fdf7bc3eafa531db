//! Gathers what there is to say about one call or one key.

use std::net::IpAddr;

use super::chain;
use super::feed::{self, Changes, Span, User};
use super::fix::{About, Fix, fix, for_key};
use super::help;
use super::lines::{self, Line};
use crate::base::ids::{CallId, KeyId};
use crate::base::limit::LimitKind;
use crate::base::{Code, Error, Nanos, Result, Timestamp};
use crate::domain::actor::Actor;
use crate::domain::catalogue;
use crate::domain::keys::{self, KeyView};
use crate::domain::names::{self, Wanted};
use crate::domain::permit::{Right, may};
use crate::gateway::Gateway;
use crate::gateway::explain::{Came, Explanation, Question, dry_run, endpoint};
use crate::ledger::calls::{Filter, Told};
use crate::ledger::kept::Kept;
use crate::ledger::record::CallState;
use crate::ledger::{Ledger, calls};
use crate::portal::calls::{CallLine, Facts, catch_up, refusal, sight};
use crate::portal::look;
use crate::store::Db;
use crate::store::entity::{call, key_secret};

/// Refused calls of a key that are shown.
const LATEST: u64 = 5;

/// All that the page shows below its form.
pub struct Case {
    /// The call, when one was asked about.
    pub call: Option<CallCase>,
    /// The key, when the person may see it.
    pub key: Option<KeyView>,
    pub now: Vec<Line>,
    /// By whom its owner's account was put out of use, where that stops it and may be told.
    pub ended_by: String,
    /// What a call would meet now; empty where it cannot be said.
    pub outlook: String,
    pub passes_now: bool,
    pub fix: Option<Fix>,
    pub changes: Changes,
    pub callers: Vec<User>,
    /// Of the key: calls that did not go well, newest first.
    pub latest: Vec<CallLine>,
    /// To send to somebody who helps: no secret in it.
    pub help: String,
    /// Who looks after the API, as its owner says; empty when nobody is named.
    pub contact: String,
    /// The same as a letter to them; empty where the contact is no e-mail address.
    pub letter: String,
}

impl Case {
    /// A call of now would pass and stop where this one did.
    pub fn is_unchanged(&self) -> bool {
        let states = |lines: &[Line]| lines.iter().map(|line| line.state).collect::<Vec<_>>();
        self.call.as_ref().is_some_and(|then| states(&then.lines) == states(&self.now))
    }
}

/// The call as it was.
pub struct CallCase {
    pub id: CallId,
    pub at: Timestamp,
    pub state: String,
    pub code: Option<Code>,
    came: Came,
    /// What the caller was told.
    pub said: String,
    /// What to do next.
    pub next: String,
    pub facts: Facts,
    pub policy_seq: i64,
    pub model: String,
    pub lines: Vec<Line>,
    /// Nobody's: the key it came with was never proved.
    pub stranger: bool,
    /// Which headers came in place of a key; empty where one came.
    pub received: String,
    /// The asker's own keys that begin as the incomplete or mistyped one did.
    pub kin: Vec<KeyView>,
}

pub struct Desk<'a> {
    pub db: &'a Db,
    pub ledger: &'a Ledger,
    pub gateway: &'a Gateway,
    pub actor: &'a Actor,
    /// How much of what changed is wanted.
    pub span: Span,
}

impl Desk<'_> {
    /// The case of a call; none when there is no such call that the person may know of.
    pub async fn call(&self, id: CallId) -> Result<Option<Case>> {
        let sight = sight(self.actor);
        let mut told = calls::find_for_diagnosis(self.db, &sight, id).await?;
        if told.is_none() {
            catch_up(self.ledger, self.db).await;
            told = calls::find_for_diagnosis(self.db, &sight, id).await?;
        }
        let Some(told) = told else { return Ok(None) };
        let api = told.call.api_id;
        let names =
            names::of(self.db, Wanted { apis: api.into_iter().collect(), ..Wanted::default() }).await?;
        let mut then = call_case(&told, &names.api(api));
        let call = told.call;
        let key = match call.key_id {
            Some(key) => self.visible(key).await?,
            None => None,
        };
        let code = then.code;
        if code == Some(Code::KeyMalformed) {
            then.kin = keys::find_own_by_prefix(self.db, self.actor, &call.key_prefix).await?;
        }
        if then.stranger && self.gateway.is_terse() && !may(self.actor, Right::SeeEverything) {
            then.say_no_more();
        }
        let meant = key.as_ref().or(then.kin.first());
        let about = About {
            key: meant.map(|key| key.row.id),
            app: call.app_id,
            team: call.team_id,
            user: call.user_id,
            subscription: call.subscription_id,
            held: key.as_ref().is_some_and(|key| !keys::may_enable(self.actor, &key.row)),
            api: match call.api_id {
                Some(api) => catalogue::address_of(self.db, self.actor, api).await?,
                None => None,
            },
        };
        let mut case = self.judge(key, Some(&call), None).await?;
        case.fix = code.and_then(|code| fix(self.actor, code, &about));
        let hung = chain::of_call(self, &call).await?;
        case.changes = feed::changes(self.db, self.actor, &hung, call.at, self.span).await?;
        case.help = help::text(&then, &case.outlook);
        case.contact = help::contact(self.db, self.actor, call.version_id).await?;
        case.letter = help::letter(&case.contact, &then, &case.help);
        case.call = Some(then);
        Ok(Some(case))
    }

    /// The case of a key that the person may see, and of this secret of it.
    pub async fn key(&self, key: KeyView, secret: Option<&key_secret::Model>) -> Result<Case> {
        catch_up(self.ledger, self.db).await;
        let row = key.row.clone();
        let refusal = dry_run(self.gateway, Question { secret, ..Question::of(row.id) }).await?.error;
        let mut case = self.judge(Some(key), None, secret).await?;
        case.fix = refusal.and_then(|error| for_key(self.actor, &row, &error));
        let hung = chain::of_key(&row);
        case.changes = feed::changes(self.db, self.actor, &hung, self.db.now(), self.span).await?;
        let refused = Filter { key: Some(row.id), state: Some(CallState::Refused), ..Filter::default() };
        let latest = calls::list(self.db, &sight(self.actor), &refused, None, LATEST).await?.calls;
        let names = names::of(self.db, CallLine::wanted(&latest)).await?;
        case.latest = latest.iter().map(|call| CallLine::new(call, &names)).collect();
        Ok(case)
    }

    async fn visible(&self, id: KeyId) -> Result<Option<KeyView>> {
        match keys::get_visible(self.db, self.actor, id).await {
            Ok(key) => Ok(Some(key)),
            Err(error) if error.code() == Code::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// What the same call would meet now, by the functions that judge live calls.
    async fn judge(
        &self,
        key: Option<KeyView>,
        call: Option<&call::Model>,
        secret: Option<&key_secret::Model>,
    ) -> Result<Case> {
        let mut case = Case {
            call: None,
            key: None,
            now: Vec::new(),
            ended_by: String::new(),
            outlook: String::new(),
            passes_now: false,
            fix: None,
            changes: Changes::default(),
            callers: Vec::new(),
            latest: Vec::new(),
            help: String::new(),
            contact: String::new(),
            letter: String::new(),
        };
        let Some(key) = key else { return Ok(case) };
        let model = call.map(|call| call.model.as_str()).filter(|model| !model.is_empty());
        let ip: Option<IpAddr> = call.and_then(|call| call.ip.parse().ok());
        let sent = call.and_then(|call| key.secrets.iter().find(|one| Some(one.id) == call.secret_id));
        let secret = secret.or(sent);
        let door = Question::of(key.row.id);
        let endpoint = call.and_then(|call| endpoint(&call.endpoint)).unwrap_or(door.endpoint);
        let explained =
            dry_run(self.gateway, Question { endpoint, model, ip, secret, ..door.clone() }).await?;
        case.now = lines::now(&explained);
        case.passes_now = explained.error.is_none();
        if let Some(error) = &explained.error {
            case.ended_by = feed::ended_by(self.db, self.actor, key.row.owner_id, error.code()).await?;
        }
        case.outlook = match (&explained.error, &explained.api) {
            // The key may be good, but not with what was sent.
            (Some(error), _) if error.code() == Code::KeyRotated => {
                let newer = dry_run(self.gateway, Question { endpoint, model, ip, ..door }).await?;
                replaced(&key, newer.error.as_ref())
            }
            (Some(error), _) => format!("Would be refused now: {}.", error.code()),
            (None, Some(api)) => {
                let then = call.and_then(|call| Code::parse(call.code.as_deref()?));
                format!("Would pass now, served by {api}{}.", room(then, &explained))
            }
            (None, None) => "The key is good now, and its app has a subscription.".to_owned(),
        };
        case.callers = feed::users(self.db, &key.row).await?;
        case.key = Some(key);
        Ok(case)
    }
}

/// How large a call may be that was refused for its size: how much it asks for is not in its record.
fn room(then: Option<Code>, now: &Explanation) -> String {
    let kind = match then {
        Some(Code::InsufficientQuota) => LimitKind::UsdPerMonth,
        Some(Code::RateLimitExceeded) => LimitKind::TokensPerMinute,
        _ => return String::new(),
    };
    match (now.left(kind), kind) {
        (None, _) => String::new(),
        (Some(left), LimitKind::UsdPerMonth) => {
            format!(", if it may cost no more than {}: so much is left of this month's budget", Nanos(left))
        }
        (Some(left), _) => format!(
            ", if it may use no more than {}: so many are left of this minute's limit",
            look::count(left, "token")
        ),
    }
}

/// A secret that was replaced stays refused, whatever becomes of its key.
fn replaced(key: &KeyView, newer: Option<&Error>) -> String {
    let name = key.secrets.iter().find(|secret| secret.ends_at.is_none());
    let name = name.map(|secret| format!(" ({}…{})", secret.prefix, secret.last4)).unwrap_or_default();
    let still = "Would be refused now: this secret was replaced and does not come back.";
    match newer {
        None => format!("{still} The key's newer secret{name} works."),
        Some(error) => {
            format!("{still} The key's newer secret{name} would be refused as well: {}.", error.code())
        }
    }
}

impl CallCase {
    /// Nobody saw its end.
    pub fn is_lost(&self) -> bool {
        self.state == CallState::Lost.word()
    }

    /// Answers that tell the code alone are told no more of here.
    fn say_no_more(&mut self) {
        self.said = self.code.map_or("", Code::message).to_owned();
        self.next = self.code.map_or("", Code::next).to_owned();
        self.lines = lines::then(self.code, self.came, "");
        self.received.clear();
    }
}

/// How far the call came, as its rows show.
fn came(of: &Told) -> Came {
    let call = &of.call;
    match CallState::parse(&call.state) {
        _ if !of.attempts.is_empty() => Came::Begun,
        Some(CallState::Refused) if call.key_id.is_none() => Came::Nowhere,
        Some(CallState::Refused) if call.model.is_empty() => Came::Known,
        Some(CallState::Refused) => Came::Asked,
        _ => Came::Begun,
    }
}

/// `api`: what the API that was called is called.
fn call_case(of: &Told, api: &str) -> CallCase {
    let (call, told) = (&of.call, refusal(of));
    let said = told.as_ref().map_or("", Error::message);
    let code = told.as_ref().map(Error::code);
    let received = if code == Some(Code::AuthMissing) { Kept::read(&call.facts).received } else { "" };
    CallCase {
        id: call.id,
        at: call.at,
        state: call.state.clone(),
        code,
        came: came(of),
        said: look::spoken(said),
        next: told.as_ref().map_or("", Error::next).to_owned(),
        facts: Facts::read(&call.facts, api),
        policy_seq: call.policy_seq,
        model: call.model.clone(),
        lines: if call.state == CallState::Lost.word() {
            lines::lost()
        } else {
            lines::then(code, came(of), &look::spoken(said))
        },
        stranger: call.team_id.is_none() && call.key_id.is_none() && call.user_id.is_none(),
        received: received.to_owned(),
        kin: Vec::new(),
    }
}
