//! The SQL of people.

mod admin_tokens;
mod links;
mod sessions;
mod users;

pub use admin_tokens::*;
pub use links::*;
pub use sessions::*;
pub use users::*;
