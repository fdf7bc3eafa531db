//! What the address of a list asks for. A value that cannot be is left out, and told above the list: an old
//! bookmark still opens, and nobody takes the whole list for the one that was asked for.

use std::str::FromStr;

use askama::Template;

use super::frame::Frame;
use super::shell;
use crate::web::{PageResult, Query};

/// The query of a list, as it comes.
pub type Pairs = Query<Vec<(String, String)>>;

/// A query that is being read: what nobody took in the end is no filter of the list.
pub struct Asking {
    pairs: Vec<(String, String)>,
    odd: Vec<String>,
}

impl Asking {
    pub fn of(query: Pairs) -> Self {
        Self { pairs: query.into_inner(), odd: Vec::new() }
    }

    /// Any text; empty where it is absent.
    pub fn text(&mut self, name: &str) -> String {
        let mut found = String::new();
        self.pairs.retain_mut(|(known, value)| {
            let is_it = known == name;
            if is_it {
                found = std::mem::take(value);
            }
            !is_it
        });
        found
    }

    /// One of these words; empty where it is absent, or none of them.
    pub fn word<'w>(&mut self, name: &str, words: impl IntoIterator<Item = &'w str>) -> String {
        let text = self.text(name);
        if text.is_empty() || words.into_iter().any(|word| word == text) {
            return text;
        }
        self.leave_out(name, &text);
        String::new()
    }

    /// An id or a number.
    pub fn parsed<T: FromStr>(&mut self, name: &str) -> Option<T> {
        let text = self.text(name);
        let read = text.parse().ok();
        if read.is_none() && !text.is_empty() {
            self.leave_out(name, &text);
        }
        read
    }

    fn leave_out(&mut self, name: &str, value: &str) {
        let short: String = value.chars().take(40).collect();
        self.odd.push(format!("“{short}” is no `{name}`"));
    }

    /// The frame of the list, with what was left out.
    pub fn told(&self, frame: Frame) -> Frame {
        Frame { left_out: self.left_out(), ..frame }
    }

    fn left_out(&self) -> Option<String> {
        let short = |name: &str| name.chars().take(40).collect::<String>();
        let unknown =
            self.pairs.iter().map(|(name, _)| format!("`{}` is no filter of this list", short(name)));
        let all: Vec<String> = self.odd.iter().cloned().chain(unknown).collect();
        (!all.is_empty()).then(|| format!("{}. The list below goes without.", all.join("; ")))
    }

    /// The list: 400 where something was left out, so that no script takes it for what it asked for.
    ///
    /// # Errors
    /// When the template fails.
    pub fn html(&self, page: &impl Template) -> PageResult {
        if self.left_out().is_none() { shell::html(page) } else { shell::html_400(page) }
    }
}
