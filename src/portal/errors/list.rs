//! `/docs/errors`: all codes by chapter, and those that fit a phrase.

use askama::Template;
use serde::Deserialize;

use super::causes::{self, Chapter};
use crate::base::Code;
use crate::portal::fault::KnownSite;
use crate::portal::frame::Frame;
use crate::portal::paging;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, PageResult, Query, Visit};

/// What people typed into the field.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Search {
    #[serde(default)]
    pub q: String,
    /// The word of a chapter; empty for all.
    #[serde(default)]
    pub at: String,
}

/// One way to narrow the list down, with how many codes it leaves.
pub struct Tab {
    pub label: &'static str,
    pub href: String,
    pub count: String,
    pub current: bool,
}

#[derive(Template)]
#[template(path = "docs/errors.html")]
pub struct ErrorsPage {
    frame: Frame,
    q: String,
    at: String,
    /// Where a call stops; none where nothing was found.
    tabs: Vec<Tab>,
    chapters: Vec<(Chapter, Vec<Code>)>,
    /// True when the phrase is the one that this catalogue exists for.
    invalid_user: bool,
}

pub async fn show(db: Data<Db>, site: Data<KnownSite>, visit: Visit, search: Query<Search>) -> PageResult {
    shell::html(&ErrorsPage::new(shell::steady(&db, &visit, &site).await, search.into_inner()))
}

impl ErrorsPage {
    pub fn new(frame: Frame, Search { q, at }: Search) -> Self {
        let found = find(&q);
        let in_chapter = |chapter: Chapter| -> Vec<Code> {
            found.iter().copied().filter(|code| causes::of(*code).chapter == chapter).collect()
        };
        let all = Chapter::ALL.iter().map(|chapter| (*chapter, in_chapter(*chapter)));
        let mut chapters: Vec<_> = all.filter(|(_, codes)| !codes.is_empty()).collect();
        let tabs = tabs(&chapters, &q, &at);
        chapters.retain(|(chapter, _)| at.is_empty() || chapter.word() == at);
        Self { frame, tabs, chapters, invalid_user: q.to_lowercase().contains("invalid user"), q, at }
    }
}

fn tabs(chapters: &[(Chapter, Vec<Code>)], q: &str, at: &str) -> Vec<Tab> {
    let tab = |label, word: &str, count: usize| {
        let href = paging::address("/docs/errors", [("q", q), ("at", word)]);
        Tab { label, href, count: count.to_string(), current: word == at }
    };
    let all = tab("All", "", chapters.iter().map(|(_, codes)| codes.len()).sum());
    let each = chapters.iter().map(|(chapter, codes)| tab(chapter.word(), chapter.word(), codes.len()));
    std::iter::once(all).chain(each).collect()
}

/// The sentence that other gateways give for three different causes.
pub const INVALID_USER: &str = "invalid user associated with this key";

/// The codes whose page also answers to [`INVALID_USER`].
pub const ANSWER_TO_IT: &[Code] = &[Code::KeyUnknown, Code::OwnerDeactivated, Code::OwnerDeleted];

/// Codes in whose row or page every word of the phrase occurs; all of them for an empty one.
pub fn find(phrase: &str) -> Vec<Code> {
    let phrase = phrase.to_lowercase();
    let words: Vec<&str> = phrase.split_whitespace().collect();
    let fits = |code: &Code| {
        let doc = causes::of(*code);
        let known_as = if ANSWER_TO_IT.contains(code) { INVALID_USER } else { "" };
        let text = [code.word(), code.message(), code.next(), known_as, &code.status().to_string()]
            .join(" ")
            .to_lowercase();
        let more = [doc.causes.join(" "), doc.fixes.join(" ")].join(" ").to_lowercase();
        words.iter().all(|word| text.contains(word) || more.contains(word))
    };
    Code::ALL.iter().copied().filter(fits).collect()
}
