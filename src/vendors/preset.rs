//! Vendors we know, as data.

use std::sync::LazyLock;

use serde::Deserialize;

use crate::wire::{Format, Quirks};

use super::Auth;

/// A vendor an operator can pick instead of typing an address.
#[derive(Clone, Debug)]
pub struct Preset {
    pub id: String,
    pub name: String,
    pub format: Format,
    /// Empty where the operator has to type it.
    pub base_url: String,
    pub auth: Auth,
    /// Words for `Quirks::of`.
    pub quirks: Vec<String>,
    pub models: Vec<PresetModel>,
    pub docs_url: String,
    /// What a secret starts with: a hint for the form, never a check.
    pub key_hint: String,
}

#[derive(Clone, Debug, Deserialize)]
pub struct PresetModel {
    pub id: String,
    /// `chat` or `embedding`.
    pub kind: String,
}

impl Preset {
    pub fn quirks(&self) -> Quirks {
        Quirks::of(self.quirks.iter().map(String::as_str))
    }

    /// True for the built-in vendor that needs no network.
    pub fn is_demo(&self) -> bool {
        self.id == "demo"
    }
}

#[derive(Deserialize)]
struct Row {
    id: String,
    name: String,
    format: String,
    #[serde(default)]
    base_url: String,
    auth: String,
    #[serde(default)]
    quirks: Vec<String>,
    #[serde(default)]
    models: Vec<PresetModel>,
    #[serde(default)]
    docs_url: String,
    #[serde(default)]
    key_hint: String,
}

impl From<Row> for Preset {
    fn from(row: Row) -> Self {
        Self {
            format: Format::parse(&row.format).unwrap_or(Format::OpenAi),
            auth: Auth::parse(&row.auth).unwrap_or_default(),
            id: row.id,
            name: row.name,
            base_url: row.base_url,
            quirks: row.quirks,
            models: row.models,
            docs_url: row.docs_url,
            key_hint: row.key_hint,
        }
    }
}

static PRESETS: LazyLock<Vec<Preset>> = LazyLock::new(|| {
    let rows: Vec<Row> =
        serde_json::from_str(include_str!("presets.json")).expect("the embedded file is tested");
    rows.into_iter().map(Preset::from).collect()
});

/// The words that stand alone in a list of quirks. Others name a field: see [`is_quirk`].
pub fn quirk_words() -> Vec<&'static str> {
    Quirks::words()
}

/// True for a word that does something to a request: one of [`quirk_words`], or `drop:FIELD`,
/// `refuse:FIELD`, `rename:FIELD=NAME` or `only:FIELD+FIELD`.
pub fn is_quirk(word: &str) -> bool {
    let named = word.split_once(':').is_none_or(|(_, fields)| {
        let plain = |c: char| c.is_ascii_alphanumeric() || "_-.".contains(c);
        fields.split(['=', '+']).all(|field| !field.is_empty() && field.chars().all(plain))
    });
    named && Quirks::of([word]) != Quirks::default()
}

/// All presets, in the order a form shows them.
pub fn presets() -> &'static [Preset] {
    &PRESETS
}

pub fn preset(id: &str) -> Option<&'static Preset> {
    presets().iter().find(|preset| preset.id == id)
}

#[cfg(test)]
mod tests;
