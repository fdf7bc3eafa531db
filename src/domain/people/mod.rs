//! People: accounts, passwords, sessions, one-time links and management tokens. Everything that
//! decides who somebody is. It never knows of cookies, pages or mail.

pub mod admin_tokens;
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

/// Where a request came from, as sessions and throttles keep it.
#[derive(Clone, Debug, Default)]
pub struct Peer {
    /// The address of the peer, or the one a trusted proxy names.
    pub ip: String,
    /// What the browser says it is.
    pub agent: String,
}

#[cfg(test)]
pub mod tests;
