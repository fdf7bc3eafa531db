//! Picks the one credential of a request and judges its form. No lookup happens here.

use crate::base::key_format::{self, Shape};
use crate::base::{Code, Result, Secret};

use super::arrival::Presented;

/// How management tokens begin: public, so that saying so tells nothing of any of them.
const MANAGEMENT: &str = "ptc-adm-";

/// A credential of the right form.
pub enum Credential {
    Key(Secret),
    /// A signed token of the portal's own Send buttons.
    Playground(Secret),
}

impl Credential {
    /// Finds the one credential that was sent.
    ///
    /// # Errors
    /// `auth_in_url`, `auth_missing`, `auth_scheme`, `auth_conflict`, `key_foreign`, `key_malformed`, `key_unknown`.
    pub fn choose(presented: &Presented) -> Result<Self> {
        if presented.in_url.is_some() {
            return Err(Code::AuthInUrl.into());
        }
        if presented.authorization.len() > 1 {
            return Err(Code::AuthConflict.saying("The request carries more than one Authorization header."));
        }
        let mut texts: Vec<&str> = Vec::with_capacity(2);
        for header in &presented.authorization {
            texts.push(bearer(header)?);
        }
        for text in presented.key_headers.iter().map(|text| text.trim()).filter(|text| !text.is_empty()) {
            if text.get(..7).is_some_and(|word| word.eq_ignore_ascii_case("bearer ")) {
                return Err(Code::AuthScheme
                    .saying("The key's own header carries the word `Bearer` before the key.")
                    .then("Send the key alone there, or `Bearer` and the key in `Authorization`."));
            }
            texts.push(text);
        }
        let Some((first, rest)) = texts.split_first() else { return Err(Code::AuthMissing.into()) };
        if rest.iter().any(|other| other != first) {
            return Err(Code::AuthConflict.into());
        }
        judge(first)
    }

    /// What may be shown of it: enough to recognise, too little to guess.
    pub fn shown_prefix(presented: &Presented) -> String {
        let headers = presented.authorization.iter().filter_map(|header| bearer(header).ok());
        let sent = headers.chain(presented.key_headers.iter().map(String::as_str)).next();
        sent.filter(|text| text.starts_with(key_format::PREFIX))
            .map(key_format::shown_prefix)
            .unwrap_or_default()
    }
}

/// The token of `Bearer <token>`: one space, nothing after it; the scheme in any case.
fn bearer(header: &str) -> Result<&str> {
    let (scheme, token) = header.split_once(' ').unwrap_or((header, ""));
    if key_format::shape(header) != Shape::Other {
        return Err(Code::AuthScheme.saying("The Authorization header carries a key without a scheme."));
    }
    if !scheme.eq_ignore_ascii_case("bearer") {
        return Err(
            Code::AuthScheme.saying(format!("The Authorization header uses the scheme {:?}.", word(scheme)))
        );
    }
    if token.is_empty() {
        return Err(Code::AuthScheme.saying("The bearer key is empty."));
    }
    if token.contains(char::is_whitespace) {
        return Err(Code::AuthScheme.saying("The bearer key has white space in it or before it."));
    }
    Ok(token)
}

/// A scheme's name is safe to repeat only when it is one.
fn word(scheme: &str) -> &str {
    let is_name = scheme.len() <= 16 && scheme.bytes().all(|byte| byte.is_ascii_alphabetic());
    if is_name { scheme } else { "unknown" }
}

fn judge(text: &str) -> Result<Credential> {
    match key_format::shape(text) {
        Shape::WellFormed => Ok(Credential::Key(Secret::new(text))),
        Shape::Malformed => Err(Code::KeyMalformed.saying(key_format::flaw(text))),
        Shape::Foreign(vendor) => {
            Err(Code::KeyForeign
                .saying(format!("This looks like a key of {vendor}, not one of this gateway.")))
        }
        Shape::Other if is_token(text) => Ok(Credential::Playground(Secret::new(text))),
        Shape::Other if text.starts_with(MANAGEMENT) => Err(Code::KeyUnknown
            .saying("This is a management token; it is for /api/v1 alone, and calls need an API key.")
            .then("Send an API key from your keys page.")),
        Shape::Other => Err(Code::KeyUnknown.into()),
    }
}

/// Three parts of base64url with a JSON head: what a signed token looks like.
fn is_token(text: &str) -> bool {
    text.starts_with("eyJ") && text.split('.').count() == 3
}

#[cfg(test)]
mod tests;
