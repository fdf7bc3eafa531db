//! Records to test with.

use std::net::{IpAddr, Ipv4Addr};

use proptest::prelude::*;
use tempfile::TempDir;
use uuid::Uuid;

use super::record::{
    Attempt, Begin, CallState, Count, End, Record, Refusal, Reserved, Tokens, UsageSource, What, Who,
};
use crate::base::clock::SECOND;
use crate::base::ids::{CallId, CredentialId, KeyId, ProviderId, TargetId, TeamId, UserId};
use crate::base::limit::LimitScope;
use crate::base::{Clock, Code, Nanos, Timestamp};
use crate::config::{Flags, load};
use crate::ledger::{Ledger, Options};
use crate::store::Db;

/// A data folder with its databases.
pub struct World {
    pub folder: TempDir,
    pub db: Db,
}

impl World {
    pub async fn fresh() -> Self {
        let folder = TempDir::new().unwrap();
        let flags = Flags { data_dir: Some(folder.path().to_owned()), ..Flags::default() };
        let db = Db::open(&load(&flags).unwrap(), Clock::default()).await.unwrap();
        Self { folder, db }
    }

    /// A ledger with small segments. Only one can be open at a time.
    pub fn ledger(&self) -> Ledger {
        let options = Options { segment_bytes: 4_000, ..Options::new(self.folder.path()) };
        Ledger::open(&options, self.db.clock().clone()).unwrap()
    }
}

pub const IP: IpAddr = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));

/// The begin of a call that counts on one key's budget.
pub fn begin() -> Begin {
    let key = KeyId::fresh();
    Begin {
        id: CallId::fresh(),
        at: Clock::default().now(),
        who: Who {
            team: Some(TeamId::fresh()),
            key: Some(key),
            user: Some(UserId::fresh()),
            key_prefix: "sk-ptc-Ab12".to_owned(),
            agent: "OpenAI/Python 2.1.0".to_owned(),
            ..Who::stranger(IP)
        },
        what: What { endpoint: "chat".into(), model: "fast".to_owned(), stream: true, ..What::default() },
        reserved: Reserved {
            nanos: Nanos(5_000),
            tokens: 900,
            prompt: 60,
            budgets: vec![(LimitScope::Key, key.0)],
        },
    }
}

/// A good end of that call.
pub fn end(begin: &Begin) -> End {
    End {
        id: begin.id,
        at: begin.at.plus(SECOND),
        state: CallState::Answered,
        code: None,
        status: 200,
        tokens: Tokens { input: Some(40), output: Some(12), ..Tokens::default() },
        usage_source: UsageSource::Reported,
        cost: Some(Nanos(1_200)),
        first_byte_us: Some(90_000),
        attempts: vec![
            attempt(begin.id, begin.at, Some(Code::VendorLimit)),
            attempt(begin.id, begin.at.plus(500), None),
        ],
        policy_seq: 17,
        facts: "plan=free".to_owned(),
    }
}

fn attempt(call: CallId, at: Timestamp, code: Option<Code>) -> Attempt {
    Attempt {
        at,
        provider: ProviderId(call.0),
        target: TargetId(call.0),
        credential: Some(CredentialId(call.0)),
        vendor_model: "gpt-5-mini".to_owned(),
        code,
        status: if code.is_some() { 429 } else { 200 },
        micros: 400,
    }
}

/// A refusal of a stranger.
pub fn refusal(ip: IpAddr, at: Timestamp) -> Refusal {
    Refusal {
        id: CallId::fresh(),
        at,
        who: Who { key_prefix: "sk-ptc-Zz99".to_owned(), ..Who::stranger(ip) },
        what: What { endpoint: "chat".into(), ..What::default() },
        proved: false,
        code: Code::KeyUnknown,
        status: 401,
        policy_seq: 3,
        facts: String::new(),
        micros: 80,
    }
}

/// Any record at all whose texts are within their sizes.
pub fn any() -> impl Strategy<Value = Record> {
    (any_begin(), any_end(), any_refusal(), any_count(), 0..5).prop_map(
        |(begin, end, refusal, count, which)| match which {
            0 => Record::Begin(begin),
            1 => Record::End(end),
            2 => Record::Refusal(refusal),
            3 => Record::Count(count),
            _ => Record::Carried(begin),
        },
    )
}

