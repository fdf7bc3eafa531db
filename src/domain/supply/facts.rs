//! The one file of `domain` that reads `vendors`: its presets and its price table, as data.

use crate::base::Result;
use crate::domain::fields::wrong;
use crate::store::entity::provider;
use crate::vendors::{self, prices::PriceRow};

pub use crate::vendors::{Preset, presets, quirk_words};

/// Quirk words of a provider at most.
const QUIRKS: usize = 100;

/// The preset of that id.
///
/// # Errors
/// `field_invalid` when there is none.
pub fn preset(id: &str) -> Result<&'static Preset> {
    vendors::preset(id).ok_or_else(|| wrong("preset", "There is no such vendor preset."))
}

/// True when calls to this provider work without a credential.
pub fn needs_no_secret(provider: &provider::Model) -> bool {
    vendors::preset(&provider.preset).is_some_and(|preset| preset.auth == vendors::Auth::None)
}

/// The built-in vendor costs nothing until somebody sets a price.
pub(super) fn is_free(provider: &provider::Model) -> bool {
    vendors::preset(&provider.preset).is_some_and(Preset::is_demo)
}

/// What is known of a vendor's model. The built-in vendor is free.
pub(super) fn of_model(preset: &str, vendor_model: &str) -> Option<PriceRow> {
    let known = vendors::prices::find(preset, vendor_model);
    if !vendors::preset(preset).is_some_and(Preset::is_demo) {
        return known;
    }
    let row = known.unwrap_or_default();
    Some(PriceRow { input: Some(0), output: Some(0), cached_read: Some(0), cache_write: Some(0), ..row })
}

/// The kind a preset gives to a model of its list; a guess by name for others.
pub(super) fn kind_of(preset: &str, vendor_model: &str) -> &'static str {
    let listed = vendors::preset(preset)
        .and_then(|preset| preset.models.iter().find(|model| model.id == vendor_model))
        .map(|model| model.kind.as_str());
    match listed {
        Some("embedding") => "embedding",
        Some(_) => "chat",
        None if vendor_model.contains("embed") => "embedding",
        None => "chat",
    }
}

/// The stored form of quirk words; none are those of the preset.
///
/// # Errors
/// `field_invalid` on `quirks` for a word that does nothing.
pub(super) fn quirks(preset: &Preset, words: Option<&[String]>) -> Result<String> {
    let words = words.unwrap_or(&preset.quirks);
    if words.len() > QUIRKS {
        return Err(wrong("quirks", format!("At most {QUIRKS} words.")));
    }
    match words.iter().find(|word| !vendors::is_quirk(word)) {
        Some(word) => {
            let shown: String = word.chars().take(60).collect();
            Err(wrong("quirks", format!("{shown:?} is no quirk that a vendor can have.")))
        }
        None => Ok(words.join(",")),
    }
}

/// The quirk words of a provider.
pub fn quirks_of(provider: &provider::Model) -> Vec<String> {
    provider.quirks.split(',').map(str::trim).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// The base address in its stored form, as the adapter of the format appends paths to it.
pub(super) fn base(preset: &Preset, address: &str) -> String {
    vendors::adapter(preset.format).base(address)
}
