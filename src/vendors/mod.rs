//! One file a vendor family: describes a call and sends nothing. Pure.
//! Facts about vendors are data (`presets.json`, `prices.csv`), so adding one touches no code.

mod adapter;
mod anthropic;
pub mod demo;
mod openai;
mod preset;
pub mod prices;

pub use adapter::{Adapter, Auth, Destination};
pub use preset::{Preset, PresetModel, is_quirk, preset, presets, quirk_words};

use crate::wire::Format;

/// The adapter of a vendor's format.
pub fn adapter(format: Format) -> &'static dyn Adapter {
    match format {
        Format::OpenAi => &openai::OpenAi,
        Format::Anthropic => &anthropic::Anthropic,
    }
}
