//! Where the top-level fields of a body lie.

use std::borrow::Cow;
use std::ops::Range;

use crate::wire::scan::Text;

/// One top-level field.
#[derive(Clone, Debug)]
pub struct Member {
    /// With its quotes.
    pub key: Range<usize>,
    pub value: Range<usize>,
}

impl Member {
    pub fn name<'b>(&self, body: &'b [u8]) -> Cow<'b, str> {
        let raw = body.get(self.key.start + 1..self.key.end.saturating_sub(1)).unwrap_or_default();
        Text { raw, start: self.key.start, escaped: raw.contains(&b'\\') }.plain()
    }

    pub fn bytes<'b>(&self, body: &'b [u8]) -> &'b [u8] {
        body.get(self.value.clone()).unwrap_or_default()
    }
}

/// How `stream_options.include_usage` is switched on.
#[derive(Clone, Debug, Default)]
pub enum UsagePlace {
    /// There is no `stream_options`.
    #[default]
    Absent,
    /// `stream_options` is null: its place.
    Null(Range<usize>),
    /// `stream_options` lacks the flag: one past its brace, and whether it is empty.
    Missing {
        at: usize,
        empty: bool,
    },
    /// The flag is false or null: its place.
    Off(Range<usize>),
    On,
}

/// All places of one body.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// One past the opening brace.
    pub open: usize,
    pub members: Vec<Member>,
    pub usage: UsagePlace,
}

impl Places {
    /// The field of that name.
    pub fn find(&self, body: &[u8], name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name(body) == name)
    }
}
