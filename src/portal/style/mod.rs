//! `/_style`: every part of the design system in every state. Debug builds alone serve it.

use askama::Template;

use super::frame::{Flash, Frame, FrameUser};
use super::look::Choice;
use super::menu::{Sees, menu};
use super::shell;
use crate::base::Timestamp;
use crate::base::clock::{DAY, HOUR, MINUTE};
use crate::store::Db;
use crate::web::{Data, Method, Need, Page, PageResult, page};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/_style", Need::Anyone, show),
        page(Method::GET, "/_style/bare", Need::Anyone, show_bare),
        page(Method::GET, "/_style/bug", Need::Anyone, fails),
    ]
}

pub async fn show(db: Data<Db>) -> PageResult {
    shell::html(&StylePage::sample(db.now()))
}

pub async fn show_bare(db: Data<Db>) -> PageResult {
    shell::html(&StyleBare::sample(db.now()))
}

/// The page with its samples.
#[derive(Template)]
#[template(path = "style/show.html")]
pub struct StylePage {
    pub frame: Frame,
    pub errors: SampleErrors,
    pub none: SampleErrors,
    pub now: Timestamp,
    pub soon: Timestamp,
    pub earlier: Timestamp,
    pub never: Option<Timestamp>,
    pub choices: Vec<Choice>,
    pub overlaps: Vec<Choice>,
    pub chosen: Vec<String>,
    pub states: &'static [&'static str],
    pub values: Vec<i64>,
    pub names: &'static [&'static str],
}

/// The same card that signs people in.
#[derive(Template)]
#[template(path = "style/bare.html")]
pub struct StyleBare {
    pub frame: Frame,
    pub none: SampleErrors,
}

/// Stands in for the errors of a form.
#[derive(Clone, Copy, Debug)]
pub struct SampleErrors(&'static str);

impl SampleErrors {
    pub fn of(&self, _: &str) -> &str {
        self.0
    }
}

impl StylePage {
    pub fn sample(now: Timestamp) -> Self {
        Self {
            frame: frame(now),
            errors: SampleErrors("Say what should change here."),
            none: SampleErrors(""),
            now,
            soon: now.plus(20 * DAY),
            earlier: now.minus(3 * HOUR + 12 * MINUTE),
            never: None,
            choices: vec![
                Choice::new("free", "Free").hint("60 requests a minute, approved at once"),
                Choice::new("team", "Team").hint("600 requests a minute, $50 a month, an owner decides"),
                Choice::new("none", "Enterprise").hint("Not offered to your team").disabled(),
            ],
            overlaps: vec![
                Choice::new("0", "Not at all"),
                Choice::new("1h", "1 hour"),
                Choice::new("24h", "24 hours"),
            ],
            chosen: vec!["team".to_owned()],
            states: STATES,
            names: &["demo-lorem", "demo-echo"],
            values: vec![3, 5, 4, 9, 12, 8, 14, 13, 18, 22, 17, 25],
        }
    }
}

impl StyleBare {
    pub fn sample(now: Timestamp) -> Self {
        Self { frame: Frame { user: None, flash: None, banner: None, ..frame(now) }, none: SampleErrors("") }
    }
}

const STATES: &[&str] = &[
    "active",
    "approved",
    "published",
    "answered",
    "paused",
    "requested",
    "deprecated",
    "waiting",
    "denied",
    "revoked",
    "expired",
    "refused",
    "self_approved",
    "draft",
    "withdrawn",
    "ended",
];

fn frame(now: Timestamp) -> Frame {
    let sees = Sees { apis: true, operates: true, supplies: true, waiting: 3 };
    Frame {
        user: Some(FrameUser::new("Dana Example", "dana@example.org", "Admin")),
        nav: menu(sees, "/keys"),
        csrf: "sample".to_owned(),
        flash: Some(Flash::ok("Key ci-bot was rotated. The older secret works until tomorrow.")),
        banner: Some("Served over plain HTTP: sign-in is safe on this machine alone.".to_owned()),
        ..Frame::anonymous("/_style", now)
    }
}

/// A bug on demand, to see its page.
#[expect(clippy::panic, reason = "that is what it is for")]
async fn fails() -> PageResult {
    panic!("on purpose")
}

#[cfg(test)]
mod tests;