fn uuid() -> impl Strategy<Value = Uuid> {
    proptest::prelude::any::<u128>().prop_map(Uuid::from_u128)
}

fn maybe<T: std::fmt::Debug>(of: impl Strategy<Value = T>) -> impl Strategy<Value = Option<T>> {
    proptest::option::of(of)
}

fn code() -> impl Strategy<Value = Code> {
    proptest::sample::select(Code::ALL)
}

fn who() -> impl Strategy<Value = Who> {
    use proptest::prelude::any;
    let ids = (maybe(uuid()), maybe(uuid()), maybe(uuid()));
    (ids, any::<IpAddr>(), "\\PC{0,30}", "\\PC{0,60}", maybe("[ -~]{0,30}")).prop_map(
        |((team, key, user), ip, key_prefix, agent, client_request_id)| Who {
            team: team.map(TeamId),
            key: key.map(KeyId),
            user: user.map(UserId),
            key_prefix,
            agent,
            client_request_id,
            ..Who::stranger(ip)
        },
    )
}

fn any_begin() -> impl Strategy<Value = Begin> {
    use proptest::prelude::any;
    let scope = proptest::sample::select(LimitScope::ALL);
    let budgets = proptest::collection::vec((scope, uuid()), 0..4);
    (uuid(), any::<i64>(), who(), "\\PC{0,60}", any::<(i64, i64, i64, bool)>(), budgets).prop_map(
        |(id, at, who, model, (nanos, tokens, prompt, stream), budgets)| Begin {
            id: CallId(id),
            at: Timestamp(at),
            who,
            what: What { endpoint: "embeddings".into(), model, stream, ..What::default() },
            reserved: Reserved { nanos: Nanos(nanos), tokens, prompt, budgets },
        },
    )
}

fn any_end() -> impl Strategy<Value = End> {
    use proptest::prelude::any;
    let attempts =
        (uuid(), any::<(i64, i64, u16)>(), maybe(code())).prop_map(|(id, (at, micros, status), code)| {
            Attempt {
                at: Timestamp(at),
                provider: ProviderId(id),
                target: TargetId(id),
                credential: None,
                vendor_model: "m".to_owned(),
                code,
                status,
                micros,
            }
        });
    let state = proptest::sample::select(CallState::ALL);
    let source = proptest::sample::select(UsageSource::ALL);
    let counts = any::<(Option<u64>, Option<u64>, Option<u64>)>();
    let numbers = any::<(i64, u16, Option<i64>, Option<i64>, i64)>();
    let attempts = proptest::collection::vec(attempts, 0..4);
    (uuid(), state, source, maybe(code()), counts, numbers, attempts, "\\PC{0,60}").prop_map(
        |(id, state, usage_source, code, counts, numbers, attempts, facts)| End {
            id: CallId(id),
            at: Timestamp(numbers.0),
            state,
            code,
            status: numbers.1,
            tokens: Tokens { input: counts.0, cached_read: counts.1, output: counts.2, ..Tokens::default() },
            usage_source,
            cost: numbers.2.map(Nanos),
            first_byte_us: numbers.3,
            attempts,
            policy_seq: numbers.4,
            facts,
        },
    )
}

fn any_refusal() -> impl Strategy<Value = Refusal> {
    use proptest::prelude::any;
    (uuid(), any::<(i64, i64, u16, bool)>(), who(), code(), "\\PC{0,60}").prop_map(
        |(id, (at, micros, status, proved), who, code, facts)| Refusal {
            id: CallId(id),
            at: Timestamp(at),
            who,
            what: What::default(),
            proved,
            code,
            status,
            policy_seq: 0,
            facts,
            micros,
        },
    )
}

fn any_count() -> impl Strategy<Value = Count> {
    use proptest::prelude::any;
    (uuid(), any::<(i64, i64)>(), code()).prop_map(|(id, (minute, count), code)| Count {
        id,
        minute,
        net: "203.0.113.0/24".to_owned(),
        code,
        count,
    })
}
