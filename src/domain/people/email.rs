//! E-mail addresses and names as people type them, checked once.

use crate::base::{Code, Result};
use crate::domain::fields;

const LONGEST_EMAIL: usize = 254;
const LONGEST_NAME: usize = 100;

/// An e-mail address in lower case: what an account is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email(String);

impl Email {
    /// Takes the address as typed. Only its shape is judged: one `@`, a domain, no blanks.
    ///
    /// # Errors
    /// `field_invalid` on `email`.
    pub fn parse(text: &str) -> Result<Self> {
        let text = text.trim().to_lowercase();
        let bad =
            || Code::FieldInvalid.saying("Enter an e-mail address, such as dana@example.com.").on("email");
        if text.len() > LONGEST_EMAIL || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(bad());
        }
        let Some((local, domain)) = text.split_once('@') else { return Err(bad()) };
        let plain = |c: char| !matches!(c, '<' | '>' | '"' | '\'' | '(' | ')' | ',' | ';' | ':' | '\\' | '@');
        let domain_fits = !domain.is_empty()
            && domain.split('.').all(|part| !part.is_empty())
            && domain.chars().all(|c| c.is_alphanumeric() || c == '.' || c == '-');
        if local.is_empty() || !local.chars().all(plain) || !domain_fits {
            return Err(bad());
        }
        fields::seen("email", local)?;
        Ok(Self(text))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The part after the `@`.
    pub fn domain(&self) -> &str {
        self.0.split_once('@').map_or("", |(_, domain)| domain)
    }

    /// A name to show until the person gives one.
    pub fn local_part(&self) -> &str {
        self.0.split_once('@').map_or("", |(local, _)| local)
    }
}

impl std::fmt::Display for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// A name of a person, team or token: trimmed, 1 to 100 characters, no control characters.
///
/// # Errors
/// `field_invalid` on `name`.
pub fn name(text: &str) -> Result<String> {
    let text = text.trim();
    let count = text.chars().count();
    if count == 0 {
        return Err(Code::FieldInvalid.saying("Enter a name.").on("name"));
    }
    if count > LONGEST_NAME || text.chars().any(char::is_control) {
        return Err(Code::FieldInvalid.saying("Use at most 100 characters, on one line.").on("name"));
    }
    fields::seen("name", text)?;
    Ok(text.to_owned())
}
