//! What the journal holds: the begin and the end of each call, and each refusal.

use std::borrow::Cow;
use std::net::IpAddr;

use uuid::Uuid;

use crate::base::ids::{
    ApiId, AppId, CallId, CredentialId, KeyId, KeySecretId, PlanId, ProviderId, SubscriptionId, TargetId,
    TeamId, UserId, VersionId,
};
use crate::base::limit::LimitScope;
use crate::base::words::words;
use crate::base::{Code, Nanos, Timestamp};

words! {
    /// How a call ended.
    CallState {
        Answered "answered" "answered";
        Refused "refused" "refused";
        Failed "failed" "failed";
        CutClient "cut_client" "caller left";
        CutVendor "cut_vendor" "vendor broke off";
        Lost "lost" "lost in a crash";
    }
}

impl CallState {
    /// True when the call should have been answered and was not. A caller who left is no fault of anybody's.
    pub fn is_error(self) -> bool {
        !matches!(self, Self::Answered | Self::CutClient)
    }
}

words! {
    /// Where the token counts of a call come from.
    UsageSource {
        Reported "reported" "reported by the vendor";
        Counted "counted" "counted here";
        Estimated "estimated" "estimated";
        None "none" "none";
    }
}

/// Written before any vendor is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Begin {
    pub id: CallId,
    pub at: Timestamp,
    pub who: Who,
    pub what: What,
    pub reserved: Reserved,
}

/// Who called, as far as it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    pub team: Option<TeamId>,
    pub app: Option<AppId>,
    pub key: Option<KeyId>,
    pub secret: Option<KeySecretId>,
    pub user: Option<UserId>,
    /// The first characters of the key; empty when none was sent.
    pub key_prefix: String,
    pub ip: IpAddr,
    pub agent: String,
    /// The caller's own `x-request-id`.
    pub client_request_id: Option<String>,
}

impl Who {
    /// A caller of whom nothing but the address is known.
    pub fn stranger(ip: IpAddr) -> Self {
        Self {
            team: None,
            app: None,
            key: None,
            secret: None,
            user: None,
            key_prefix: String::new(),
            ip,
            agent: String::new(),
            client_request_id: None,
        }
    }
}

/// What was asked for, as far as it is known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct What {
    /// The endpoint class: `chat`, `embeddings`; empty when the path is unknown.
    pub endpoint: Cow<'static, str>,
    /// The public model name as asked for.
    pub model: String,
    pub stream: bool,
    pub api: Option<ApiId>,
    pub version: Option<VersionId>,
    pub plan: Option<PlanId>,
    pub subscription: Option<SubscriptionId>,
}

/// What was set aside for the call, and whose budgets it counts on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reserved {
    pub nanos: Nanos,
    /// Prompt and answer together.
    pub tokens: i64,
    /// The prompt's part of `tokens`.
    pub prompt: i64,
    pub budgets: Vec<(LimitScope, Uuid)>,
}

/// Tokens of a call; a count that nobody gave is absent, never 0. `input` includes the cached ones.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tokens {
    pub input: Option<u64>,
    pub cached_read: Option<u64>,
    pub cache_write: Option<u64>,
    pub output: Option<u64>,
    /// Part of `output`.
    pub reasoning: Option<u64>,
}

impl Tokens {
    /// Input and output together, as limits count them.
    pub fn total(&self) -> u64 {
        self.input.unwrap_or(0).saturating_add(self.output.unwrap_or(0))
    }
}

/// Before this word in the facts stands what everyone may know who may see the call; after it, why its
/// vendors failed.
pub const CAUSE: &str = "cause";

/// After this word in the facts stands what the caller was told: the last of them.
pub const SAID: &str = "said";

/// After this word, and before what was said, stands the next step the caller was told, where it is another
/// than the code's own.
pub const NEXT: &str = "next";

/// After this word stands which headers came in place of a key, by name.
pub const RECEIVED: &str = "received";

/// Written once per call that began, whatever happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct End {
    pub id: CallId,
    pub at: Timestamp,
    pub state: CallState,
    pub code: Option<Code>,
    /// The HTTP status the caller got.
    pub status: u16,
    pub tokens: Tokens,
    pub usage_source: UsageSource,
    /// Absent when the price is unknown.
    pub cost: Option<Nanos>,
    /// From the start of the call to the first byte of the answer.
    pub first_byte_us: Option<i64>,
    pub attempts: Vec<Attempt>,
    /// The change sequence the decision was made at.
    pub policy_seq: i64,
    /// What the decision was made on, in at most 512 bytes (longer text is cut).
    pub facts: String,
}

/// One try at one target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    pub at: Timestamp,
    pub provider: ProviderId,
    pub target: TargetId,
    pub credential: Option<CredentialId>,
    pub vendor_model: String,
    /// Absent when the try won.
    pub code: Option<Code>,
    /// The vendor's own status; 0 when there was no answer.
    pub status: u16,
    pub micros: i64,
}

/// A call that was refused before it was admitted: one record, no begin.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    pub id: CallId,
    pub at: Timestamp,
    pub who: Who,
    pub what: What,
    /// True when the caller's secret matched a key: such a refusal always keeps its own row.
    pub proved: bool,
    pub code: Code,
    pub status: u16,
    pub policy_seq: i64,
    /// As in [`End`].
    pub facts: String,
    /// From the first byte to the answer.
    pub micros: i64,
}

/// Refusals without proof that were counted instead of kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Count {
    pub id: Uuid,
    /// Minutes since 1970.
    pub minute: i64,
    pub net: String,
    pub code: Code,
    pub count: i64,
}

/// One entry of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    Begin(Begin),
    /// A begin written once more, so that the segment of the first one could go.
    Carried(Begin),
    End(End),
    Refusal(Refusal),
    Count(Count),
}
