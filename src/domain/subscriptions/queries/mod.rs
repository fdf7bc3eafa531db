//! The SQL of subscriptions.

mod around;
mod lists;
mod rows;

pub use around::*;
pub use lists::*;
pub use rows::*;
