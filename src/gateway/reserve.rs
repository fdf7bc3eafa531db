//! Sets aside the worst case of a call in every limit that applies, in one step.

use std::sync::Arc;

use crate::base::limit::LimitKind;
use crate::base::{Code, Nanos, Result};
use crate::limits::{Ask, Least, Reservation};
use crate::wire::{self, Endpoint, Peek};

use super::Gateway;
use super::authorize::Grant;
use super::cost;
use super::directory::{Model, Target};

/// Where neither the caller nor the model names a bound.
const ANSWER: u32 = 4_096;
/// Of a call whose caller named no bound: so many tokens of an answer must fit.
const LEAST: u32 = 512;

/// What a call asks of its limits: the prompt counted by its bytes, the answer by its bound.
///
/// # Errors
/// `context_length_exceeded` when the prompt cannot fit however it is counted; `model_unpriced`
/// when a budget applies and the model has no known price.
pub fn ask(gateway: &Gateway, grant: &Grant, peek: &Peek) -> Result<Ask> {
    fits_window(&grant.model, peek)?;
    let input = peek.prompt_bytes.div_ceil(3) as u64;
    let priced = has_budget(grant);
    let worst = |bound: u32| -> Result<(i64, Nanos)> {
        let answer = match peek.endpoint {
            Endpoint::Chat => u64::from(bound).saturating_mul(u64::from(peek.n.max(1))),
            Endpoint::Embeddings => 0,
        };
        let tokens = i64::try_from(input.saturating_add(answer)).unwrap_or(i64::MAX);
        let nanos = if priced { dearest(gateway, &grant.model, input, answer)? } else { Nanos::ZERO };
        Ok((tokens, nanos))
    };
    let bound = peek.bound.or(grant.model.max_output).unwrap_or_else(|| usual(&grant.model));
    let (tokens, nanos) = worst(bound)?;
    let least = match peek.bound {
        Some(_) => None,
        None => worst(bound.min(LEAST)).map(|(tokens, nanos)| Some(Least { tokens, nanos }))?,
    };
    let prompt = i64::try_from(input).unwrap_or(i64::MAX);
    Ok(Ask { tokens, prompt, nanos, least })
}

/// What vendors that must be told a limit are told, where nobody named one.
fn usual(model: &Model) -> u32 {
    let told = |target: &Arc<Target>| wire::usual_limit(target.provider.format, &target.vendor_model);
    model.targets.iter().filter_map(told).fold(ANSWER, u32::max)
}

fn has_budget(grant: &Grant) -> bool {
    grant.limits.iter().any(|limit| limit.kind == LimitKind::UsdPerMonth)
}

fn fits_window(model: &Model, peek: &Peek) -> Result<()> {
    let Some(window) = model.context_window else { return Ok(()) };
    let least = peek.prompt_bytes / 8;
    if least <= window as usize {
        return Ok(());
    }
    Err(Code::ContextLengthExceeded.saying(format!(
        "The prompt has at least {least} tokens; the window of model `{}` holds {window}.",
        peek.model
    )))
}

/// Can a budget that applies hold what this grant's calls cost?
///
/// # Errors
/// `model_unpriced`.
pub fn priced(gateway: &Gateway, grant: &Grant, endpoint: Endpoint) -> Result<()> {
    let answer = u64::from(endpoint == Endpoint::Chat);
    if has_budget(grant) { dearest(gateway, &grant.model, 1, answer).map(drop) } else { Ok(()) }
}

/// At the dearest target that may serve the call.
fn dearest(gateway: &Gateway, model: &Model, input: u64, answer: u64) -> Result<Nanos> {
    let now = gateway.now();
    let usable = model.targets.iter().filter(|target| target.is_on && target.provider.is_on);
    let mut most = Nanos::ZERO;
    for target in usable {
        let worst = target.price(now).and_then(|tariff| cost::worst(&tariff, input, answer));
        let Some(worst) = worst else {
            return Err(Code::ModelUnpriced
                .saying(format!(
                    "Model `{}` has no known price, and a budget applies to this call.",
                    model.name
                ))
                .on("model"));
        };
        most = most.max(worst);
    }
    Ok(most)
}

/// Takes all limits at once.
///
/// # Errors
/// The refusal of the limit that has no room.
pub fn reserve(gateway: &Gateway, grant: &Grant, peek: &Peek) -> Result<Reservation> {
    let ask = ask(gateway, grant, peek)?;
    gateway.limits().reserve(&grant.limits, &ask, gateway.now()).map_err(|refused| refused.error())
}
