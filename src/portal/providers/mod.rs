//! Vendors and their credentials (M8): connect one, test it, keep its pool of secrets, offer its models.

mod change;
mod credentials;
mod health;
mod list;
mod new;
mod probing;
mod show;

use crate::domain::permit::Right;
use crate::vendors::Auth;
use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    let see = Need::May(Right::SeeSupply);
    let manage = Need::May(Right::ManageSupply);
    vec![
        page(Method::GET, "/manage/vendors", see, list::show),
        page(Method::POST, "/manage/vendors", manage, new::create),
        page(Method::GET, "/manage/vendors/new", manage, new::show),
        page(Method::GET, "/manage/vendors/{id}", see, show::show),
        page(Method::POST, "/manage/vendors/{id}", manage, change::save),
        page(Method::GET, "/manage/vendors/{id}/change", manage, change::show_form),
        page(Method::POST, "/manage/vendors/{id}/removal", manage, change::remove),
        page(Method::POST, "/manage/vendors/{id}/test", manage, probing::create),
        page(Method::POST, "/manage/vendors/{id}/models", manage, change::offer),
        page(Method::POST, "/manage/vendors/{id}/credentials", manage, credentials::create),
        page(Method::GET, "/manage/credentials/{id}", see, credentials::find),
        page(Method::POST, "/manage/credentials/{id}", manage, credentials::save),
        page(Method::POST, "/manage/credentials/{id}/secret", manage, credentials::replace),
        page(Method::POST, "/manage/credentials/{id}/removal", manage, credentials::remove),
    ]
}

/// What a vendor's key starts with, for an empty field.
pub(super) fn hint(preset: &crate::domain::supply::Preset) -> String {
    if preset.key_hint.is_empty() { String::new() } else { format!("{}…", preset.key_hint) }
}

/// Whether a key is needed, and the header it is sent in.
pub(super) fn key_words(preset: &crate::domain::supply::Preset) -> &'static str {
    match preset.auth {
        Auth::Bearer => "Sealed here; sent to the address alone, as Authorization: Bearer.",
        Auth::ApiKey => "Sealed here; sent to the address alone, as x-api-key.",
        Auth::None => "Leave it empty if the server asks for none; else it is sent as Authorization: Bearer.",
    }
}
