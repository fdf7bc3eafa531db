//! Records as bytes: a kind, then the fields in order; integers as varints, texts with their length.
//! A field is only ever added at the end under a new kind, so that old segments stay readable.

use std::net::IpAddr;

use uuid::Uuid;

use super::record::{
    Attempt, Begin, CallState, Count, End, Record, Refusal, Reserved, Tokens, UsageSource, What, Who,
};
use crate::base::ids::{
    ApiId, AppId, CallId, CredentialId, KeyId, KeySecretId, PlanId, ProviderId, SubscriptionId, TargetId,
    TeamId, UserId, VersionId,
};
use crate::base::limit::LimitScope;
use crate::base::{Code, Nanos, Timestamp};

/// A begin, and one carried on, before the prompt's part of the tokens was written.
const PLAIN_BEGIN: u8 = 1;
const END: u8 = 2;
const REFUSAL: u8 = 3;
const COUNT: u8 = 4;
const PLAIN_CARRIED: u8 = 5;
const BEGIN: u8 = 6;
const CARRIED: u8 = 7;

/// Texts are cut to these sizes on the way in, so that a record stays small whatever a caller sends.
const SHORT: usize = 128;
const LONG: usize = 256;
const FACTS: usize = 512;
const MANY: usize = 64;

pub fn begin(out: &mut Vec<u8>, begin: &Begin) {
    out.push(BEGIN);
    begin_fields(out, begin);
}

/// The begin of a call that is still open, written once more.
pub fn carried(out: &mut Vec<u8>, begin: &Begin) {
    out.push(CARRIED);
    begin_fields(out, begin);
}

fn begin_fields(out: &mut Vec<u8>, begin: &Begin) {
    id(out, begin.id.0);
    int(out, begin.at.0);
    who(out, &begin.who);
    what(out, &begin.what);
    int(out, begin.reserved.nanos.0);
    int(out, begin.reserved.tokens);
    let budgets = begin.reserved.budgets.get(..MANY).unwrap_or(&begin.reserved.budgets);
    uint(out, budgets.len() as u64);
    for (scope, subject) in budgets {
        text(out, scope.word(), SHORT);
        id(out, *subject);
    }
    int(out, begin.reserved.prompt);
}

pub fn end(out: &mut Vec<u8>, end: &End) {
    out.push(END);
    id(out, end.id.0);
    int(out, end.at.0);
    text(out, end.state.word(), SHORT);
    option(out, end.code, |out, code| text(out, code.word(), SHORT));
    uint(out, u64::from(end.status));
    for count in [
        end.tokens.input,
        end.tokens.cached_read,
        end.tokens.cache_write,
        end.tokens.output,
        end.tokens.reasoning,
    ] {
        option(out, count, uint);
    }
    text(out, end.usage_source.word(), SHORT);
    option(out, end.cost, |out, cost| int(out, cost.0));
    option(out, end.first_byte_us, int);
    int(out, end.policy_seq);
    text(out, &end.facts, FACTS);
    let attempts = end.attempts.get(..MANY).unwrap_or(&end.attempts);
    uint(out, attempts.len() as u64);
    for attempt in attempts {
        int(out, attempt.at.0);
        id(out, attempt.provider.0);
        id(out, attempt.target.0);
        option(out, attempt.credential.map(|it| it.0), id);
        text(out, &attempt.vendor_model, LONG);
        option(out, attempt.code, |out, code| text(out, code.word(), SHORT));
        uint(out, u64::from(attempt.status));
        int(out, attempt.micros);
    }
}

pub fn refusal(out: &mut Vec<u8>, refusal: &Refusal) {
    out.push(REFUSAL);
    id(out, refusal.id.0);
    int(out, refusal.at.0);
    who(out, &refusal.who);
    what(out, &refusal.what);
    out.push(u8::from(refusal.proved));
    text(out, refusal.code.word(), SHORT);
    uint(out, u64::from(refusal.status));
    int(out, refusal.policy_seq);
    text(out, &refusal.facts, FACTS);
    int(out, refusal.micros);
}

pub fn count(out: &mut Vec<u8>, count: &Count) {
    out.push(COUNT);
    id(out, count.id);
    int(out, count.minute);
    text(out, &count.net, SHORT);
    text(out, count.code.word(), SHORT);
    int(out, count.count);
}

