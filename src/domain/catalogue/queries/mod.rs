//! The SQL of APIs, versions and their models. Who may see a row is part of each query.

mod managing;
mod reading;
mod subscribers;
mod versions;

pub(in crate::domain) use managing::*;
pub(in crate::domain) use reading::*;
pub(in crate::domain) use subscribers::*;
pub(in crate::domain) use versions::*;
