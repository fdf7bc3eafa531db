//! Rules and SQL by noun. It knows no HTTP, no template and no vendor.
//!
//! Order inside (a later one may use an earlier one): actor, permit, changes, audit, settings ←
//! people ← teams ← supply, catalogue, plans ← apps ← subscriptions ← keys ← names.

pub mod actor;
pub mod apps;
pub mod audit;
pub mod catalogue;
pub mod changes;
pub mod fields;
pub mod gate;
pub mod keys;
pub mod names;
pub mod people;
pub mod permit;
pub mod plans;
pub mod repeats;
pub mod settings;
pub mod subscriptions;
pub mod supply;
pub mod teams;
#[cfg(test)]
mod tests;
