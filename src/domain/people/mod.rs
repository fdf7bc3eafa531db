//! People: accounts, passwords, sessions, one-time links and management tokens. Everything that
//! decides who somebody is. It never knows of cookies, pages or mail.

pub mod admin_tokens;
pub mod devices;
mod email;
pub mod invitations;
pub mod links;
pub mod passwords;
pub mod profile;
mod queries;
pub mod reset;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod sign_up;
mod standing;
pub mod throttle;
pub mod users;

pub use email::{Email, name};
pub use passwords::Password;
pub use sessions::Started;
pub use standing::{Step, next};

use crate::base::Secret;

/// Where a request came from, as sessions and throttles keep it.
#[derive(Clone, Default)]
pub struct Peer {
    /// The address of the peer, or the one a trusted proxy names.
    pub ip: String,
    /// What the browser says it is.
    pub agent: String,
    /// The mark of a browser that signed in before, as it came.
    pub device: Option<Secret>,
}

#[cfg(test)]
pub mod tests;
