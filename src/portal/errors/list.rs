//! `/docs/errors`: all codes by chapter, and those that fit a phrase.

use askama::Template;
use serde::Deserialize;

use super::causes::{self, Chapter};
use crate::base::Code;
use crate::portal::frame::Frame;
use crate::portal::shell;
use crate::store::Db;
use crate::web::{Data, PageResult, Query, Visit};

/// What people typed into the field.
#[derive(Debug, Default, Deserialize)]
pub struct Search {
    #[serde(default)]
    q: String,
}

#[derive(Template)]
#[template(path = "docs/errors.html")]
pub struct ErrorsPage {
    frame: Frame,
    q: String,
    chapters: Vec<(Chapter, Vec<Code>)>,
    /// True when the phrase is the one that this catalogue exists for.
    invalid_user: bool,
}

pub async fn show(db: Data<Db>, visit: Visit, search: Query<Search>) -> PageResult {
    shell::html(&ErrorsPage::new(shell::frame(&db, &visit).await?, search.into_inner().q))
}

impl ErrorsPage {
    pub fn new(frame: Frame, q: String) -> Self {
        let found = find(&q);
        let chapters = Chapter::ALL.iter().map(|chapter| {
            (
                *chapter,
                found
                    .iter()
                    .copied()
                    .filter(|code| causes::of(*code).chapter == *chapter)
                    .collect::<Vec<_>>(),
            )
        });
        Self {
            frame,
            chapters: chapters.filter(|(_, codes)| !codes.is_empty()).collect(),
            invalid_user: q.to_lowercase().contains("invalid user"),
            q,
        }
    }
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