fn who(out: &mut Vec<u8>, who: &Who) {
    option(out, who.team.map(|it| it.0), id);
    option(out, who.app.map(|it| it.0), id);
    option(out, who.key.map(|it| it.0), id);
    option(out, who.secret.map(|it| it.0), id);
    option(out, who.user.map(|it| it.0), id);
    text(out, &who.key_prefix, SHORT);
    match who.ip {
        IpAddr::V4(ip) => {
            out.push(4);
            out.extend_from_slice(&ip.octets());
        }
        IpAddr::V6(ip) => {
            out.push(6);
            out.extend_from_slice(&ip.octets());
        }
    }
    text(out, &who.agent, LONG);
    option(out, who.client_request_id.as_deref(), |out, it| text(out, it, SHORT));
}

fn what(out: &mut Vec<u8>, what: &What) {
    text(out, &what.endpoint, SHORT);
    text(out, &what.model, LONG);
    out.push(u8::from(what.stream));
    option(out, what.api.map(|it| it.0), id);
    option(out, what.version.map(|it| it.0), id);
    option(out, what.plan.map(|it| it.0), id);
    option(out, what.subscription.map(|it| it.0), id);
}

fn id(out: &mut Vec<u8>, id: Uuid) {
    out.extend_from_slice(id.as_bytes());
}

fn uint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push((value as u8) | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

fn int(out: &mut Vec<u8>, value: i64) {
    uint(out, ((value << 1) ^ (value >> 63)) as u64);
}

fn text(out: &mut Vec<u8>, text: &str, most: usize) {
    let mut cut = text.len().min(most);
    while !text.is_char_boundary(cut) {
        cut -= 1;
    }
    let kept = text.get(..cut).unwrap_or("");
    uint(out, kept.len() as u64);
    out.extend_from_slice(kept.as_bytes());
}

fn option<T>(out: &mut Vec<u8>, value: Option<T>, write: impl FnOnce(&mut Vec<u8>, T)) {
    match value {
        None => out.push(0),
        Some(value) => {
            out.push(1);
            write(out, value);
        }
    }
}

/// Reads one record back. `None` means that the bytes are not one this version knows.
pub fn decode(bytes: &[u8]) -> Option<Record> {
    let mut input = Input(bytes);
    let record = match input.byte()? {
        PLAIN_BEGIN => Record::Begin(input.plain_begin()?),
        PLAIN_CARRIED => Record::Carried(input.plain_begin()?),
        BEGIN => Record::Begin(input.begin()?),
        CARRIED => Record::Carried(input.begin()?),
        END => Record::End(input.end()?),
        REFUSAL => Record::Refusal(input.refusal()?),
        COUNT => Record::Count(input.count()?),
        _ => return None,
    };
    input.0.is_empty().then_some(record)
}

struct Input<'a>(&'a [u8]);

