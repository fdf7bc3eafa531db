//! Variables that begin as ours do and are none: a misspelt one would count for nothing, and nobody would know.

use super::FIELDS;
use crate::base::{Code, Result};

/// What begins with `PORTICO_` and is no setting: the word of the command line, those of `install.sh`, and
/// what the printed examples keep in a shell.
const OTHERS: [&str; 15] = [
    "PORTICO_CONFIG",
    "PORTICO_PREFIX",
    "PORTICO_DATA",
    "PORTICO_PORT",
    "PORTICO_DEMO",
    "PORTICO_FOREGROUND",
    "PORTICO_FROM",
    "PORTICO_SHA256",
    "PORTICO_NO_TOOLCHAIN",
    "PORTICO_DRY_RUN",
    "PORTICO_UNINSTALL",
    "PORTICO_PURGE",
    "PORTICO_YES",
    "PORTICO_KEY",
    "PORTICO_TOKEN",
];

/// How many letters apart two names are that can be taken for each other.
const NEAR: usize = 2;

/// The names among these that begin as ours do and that nothing reads. Others may have reasons of their own
/// for such a name, so one that is far from every setting is no fault.
///
/// # Errors
/// `field_invalid` for one that is nearly a setting, naming that.
pub fn strangers(names: impl Iterator<Item = String>) -> Result<Vec<String>> {
    let ours = names.filter(|name| name.starts_with("PORTICO_") && !OTHERS.contains(&name.as_str()));
    let mut strangers = Vec::new();
    for name in ours.filter(|name| FIELDS.iter().all(|field| field.variable != name)) {
        let meant = FIELDS.iter().map(|field| field.variable).min_by_key(|known| distance(known, &name));
        match meant {
            Some(meant) if distance(meant, &name) <= NEAR => {
                let sentence = format!("{name}: there is no such variable; did you mean {meant}?");
                return Err(Code::FieldInvalid.saying(sentence).on(name));
            }
            _ => strangers.push(name),
        }
    }
    strangers.sort();
    Ok(strangers)
}

/// Letters to put in, take out or change to make one word of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (line, letter) in one.chars().enumerate() {
        let mut next = vec![line + 1];
        for ((above, pair), against) in row.iter().skip(1).zip(row.windows(2)).zip(&other) {
            let changed = pair.first().map_or(0, |corner| corner + usize::from(letter != *against));
            let left = next.last().map_or(0, |left| left + 1);
            next.push(changed.min(left).min(above + 1));
        }
        row = next;
    }
    row.last().copied().unwrap_or_default()
}
