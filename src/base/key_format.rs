//! The format of a Portico key: `sk-ptc-`, 43 base62 characters (256 bits), 6 base62 characters
//! of CRC-32/ISO-HDLC over everything before them. It can be checked offline, without a lookup.

use std::cmp::Ordering;

use sha2::{Digest, Sha256};

use super::secret::{Secret, random};

pub const PREFIX: &str = "sk-ptc-";
pub const BODY: usize = 43;
pub const CHECK: usize = 6;
pub const LENGTH: usize = PREFIX.len() + BODY + CHECK;
/// For secret scanners.
pub const PATTERN: &str = "sk-ptc-[0-9A-Za-z]{49}";

const ALPHABET: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// What a text that was sent as a key looks like, judged without any lookup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    WellFormed,
    /// A Portico key that is incomplete or mistyped.
    Malformed,
    /// A key of a vendor, recognised by its prefix.
    Foreign(&'static str),
    /// Nothing we know.
    Other,
}

/// Makes a new key from the system's generator.
pub fn mint() -> Secret {
    let mut number = random::<32>();
    let mut text = String::with_capacity(LENGTH);
    text.push_str(PREFIX);
    let mut body = [0_u8; BODY];
    for slot in body.iter_mut().rev() {
        *slot = divide(&mut number);
    }
    text.extend(body.iter().map(|digit| letter(u32::from(*digit))));
    let check = checksum(&text);
    text.push_str(&check);
    Secret::new(text)
}

/// The first characters of a key, enough to recognize it in a list and too few to guess it.
pub fn shown_prefix(key: &str) -> String {
    key.chars().take(PREFIX.len() + 4).collect()
}

/// True for a prefix of that length: a shorter one would fit any number of keys.
pub fn is_shown_prefix(text: &str) -> bool {
    let body = text.strip_prefix(PREFIX).unwrap_or_default();
    body.len() == 4 && body.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// What keeps a malformed text from being a key, in a sentence that says nothing of any key.
pub fn flaw(text: &str) -> String {
    if bare(text) != text {
        "This key has quotation marks around it.".to_owned()
    } else if !text.starts_with(PREFIX) {
        "The letters of this key were changed between small and capital ones.".to_owned()
    } else {
        slip(text.chars().count())
    }
}

/// How far a text of so many characters is from being a key.
pub fn slip(length: usize) -> String {
    let by = match length.abs_diff(LENGTH) {
        1 => "1 character".to_owned(),
        many => format!("{many} characters"),
    };
    match length.cmp(&LENGTH) {
        Ordering::Less => format!("This key is {by} short."),
        Ordering::Greater => format!("This key is {by} too long."),
        Ordering::Equal => "This key is mistyped: its checksum does not fit.".to_owned(),
    }
}

/// The text with every key in it cut to the part that is shown, for texts that should hold none.
pub fn redacted(text: String) -> String {
    if !text.contains(PREFIX) {
        return text;
    }
    let mut parts = text.split(PREFIX);
    let mut clean = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let length = part.bytes().take_while(u8::is_ascii_alphanumeric).count();
        let (key, rest) = part.split_at_checked(length).unwrap_or((part, ""));
        clean.push_str(PREFIX);
        clean.push_str(key.get(..4).unwrap_or(key));
        if key.len() > 4 {
            clean.push('…');
        }
        clean.push_str(rest);
    }
    clean
}

/// The first whole key in a text, else the first that is incomplete or mistyped.
pub fn within(text: &str) -> Option<&str> {
    let found = text.match_indices(PREFIX).filter_map(|(start, _)| {
        let from = text.get(start..)?;
        let length = from.bytes().skip(PREFIX.len()).take_while(u8::is_ascii_alphanumeric).count();
        from.get(..PREFIX.len() + length)
    });
    found.min_by_key(|key| shape(key) != Shape::WellFormed)
}

/// SHA-256 of the key: what a browser may send in place of the key itself.
pub fn digest(key: &str) -> [u8; 32] {
    Sha256::digest(key.as_bytes()).into()
}

/// Without the quotation marks that a settings file or a shell may leave around it.
fn bare(text: &str) -> &str {
    text.trim_matches(['"', '\'', '`', '“', '”', '‘', '’'])
}

fn is_like_ours(text: &str) -> bool {
    bare(text).get(..PREFIX.len()).is_some_and(|start| start.eq_ignore_ascii_case(PREFIX))
}

/// Judges the shape of what was sent as a key.
pub fn shape(text: &str) -> Shape {
    if let Some(rest) = text.strip_prefix(PREFIX) {
        let fits = rest.len() == BODY + CHECK && rest.bytes().all(|b| b.is_ascii_alphanumeric());
        let (body, check) = text.split_at_checked(PREFIX.len() + BODY).unwrap_or((text, ""));
        return if fits && checksum(body) == check { Shape::WellFormed } else { Shape::Malformed };
    }
    if is_like_ours(text) {
        return Shape::Malformed;
    }
    const VENDORS: [(&str, &str); 12] = [
        ("sk-ant-", "Anthropic"),
        ("sk-or-", "OpenRouter"),
        ("sk-proj-", "OpenAI"),
        ("sk-svcacct-", "OpenAI"),
        ("AIza", "Google"),
        ("gsk_", "Groq"),
        ("xai-", "xAI"),
        ("hf_", "Hugging Face"),
        ("pplx-", "Perplexity"),
        ("r8_", "Replicate"),
        ("nvapi-", "NVIDIA"),
        ("sk-", "an OpenAI-compatible vendor"),
    ];
    let vendor = VENDORS.iter().find(|(prefix, _)| text.starts_with(prefix));
    vendor.map_or(Shape::Other, |(_, name)| Shape::Foreign(name))
}

fn checksum(text: &str) -> String {
    let mut crc = crc32fast::hash(text.as_bytes());
    let mut digits = ['0'; CHECK];
    for digit in digits.iter_mut().rev() {
        *digit = letter(crc % 62);
        crc /= 62;
    }
    digits.iter().collect()
}

fn letter(digit: u32) -> char {
    ALPHABET.get(digit as usize).map_or('0', |b| char::from(*b))
}

/// Divides a big-endian number by 62 in place and gives the remainder.
fn divide(number: &mut [u8; 32]) -> u8 {
    let mut rest = 0_u32;
    for byte in number.iter_mut() {
        let value = (rest << 8) | u32::from(*byte);
        *byte = (value / 62) as u8;
        rest = value % 62;
    }
    rest as u8
}

#[cfg(test)]
mod tests;
