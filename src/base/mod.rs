//! The leaf room: ids, time, money, secrets, limit kinds, the error and code table.
//! It does no I/O and knows nothing of the rooms above it.

pub mod blocks;
pub mod clash;
pub mod clock;
pub mod codes;
pub mod error;
pub mod ids;
pub mod key_format;
pub mod limit;
pub mod money;
pub mod network;
pub mod outgoing;
pub mod secret;
pub(crate) mod words;

pub use blocks::Blocks;
pub use clash::Clash;
pub use clock::{Clock, Timestamp};
pub use codes::Code;
pub use error::{Error, OrCode, Result};
pub use money::Nanos;
pub use secret::Secret;
