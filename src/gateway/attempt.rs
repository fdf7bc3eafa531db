//! Asks one target after the other until one answers. Second tries and failover live here and
//! nowhere else: never after the first content went out, and the same target at most once more.

use std::time::Duration;

use bytes::{Bytes, BytesMut};

use crate::base::ids::TargetId;
use crate::base::{Code, Error};
use crate::limits::MemoryHold;
use crate::upstream::{
    Answer, AnswerBody, Coding, Fault, FaultKind, Outcome, Script, ScriptEnd, Standing, Timer, Timers,
    Transport, Why,
};
use crate::vendors::{self, Destination, demo};
use crate::wire::{self, ModelFacts, Relay, Retry, Shown, VendorFault, WireFault};

use super::guard::{BASE_BYTES, Guard};
use super::plan::{self, Choice, Resting};
use super::{Admitted, cause};

/// A whole answer may have so many bytes: an image in base64, or 2,048 embeddings of 3,072 numbers.
const ANSWER_CAP: usize = 64 << 20;
/// How often a whole answer is held at once: as it came, and as it goes.
const COPIES: u64 = 2;
const ERROR_CAP: usize = 256 << 10;
/// Before the same target is asked again.
const PAUSE: Duration = Duration::from_millis(50);

/// Proof that a vendor answered, and the answer.
pub struct Won {
    pub guard: Box<Guard>,
    pub answer: Answered,
}

#[expect(clippy::large_enum_variant, reason = "made once a call and moved at once")]
pub enum Answered {
    /// With the memory it holds until it is sent.
    Whole(Bytes, MemoryHold),
    Stream(Streaming),
}

/// A stream whose first content is there.
pub struct Streaming {
    pub relay: Box<dyn Relay>,
    pub body: AnswerBody,
    /// For the caller, not sent yet.
    pub out: BytesMut,
    /// What was wrong right behind the first content, to be told after `out`.
    pub fault: Option<WireFault>,
    /// Whose health hears of the end.
    pub choice: Choice,
}

/// Every target failed.
pub struct Lost {
    pub guard: Box<Guard>,
    pub error: Error,
}

/// Why one try failed, and who may be asked next.
struct Failure {
    error: Error,
    next: Retry,
}

impl Failure {
    /// A stream that broke off before its first content: hardly anything was made, and another target may
    /// still answer in its place.
    fn of_a_stream(self, fault: &Fault) -> Self {
        if fault.kind == FaultKind::Cut { Self { next: Retry::Elsewhere, ..self } } else { self }
    }
}

/// Tries the plan.
///
/// # Errors
/// The last failure, when no target is left to ask; what a target cannot carry, when none can.
pub async fn run(mut call: Admitted) -> Result<Won, Box<Lost>> {
    let choices = std::mem::take(&mut call.plan.choices);
    let health = call.guard.gateway().upstream().health().clone();
    let (mut last, mut unfit): (Option<Error>, Option<Error>) = (None, None);
    let mut busy: Vec<&Choice> = Vec::new();
    let mut rest = choices.iter().peekable();
    'targets: while let Some(choice) = rest.next() {
        // Whoever cannot carry the call was not asked, and says nothing of those who were.
        let mut described = match describe(&call, choice) {
            Ok(described) => Some(described),
            Err(error) => {
                unfit = Some(error);
                continue;
            }
        };
        if !health.claim(choice.health_id(), &choice.target.vendor_model) {
            busy.push(choice);
            continue;
        }
        for again in [false, true] {
            let this = match described.take() {
                Some(described) => Ok(described),
                None => describe(&call, choice),
            };
            let tried = match this {
                Ok((transport, dropped)) => {
                    call.guard.head().leave_out(dropped);
                    one(&mut call, choice, transport).await
                }
                Err(error) => Err(Failure { error, next: Retry::Elsewhere }),
            };
            match tried {
                Ok(answer) => return Ok(Won { guard: call.guard, answer }),
                Err(Failure { error, next }) => {
                    last = Some(error);
                    match next {
                        Retry::Never => break 'targets,
                        Retry::SameOrElsewhere
                            if !again
                                && !rest.clone().any(|other| describe(&call, other).is_ok())
                                && health.claim_again(choice.health_id()) =>
                        {
                            tokio::time::sleep(PAUSE).await;
                        }
                        Retry::Elsewhere | Retry::SameOrElsewhere => continue 'targets,
                    }
                }
            }
        }
    }
    let error = match (last, unfit) {
        (Some(error), _) => with_all(error, &call.guard.tried(), &choices),
        (None, Some(unfit)) if busy.is_empty() => resting(&call).unwrap_or(unfit),
        (None, _) => {
            let standing: Vec<_> = busy.iter().filter_map(|choice| Resting::of(&health, choice)).collect();
            plan::soonest(standing.iter(), &call.grant.model.name).unwrap_or_else(|| {
                Code::NoTarget.saying("Every vendor behind this model is being probed.").after(1)
            })
        }
    };
    Err(Box::new(Lost { guard: call.guard, error }))
}

