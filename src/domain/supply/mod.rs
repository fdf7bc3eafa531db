//! What the gateway can call: providers with their credentials, models with their targets, prices.
//! Of `vendors` it uses the tables of facts alone (`facts.rs`); it sends nothing.

pub mod address;
mod credentials;
mod facts;
mod models;
mod prices;
mod providers;
pub(in crate::domain) mod queries;
mod targets;

pub use crate::store::entity::states::Switch;
pub use credentials::{
    CredentialChange, CredentialView, NewCredential, add_credential, change_credential, open_secret,
    provider_of_credential, remove_credential, replace_secret,
};
pub use facts::{Preset, needs_no_secret, preset, presets, quirk_words, quirks_of};
pub use models::{
    ModelChange, ModelKind, ModelView, NewModel, add_model, change_model, get_model, list_models, offer,
    offered_by, page_of_models, remove_model,
};
pub use prices::{NewPrice, list_prices, set_price};
pub use providers::{
    NewProvider, ProviderChange, ProviderChanged, ProviderView, change_provider, connect, connect_and_offer,
    destination_of, get_provider, list_providers, page_of_providers, remove_provider,
};
pub use targets::{
    NewTarget, TargetChange, TargetView, Timers, add_target, change_target, model_of_target, remove_target,
};

pub(in crate::domain) use models::offer_in;
pub(in crate::domain) use providers::connect_in;

#[cfg(test)]
mod tests;