impl Input<'_> {
    fn take(&mut self, count: usize) -> Option<&[u8]> {
        let (head, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        Some(head)
    }

    fn byte(&mut self) -> Option<u8> {
        self.take(1)?.first().copied()
    }

    fn flag(&mut self) -> Option<bool> {
        match self.byte()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }

    fn id(&mut self) -> Option<Uuid> {
        Uuid::from_slice(self.take(16)?).ok()
    }

    fn uint(&mut self) -> Option<u64> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f).checked_shl(shift)?;
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }

    fn int(&mut self) -> Option<i64> {
        let value = self.uint()?;
        Some(((value >> 1) as i64) ^ -((value & 1) as i64))
    }

    fn status(&mut self) -> Option<u16> {
        u16::try_from(self.uint()?).ok()
    }

    fn str(&mut self) -> Option<&str> {
        let length = usize::try_from(self.uint()?).ok()?;
        std::str::from_utf8(self.take(length)?).ok()
    }

    fn text(&mut self) -> Option<String> {
        self.str().map(str::to_owned)
    }

    fn code(&mut self) -> Option<Code> {
        Code::parse(self.str()?)
    }

    /// The outer `None` is a broken record, the inner one an absent value.
    #[expect(clippy::option_option, reason = "broken and absent are two things")]
    fn option<T>(&mut self, read: impl FnOnce(&mut Self) -> Option<T>) -> Option<Option<T>> {
        Some(if self.flag()? { Some(read(self)?) } else { None })
    }

    fn ip(&mut self) -> Option<IpAddr> {
        match self.byte()? {
            4 => <[u8; 4]>::try_from(self.take(4)?).ok().map(IpAddr::from),
            6 => <[u8; 16]>::try_from(self.take(16)?).ok().map(IpAddr::from),
            _ => None,
        }
    }

    fn who(&mut self) -> Option<Who> {
        Some(Who {
            team: self.option(Self::id)?.map(TeamId),
            app: self.option(Self::id)?.map(AppId),
            key: self.option(Self::id)?.map(KeyId),
            secret: self.option(Self::id)?.map(KeySecretId),
            user: self.option(Self::id)?.map(UserId),
            key_prefix: self.text()?,
            ip: self.ip()?,
            agent: self.text()?,
            client_request_id: self.option(Self::text)?,
        })
    }

    fn what(&mut self) -> Option<What> {
        Some(What {
            endpoint: match self.str()? {
                "chat" => "chat".into(),
                "embeddings" => "embeddings".into(),
                other => other.to_owned().into(),
            },
            model: self.text()?,
            stream: self.flag()?,
            api: self.option(Self::id)?.map(ApiId),
            version: self.option(Self::id)?.map(VersionId),
            plan: self.option(Self::id)?.map(PlanId),
            subscription: self.option(Self::id)?.map(SubscriptionId),
        })
    }

    fn begin(&mut self) -> Option<Begin> {
        let mut begin = self.plain_begin()?;
        begin.reserved.prompt = self.int()?;
        Some(begin)
    }

    fn plain_begin(&mut self) -> Option<Begin> {
        Some(Begin {
            id: CallId(self.id()?),
            at: Timestamp(self.int()?),
            who: self.who()?,
            what: self.what()?,
            reserved: Reserved {
                nanos: Nanos(self.int()?),
                tokens: self.int()?,
                budgets: self.many(|it| Some((LimitScope::parse(it.str()?)?, it.id()?)))?,
                prompt: 0,
            },
        })
    }

    fn end(&mut self) -> Option<End> {
        Some(End {
            id: CallId(self.id()?),
            at: Timestamp(self.int()?),
            state: CallState::parse(self.str()?)?,
            code: self.option(Self::code)?,
            status: self.status()?,
            tokens: Tokens {
                input: self.option(Self::uint)?,
                cached_read: self.option(Self::uint)?,
                cache_write: self.option(Self::uint)?,
                output: self.option(Self::uint)?,
                reasoning: self.option(Self::uint)?,
            },
            usage_source: UsageSource::parse(self.str()?)?,
            cost: self.option(Self::int)?.map(Nanos),
            first_byte_us: self.option(Self::int)?,
            policy_seq: self.int()?,
            facts: self.text()?,
            attempts: self.many(Self::attempt)?,
        })
    }

    fn attempt(&mut self) -> Option<Attempt> {
        Some(Attempt {
            at: Timestamp(self.int()?),
            provider: ProviderId(self.id()?),
            target: TargetId(self.id()?),
            credential: self.option(Self::id)?.map(CredentialId),
            vendor_model: self.text()?,
            code: self.option(Self::code)?,
            status: self.status()?,
            micros: self.int()?,
        })
    }

    fn refusal(&mut self) -> Option<Refusal> {
        Some(Refusal {
            id: CallId(self.id()?),
            at: Timestamp(self.int()?),
            who: self.who()?,
            what: self.what()?,
            proved: self.flag()?,
            code: self.code()?,
            status: self.status()?,
            policy_seq: self.int()?,
            facts: self.text()?,
            micros: self.int()?,
        })
    }

    fn count(&mut self) -> Option<Count> {
        Some(Count {
            id: self.id()?,
            minute: self.int()?,
            net: self.text()?,
            code: self.code()?,
            count: self.int()?,
        })
    }

    fn many<T>(&mut self, mut read: impl FnMut(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        let count = usize::try_from(self.uint()?).ok().filter(|count| *count <= MANY)?;
        (0..count).map(|_| read(self)).collect()
    }
}

#[cfg(test)]
mod tests;
