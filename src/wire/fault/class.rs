//! Which of our codes a vendor's error is, and where a retry may help.

use crate::base::Code;

use super::{Envelope, Retry};

pub struct Class {
    pub code: Code,
    pub status: u16,
    pub retry: Retry,
    pub about_model: bool,
}

const CONTEXT: &[&str] = &[
    "maximum context length",
    "context length",
    "context_length",
    "context window",
    "prompt is too long",
    "prompt too long",
    "too_many_prompt_tokens",
    "input is too long",
    "exceeds the available context",
];
const NO_MONEY: &[&str] = &[
    "insufficient_quota",
    "billing_hard_limit_reached",
    "billing_not_active",
    "exceeded_current_quota",
    "exceeded your current quota",
    "credit balance",
    "insufficient balance",
    "insufficient credits",
    "out of credits",
    "spend limit",
];
const BAD_KEY: &[&str] = &[
    "incorrect api key",
    "invalid api key",
    "invalid x-api-key",
    "api_key_invalid",
    "api key not valid",
    "authentication_error",
    "invalid_api_key",
];
const FILTERED: &[&str] = &[
    "content_policy_violation",
    "content_filter",
    "responsibleaipolicyviolation",
    "content management policy",
];
/// How a 404 names what is not there. One that speaks of a file is about the input.
const MODEL: &[&str] = &["model", "deployment"];
/// How vendors say so with a 400.
const NO_MODEL: &[&str] = &[
    "model_not_found",
    "invalid_model",
    "invalid model",
    "model not exist",
    "model does not exist",
    "not a valid model",
];
/// How a 404 speaks of its own path: the operator's address is wrong.
const NO_PATH: &[&str] = &["invalid url", "unknown request url", "no route", "unknown path"];
/// The request alone is over the limit: no wait lets it pass.
const TOO_LARGE: &str = "request too large";
const OVERLOADED: &[&str] = &["overloaded", "capacity", "engine_overloaded_error"];

/// Judges by status, then by code, then by text.
pub fn classify(status: u16, said: &Envelope) -> Class {
    let words = format!(
        "{} {} {}",
        said.code.as_deref().unwrap_or_default(),
        said.kind.as_deref().unwrap_or_default(),
        said.message
    )
    .to_lowercase();
    let says = |list: &[&str]| list.iter().any(|word| words.contains(word));
    let own = own_words(said);
    let owns = |list: &[&str]| list.iter().any(|word| own.contains(word));
    let class = |code: Code, retry: Retry| Class { code, status: code.status(), retry, about_model: false };
    // Not the input: the caller names no vendor's model.
    let missing = || Class { about_model: true, ..class(Code::NoTarget, Retry::Elsewhere) };
    let rejected = |status: u16, retry: Retry| Class { status, ..class(Code::VendorRejected, retry) };
    match status {
        400 | 403 | 422 if owns(BAD_KEY) => class(Code::VendorCredential, Retry::Elsewhere),
        400 | 403 | 429 if owns(NO_MONEY) => class(Code::VendorCredential, Retry::Elsewhere),
        400 | 413 | 422 if says(CONTEXT) || said.code.as_deref() == Some("3051") => {
            class(Code::ContextLengthExceeded, Retry::Elsewhere)
        }
        400 | 403 | 422 if said.moderated || says(FILTERED) => class(Code::ContentFilter, Retry::Never),
        // A key that is good for nothing is a 401 nearly everywhere; a 403 is about what was asked for.
        403 => Class { about_model: true, ..class(Code::VendorCredential, Retry::Elsewhere) },
        401 | 402 => class(Code::VendorCredential, Retry::Elsewhere),
        413 | 429 if is_over_limit(&words) => rejected(413, Retry::Elsewhere),
        404 | 405 | 410 if owns(NO_PATH) || is_bare(&said.message) => {
            class(Code::VendorError, Retry::Elsewhere)
        }
        404 | 410 if says(MODEL) => missing(),
        404 => rejected(404, Retry::Elsewhere),
        400 if owns(NO_MODEL) => missing(),
        408 | 504 | 524 => class(Code::VendorTimeout, Retry::SameOrElsewhere),
        409 | 425 => class(Code::VendorError, Retry::SameOrElsewhere),
        413 => rejected(413, Retry::Never),
        422 => rejected(422, Retry::Never),
        424 => class(Code::VendorError, Retry::Elsewhere),
        429 if says(OVERLOADED) => class(Code::VendorOverloaded, Retry::SameOrElsewhere),
        429 => class(Code::VendorLimit, Retry::Elsewhere),
        498 | 529 => class(Code::VendorOverloaded, Retry::Elsewhere),
        503 => class(Code::VendorOverloaded, Retry::SameOrElsewhere),
        500 if says(OVERLOADED) => class(Code::VendorOverloaded, Retry::SameOrElsewhere),
        // The method is ours. What else comes without a word is seldom the vendor's own: an edge, a
        // proxy, a wrong address.
        405 => class(Code::VendorError, Retry::Elsewhere),
        401..=499 if said.message.is_empty() => class(Code::VendorError, Retry::Elsewhere),
        451 => rejected(400, Retry::Elsewhere),
        400..=499 => rejected(400, Retry::Never),
        500..=599 => class(Code::VendorError, Retry::SameOrElsewhere),
        _ => class(Code::VendorError, Retry::Elsewhere),
    }
}