/// What is in the way of those that could carry the call, and are left alone for now.
fn resting(call: &Admitted) -> Option<Error> {
    let able = call.plan.resting.iter().filter(|resting| describe(call, &resting.choice).is_ok());
    plan::soonest(able, &call.grant.model.name)
}

/// The last failure, and by name who was asked before it.
fn with_all(error: Error, tried: &[(TargetId, Code)], choices: &[Choice]) -> Error {
    if tried.len() < 2 {
        return error;
    }
    let name = |id: TargetId| choices.iter().find(|choice| choice.target.id == id);
    let tried = tried.iter().filter_map(|(id, code)| Some((&name(*id)?.target.provider.name, code)));
    let tried: Vec<String> = tried.map(|(name, code)| format!("`{name}` ({code})")).collect();
    let said = format!("{} Asked in turn: {}.", error.message(), tried.join(", "));
    error.saying(said)
}

async fn one(call: &mut Admitted, choice: &Choice, transport: Transport) -> Result<Answered, Failure> {
    let target = &choice.target;
    call.guard.try_starts(target, choice.credential().map(|credential| credential.id), choice.health_id());
    let timers = target.timers(call.request.peek.stream);
    let upstream = call.guard.gateway().upstream().clone();
    let answer = match upstream.send(transport, &timers).await {
        Ok(answer) => answer,
        Err(fault) => {
            let failure = failed(&mut call.guard, choice, &timers, &fault);
            return Err(if call.request.peek.stream { failure.of_a_stream(&fault) } else { failure });
        }
    };
    call.guard.try_answered(answer.status);
    if !(200..300).contains(&answer.status) {
        return Err(refused(call, choice, answer).await);
    }
    if let Coding::Other(coding) = &answer.coding {
        let why = format!("it compressed its answer with {coding} although asked not to");
        return Err(strange(call, choice, &why));
    }
    let answered = if call.request.peek.stream {
        first_content(call, choice, &timers, answer.body).await?
    } else {
        whole(call, choice, &timers, answer.body).await?
    };
    call.guard.try_ends(None, Outcome::Good);
    Ok(answered)
}

/// What goes to the vendor: a body made by the wire, an address and headers made from nothing. With the names
/// of fields that are left out harmlessly.
fn describe(call: &Admitted, choice: &Choice) -> crate::base::Result<(Transport, Vec<String>)> {
    let (target, model, peek) = (&choice.target, &call.grant.model, &call.request.peek);
    let provider = &target.provider;
    let facts = ModelFacts {
        max_output: model.max_output,
        context_window: model.context_window,
        reasoning: model.reasoning,
    };
    let to = wire::Target {
        format: provider.format,
        model: &target.vendor_model,
        quirks: &provider.quirks,
        facts,
    };
    let outgoing = wire::outgoing(peek, &call.request.body, &to)?;
    if provider.is_demo {
        let path = match peek.endpoint {
            wire::Endpoint::Chat => "/chat/completions",
            wire::Endpoint::Embeddings => "/embeddings",
        };
        return Ok((Transport::Demo(played(demo::answer(path, &outgoing.body))), outgoing.dropped));
    }
    let to = Destination {
        base_url: &provider.base_url,
        secret: choice.credential().map(|credential| &credential.secret),
        auth: provider.auth,
    };
    let described = vendors::adapter(provider.format).call(&to, peek.endpoint, peek.stream, outgoing.body);
    Ok((Transport::Http(described), outgoing.dropped))
}

