//! One's own account: name, password, sessions, management tokens, theme.

mod password;
mod sessions;
mod show;
mod theme;
mod tokens;

use crate::web::{Method, Need, Page, page};

pub fn pages() -> Vec<Page> {
    vec![
        page(Method::GET, "/profile", Need::SignedIn, show::show),
        page(Method::POST, "/profile/name", Need::SignedIn, show::rename),
        page(Method::POST, "/profile/password", Need::SignedIn, password::update),
        page(Method::POST, "/profile/theme", Need::SignedIn, theme::update),
        page(Method::POST, "/profile/sessions/removal", Need::SignedIn, sessions::end_others),
        page(Method::POST, "/profile/sessions/{id}/removal", Need::SignedIn, sessions::end),
        page(Method::POST, "/profile/tokens", Need::SignedIn, tokens::create),
        page(Method::POST, "/profile/tokens/{id}/revocation", Need::SignedIn, tokens::revoke),
    ]
}
