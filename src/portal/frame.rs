//! What surrounds every page: who looks at it, where it sits in the menu, and the address of the assets.
//! Plain data: the toolbox fills it from the request, `templates/layout/base.html` draws it.

use super::menu::NavGroup;
use crate::base::Timestamp;

/// The value each page template holds as `frame`.
#[derive(Clone, Debug)]
pub struct Frame {
    /// None on the pages that anyone may see.
    pub user: Option<FrameUser>,
    /// The groups of the side menu, already narrowed to what this person may open.
    pub nav: Vec<NavGroup>,
    /// The token every form sends back.
    pub csrf: String,
    pub theme: Theme,
    /// The path of this page, without its query.
    pub path: String,
    /// What the last action did; shown once.
    pub flash: Option<Flash>,
    /// What the address asked for and the list goes without.
    pub left_out: Option<String>,
    /// The name an operator gave this installation.
    pub site_name: String,
    /// A line over every page, such as "served over plain HTTP".
    pub banner: Option<String>,
    /// Hashed address of the one style sheet.
    pub css: &'static str,
    /// Hashed address of the one script.
    pub js: &'static str,
    /// When the page was made; relative times count from it.
    pub now: Timestamp,
}

impl Frame {
    /// A frame for somebody who is not signed in.
    pub fn anonymous(path: &str, now: Timestamp) -> Self {
        Self {
            user: None,
            nav: Vec::new(),
            csrf: String::new(),
            theme: Theme::Auto,
            path: path.to_owned(),
            flash: None,
            left_out: None,
            site_name: "Portico".to_owned(),
            banner: None,
            css: crate::web::assets::css(),
            js: crate::web::assets::js(),
            now,
        }
    }

    /// How much waits in the inbox, as its badge says.
    pub fn waiting(&self) -> u32 {
        let mut items = self.nav.iter().flat_map(|group| &group.items);
        items.find(|item| item.href == "/inbox").map_or(0, |item| item.count)
    }

    /// True when nobody is signed in.
    pub fn is_public(&self) -> bool {
        self.user.is_none()
    }
}

/// The signed-in person, as the top bar shows them.
#[derive(Clone, Debug)]
pub struct FrameUser {
    pub name: String,
    pub email: String,
    pub initials: String,
    pub role_label: String,
}

impl FrameUser {
    pub fn new(name: &str, email: &str, role_label: &str) -> Self {
        let shown = if name.trim().is_empty() { email } else { name };
        Self {
            name: shown.to_owned(),
            email: email.to_owned(),
            initials: initials(shown),
            role_label: role_label.to_owned(),
        }
    }
}

/// One or two capitals: of the first and last word, or of the first letters.
fn initials(name: &str) -> String {
    let mut words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let first = words.next().and_then(|word| word.chars().next());
    let last = words.next_back().and_then(|word| word.chars().next());
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

/// A message from the last action.
#[derive(Clone, Debug)]
pub struct Flash {
    /// `ok`, `info`, `warn` or `bad`.
    pub kind: &'static str,
    pub text: String,
}

impl Flash {
    pub fn ok(text: impl Into<String>) -> Self {
        Self { kind: "ok", text: text.into() }
    }

    pub fn warn(text: impl Into<String>) -> Self {
        Self { kind: "warn", text: text.into() }
    }

    pub fn bad(text: impl Into<String>) -> Self {
        Self { kind: "bad", text: text.into() }
    }
}

/// Which color scheme a person chose.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Theme {
    /// As the system says.
    #[default]
    Auto,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::Auto, Self::Light, Self::Dark];

    /// The word kept with the account and written to `data-theme`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// The drawing on its button.
    pub fn icon(self) -> &'static str {
        match self {
            Self::Auto => "monitor",
            Self::Light => "sun",
            Self::Dark => "moon",
        }
    }

    /// Anything unknown is `Auto`.
    pub fn parse(word: &str) -> Self {
        Self::ALL.into_iter().find(|theme| theme.word() == word).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