/// The demo vendor's script in the words of the transport.
pub fn played(script: demo::Script) -> Script {
    let header =
        |name: &str| script.headers.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str());
    let ms = Duration::from_millis;
    let silent = script.no_head && script.ending == demo::Ending::Hang;
    Script {
        status: if script.no_head { 0 } else { script.status },
        content_type: header("content-type").unwrap_or_default().to_owned(),
        retry_after: header("retry-after").and_then(|text| text.parse().ok()).map(Duration::from_secs),
        head_after: if silent { Duration::from_secs(86_400) } else { ms(script.head_delay_ms) },
        chunks: script.steps.into_iter().map(|step| (ms(step.delay_ms), step.bytes)).collect(),
        end: match script.ending {
            demo::Ending::Clean => ScriptEnd::Clean,
            demo::Ending::Cut => ScriptEnd::Cut,
            demo::Ending::Hang => ScriptEnd::Stall,
        },
    }
}

fn shown<'c>(call: &'c Admitted) -> Shown<'c> {
    let peek = &call.request.peek;
    Shown {
        model: &peek.model,
        id: call.guard.id,
        created: call.guard.at.seconds(),
        include_usage: peek.include_usage,
        legacy_functions: peek.legacy_functions,
        base64_embeddings: peek.base64_embeddings,
    }
}

async fn whole(
    call: &mut Admitted,
    choice: &Choice,
    timers: &Timers,
    mut body: AnswerBody,
) -> Result<Answered, Failure> {
    let mut room = call.guard.gateway().limits().memory().hold();
    let collected = body.collect(ANSWER_CAP, |bytes| room.grow(bytes as u64 * COPIES)).await;
    let bytes = match collected {
        Ok(bytes) => bytes,
        Err(fault) => return Err(failed(&mut call.guard, choice, timers, &fault)),
    };
    call.guard.first_byte();
    let format = choice.target.provider.format;
    match wire::whole(call.request.peek.endpoint, format, &bytes, &shown(call)) {
        Ok(whole) => {
            call.guard.observe(whole.usage, whole.text_bytes);
            room.shrink_to(whole.body.len() as u64);
            Ok(Answered::Whole(whole.body, room))
        }
        Err(fault) => Err(misspoke(call, choice, fault)),
    }
}

/// Reads until the first content is there: up to then another target may still answer in its place.
async fn first_content(
    call: &mut Admitted,
    choice: &Choice,
    timers: &Timers,
    mut body: AnswerBody,
) -> Result<Answered, Failure> {
    let mut relay = wire::relay(choice.target.provider.format, &shown(call));
    let (mut out, mut broken) = (BytesMut::new(), None);
    while !relay.state().content && !relay.state().done {
        let pushed = match body.next().await {
            Some(Ok(chunk)) => relay.push(&chunk, &mut out),
            Some(Err(fault)) => {
                return Err(failed(&mut call.guard, choice, timers, &fault).of_a_stream(&fault));
            }
            None => match relay.end(&mut out) {
                Ok(()) => break,
                Err(fault) => Err(fault),
            },
        };
        if let Err(fault) = pushed {
            // Good events of the same chunk are for the caller.
            if !relay.state().content {
                let state = relay.state();
                if state.usage.is_some() {
                    // The prompt was read, and is paid for.
                    call.guard.observe(state.usage, state.text_bytes);
                }
                return Err(misspoke(call, choice, fault));
            }
            broken = Some(fault);
        }
    }
    call.guard.first_byte();
    // The request's body is not held while the answer flows.
    call.guard.memory.shrink_to(BASE_BYTES);
    Ok(Answered::Stream(Streaming { relay, body, out, fault: broken, choice: choice.clone() }))
}

/// The way to the vendor failed.
fn failed(guard: &mut Guard, choice: &Choice, timers: &Timers, fault: &Fault) -> Failure {
    if fault.is_unsent() {
        guard.try_unsent();
    } else {
        guard.worked();
    }
    let code = fault.code();
    let outcome = match fault.kind {
        FaultKind::TooLarge | FaultKind::NoRoom => Outcome::Neutral,
        _ if fault.is_unsent() => Outcome::Unreached,
        _ => Outcome::Failed,
    };
    let name = &choice.target.provider.name;
    let why = match fault.kind {
        FaultKind::Timeout(timer) => ran_out(timer, timers),
        _ => cause::own(&fault.cause, &[]),
    };
    guard.try_fails(code, outcome, name, &why);
    let error = match fault.kind {
        FaultKind::Timeout(_) => code.saying(format!("Provider `{name}` was too slow: {why}.")),
        FaultKind::NoRoom => code.with(&fault.cause).after(1),
        _ => code.saying(format!(
            "{} Provider `{name}`: {}.",
            code.message(),
            fault.cause.trim_end_matches('.')
        )),
    };
    let next = match fault.kind {
        FaultKind::Unreachable => Retry::SameOrElsewhere,
        FaultKind::Address | FaultKind::Tls | FaultKind::Timeout(Timer::Connect | Timer::FirstByte) => {
            Retry::Elsewhere
        }
        // The vendor has worked on it: asking again would pay twice.
        FaultKind::Timeout(_) | FaultKind::TooLarge | FaultKind::NoRoom | FaultKind::Cut => Retry::Never,
    };
    Failure { error, next }
}