/// What names nothing speaks of its own path.
fn is_bare(message: &str) -> bool {
    ["", "not found", "method not allowed", "gone"].iter().any(|bare| message.eq_ignore_ascii_case(bare))
}

/// By the numbers, where both are said.
fn is_over_limit(words: &str) -> bool {
    match (number_behind(words, "limit"), number_behind(words, "requested")) {
        (Some(limit), Some(requested)) => requested > limit,
        _ => words.contains(TOO_LARGE),
    }
}

fn number_behind(words: &str, name: &str) -> Option<u64> {
    words.match_indices(name).find_map(|(at, _)| {
        let rest = words.get(at + name.len()..)?.trim_start_matches([' ', ':']);
        let digits = rest.chars().take_while(|c| c.is_ascii_digit() || *c == ',');
        digits.filter(char::is_ascii_digit).collect::<String>().parse().ok()
    })
}

/// What the vendor says by itself: its code and kind, and its sentence up to the first thing it quotes.
/// What is quoted may be the caller's, who must not be able to speak of the operator's credential.
fn own_words(said: &Envelope) -> String {
    let opens = |(at, c): &(usize, char)| {
        let before = said.message.get(..*at).and_then(|text| text.chars().next_back());
        matches!(c, '\'' | '"' | '`' | '\u{2018}' | '\u{201c}') && !before.is_some_and(char::is_alphanumeric)
    };
    let end = said.message.char_indices().find(opens).map_or(said.message.len(), |(at, _)| at);
    let sentence = said.message.get(..end).unwrap_or_default();
    let code = said.code.as_deref().unwrap_or_default();
    format!("{code} {} {sentence}", said.kind.as_deref().unwrap_or_default()).to_lowercase()
}

/// The status an error under 200 speaks of.
pub fn implied_status(said: &Envelope) -> u16 {
    let number = said.code.as_deref().and_then(|code| code.parse::<u16>().ok());
    if let Some(status) = number.filter(|number| (400..600).contains(number)) {
        return status;
    }
    let kind = said.kind.as_deref().or(said.code.as_deref()).unwrap_or_default();
    match (kind, number) {
        ("overloaded_error", _) => 529,
        ("rate_limit_error" | "rate_limit_exceeded" | "insufficient_quota", _) | (_, Some(1002 | 1039)) => {
            429
        }
        ("authentication_error" | "permission_error", _) | (_, Some(1004 | 2049)) => 401,
        ("billing_error", _) | (_, Some(1008)) => 402,
        ("invalid_request_error", _) | (_, Some(2013)) => 400,
        ("not_found_error", _) => 404,
        ("request_too_large", _) => 413,
        ("timeout_error", _) | (_, Some(1001)) => 504,
        _ => 502,
    }
}
