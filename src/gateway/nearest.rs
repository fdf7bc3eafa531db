//! "Did you mean …": the known name nearest to one that was asked for.

use crate::base::key_format;

const LONGEST: usize = 64;

/// `; did you mean "x"?` without the question mark, or nothing when no name is near.
pub fn hint<'n>(asked: &str, names: impl Iterator<Item = &'n str>) -> String {
    if asked.len() > LONGEST {
        return String::new();
    }
    // Names differ by case; who asks for one in another case means it all the same.
    let plain = asked.to_lowercase();
    let most = (asked.chars().count() / 3).max(2);
    let near = names.filter(|name| name.len() <= LONGEST).map(|name| {
        let lower = name.to_lowercase();
        (distance(&plain, &lower), lower.starts_with(&plain), name)
    });
    let best =
        near.filter(|(far, begins, _)| *far <= most || *begins).map(|(far, _, name)| (far, name)).min();
    best.map(|(_, name)| format!("; nearest: `{name}`")).unwrap_or_default()
}

/// A name from outside, as it may be repeated in a message.
pub fn shown(asked: &str) -> String {
    let clean: String = asked.chars().filter(|c| !c.is_control()).take(LONGEST).collect();
    let clean = key_format::redacted(clean);
    if asked.chars().count() > LONGEST { format!("{clean}…") } else { clean }
}

/// Single letters put in, left out or changed (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut corner = i;
        let mut left = i + 1;
        for (slot, y) in row.iter_mut().skip(1).zip(&b) {
            let above = *slot;
            let changed = corner + usize::from(x != *y);
            left = changed.min(above + 1).min(left + 1);
            corner = above;
            *slot = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_name_is_offered() {
        let names = ["gpt-5-mini", "gpt-5", "fast", "claude"];
        assert_eq!(hint("gpt5-mini", names.into_iter()), "; nearest: `gpt-5-mini`");
        assert_eq!(hint("fsat", names.into_iter()), "; nearest: `fast`");
        assert_eq!(hint("GPT_5_MINI", names.into_iter()), "; nearest: `gpt-5-mini`");
        assert_eq!(hint("llama-70b", names.into_iter()), "");
        assert_eq!(hint(&"x".repeat(10_000), names.into_iter()), "");
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(shown("a\nb\u{0}c"), "abc");
    }
}