fn ran_out(timer: Timer, timers: &Timers) -> String {
    let limit = timers.of(timer).map(|limit| format!(" after {} s", limit.as_secs_f64())).unwrap_or_default();
    format!("the timer `{timer}` ran out{limit}")
}

/// The vendor answered with another status than 200.
async fn refused(call: &mut Admitted, choice: &Choice, mut answer: Answer) -> Failure {
    let body = answer.body.collect(ERROR_CAP, |_| Ok(())).await.unwrap_or_default();
    let mut fault = wire::vendor_fault(choice.target.provider.format, answer.status, &body);
    fault.hide(choice.secret());
    let why = cause::said(&fault, answer.status, &call.request.body);
    said(call, choice, &fault, answer.status, answer.retry_after, &why)
}

/// What the vendor said: to the health of whom it concerns, to the record, and to the caller.
fn said(
    call: &mut Admitted,
    choice: &Choice,
    fault: &VendorFault,
    status: u16,
    wait: Option<Duration>,
    why: &str,
) -> Failure {
    let outcome = match fault.code {
        Code::VendorLimit => Outcome::Limited(wait),
        Code::VendorOverloaded => Outcome::Overloaded(wait),
        Code::NoTarget => Outcome::Missing,
        _ if fault.about_model => Outcome::Denied,
        Code::VendorCredential => Outcome::Credential,
        Code::VendorError | Code::VendorTimeout => Outcome::Failed,
        _ => Outcome::Neutral,
    };
    let name = &choice.target.provider.name;
    let asked = &choice.target.vendor_model;
    let missing = (outcome == Outcome::Missing)
        .then(|| format!("`{name}` knows no model `{asked}`, the target's name of it: {why}"));
    call.guard.try_fails(fault.code, outcome, name, missing.as_deref().unwrap_or(why));
    let error = match outcome {
        Outcome::Denied => plan::refused(Why::Denied),
        Outcome::Missing => plan::refused(Why::Missing),
        Outcome::Failed => fault.error().saying(match status {
            200 => format!("Provider `{name}` failed: an error came in the place of its answer."),
            status => format!("Provider `{name}` failed: it answered with status {status}."),
        }),
        _ => fault.error(),
    };
    // A longer rest of before may still hold.
    let health = call.guard.gateway().upstream().health();
    let rest = match health.standing(choice.health_id(), asked) {
        Standing::Cooling { wait, .. } => Some(wait),
        Standing::Ready | Standing::Shaky => None,
    };
    Failure { error: waiting(error, wait.max(rest)), next: fault.retry }
}

/// With the vendor's own wait, or a short one, where waiting helps.
fn waiting(error: Error, wait: Option<Duration>) -> Error {
    match (error.retry() && !error.is_untimed(), wait) {
        (true, Some(wait)) => error.after(plan::seconds(wait)),
        (true, None) => error.after(2),
        (false, _) => error,
    }
}

/// The vendor answered 200 with something that is not its format, or with an error inside.
fn misspoke(call: &mut Admitted, choice: &Choice, mut fault: WireFault) -> Failure {
    fault.hide(choice.secret());
    match fault {
        WireFault::VendorSaid(fault) => {
            let why = format!("in an answer of status 200: {}", cause::said(&fault, 200, &call.request.body));
            said(call, choice, &fault, 200, None, &why)
        }
        WireFault::NotThisFormat(why) => strange(call, choice, &why),
        WireFault::Interrupted => strange(call, choice, "the answer ended before it began"),
        WireFault::TooLarge => strange(call, choice, "one event is larger than any may be"),
    }
}

fn strange(call: &mut Admitted, choice: &Choice, why: &str) -> Failure {
    let kept = format!("not in the vendor's format: {}", cause::own(why, &call.request.body));
    call.guard.try_fails(Code::VendorError, Outcome::Failed, &choice.target.provider.name, &kept);
    let said =
        format!("Provider `{}` gave an answer that is not in its format.", choice.target.provider.name);
    Failure { error: Code::VendorError.with(why).saying(said), next: Retry::Elsewhere }
}
