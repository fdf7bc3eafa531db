//! Why a try failed, in words fit for the record and the log: bounded, on one line, and with nothing in
//! them of what the caller sent.

use std::collections::HashSet;

use crate::wire::VendorFault;

/// Bytes of one cause.
const LONGEST: usize = 200;
/// So many bytes in a row that also stand in the request are the caller's.
const WINDOW: usize = 12;
const INSTEAD: &str = "[removed]";

/// What the vendor said: its code, and of its sentence what is its own.
pub fn said(fault: &VendorFault, status: u16, asked: &[u8]) -> String {
    let code = fault.vendor_code.as_deref().unwrap_or_default();
    let said = [code, fault.message.as_str()].into_iter().filter(|part| !part.is_empty());
    let said = said.collect::<Vec<_>>().join(": ");
    if said.is_empty() {
        format!("status {status} without a word that could be read")
    } else {
        own(&said, asked)
    }
}

/// A sentence up to the first thing it quotes, and without what the request says, too.
pub fn own(text: &str, asked: &[u8]) -> String {
    let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let unquoted = unquoted(&line).trim();
    let unquoted = unquoted.get(..unquoted.floor_char_boundary(LONGEST * 4)).unwrap_or_default();
    let mut clean = without(unquoted, asked);
    clean.truncate(clean.floor_char_boundary(LONGEST));
    clean
}

fn unquoted(text: &str) -> &str {
    let mut before = None;
    let opens = |(_, c): &(usize, char)| {
        let inside = before.replace(*c).is_some_and(char::is_alphanumeric);
        matches!(c, '\'' | '"' | '`' | '\u{2018}' | '\u{201c}') && !inside
    };
    let end = text.char_indices().find(opens).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or_default()
}

fn without(text: &str, asked: &[u8]) -> String {
    let mine: HashSet<&[u8]> = text.as_bytes().windows(WINDOW).collect();
    let starts: HashSet<u8> = mine.iter().filter_map(|window| window.first().copied()).collect();
    let repeated: HashSet<&[u8]> = asked
        .windows(WINDOW)
        .filter(|window| window.first().is_some_and(|first| starts.contains(first)) && mine.contains(window))
        .collect();
    let mut hidden = vec![false; text.len()];
    for (at, window) in text.as_bytes().windows(WINDOW).enumerate() {
        if repeated.contains(window) {
            hidden.iter_mut().skip(at).take(WINDOW).for_each(|byte| *byte = true);
        }
    }
    let mut clean = String::with_capacity(text.len());
    let mut gap = false;
    for (at, c) in text.char_indices() {
        let hide = hidden.get(at).copied().unwrap_or(false);
        if !hide {
            clean.push(c);
        } else if !gap {
            clean.push_str(INSTEAD);
        }
        gap = hide;
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p18_a_cause_repeats_nothing_of_the_request_and_keeps_the_vendors_own_words() {
        let asked = br#"{"model":"m","messages":[{"content":"my very private question"}]}"#;
        assert_eq!(own("Your credit balance is too low.", asked), "Your credit balance is too low.");
        assert_eq!(own("bad input: my very private question!", asked), "bad input: [removed]!");
        assert_eq!(own("it isn't 'what was asked'", asked), "it isn't");
        assert_eq!(own("two\nlines\u{0}", asked), "two lines");
        assert_eq!(own(&"é".repeat(900), asked).len(), LONGEST);
    }
}
