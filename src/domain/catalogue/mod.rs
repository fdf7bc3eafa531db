//! APIs and their versions: what people find, read about and subscribe to.

mod apis;
mod cards;
mod checks;
pub mod lifecycle;
mod managed;
mod moves;
pub(in crate::domain) mod queries;
mod versions;

pub use apis::{ApiChange, NewApi, change_api, make_api, remove_api};
pub use cards::{
    ApiCard, ApiPage, Found, Offered, VersionView, address_of, get_visible, list_visible, page_of_visible,
};
pub use checks::{Check, checks};
pub use managed::{
    ManagedApi, Subscriber, get_managed, get_version, list_managed, owners, page_of_managed, subscribers,
    version_names,
};
pub use moves::{Deprecation, deprecate, publish, retire};
pub use versions::{NewVersion, VersionModel, add_version, change_docs, discard_draft, set_models};

pub(in crate::domain) use apis::make_in;
pub(in crate::domain) use moves::publish_in;
pub(in crate::domain) use versions::{add_version_in, set_docs_in, set_models_in};

#[cfg(test)]
mod tests;
