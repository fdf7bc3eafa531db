//! Keys: made, shown once, rotated, paused, revoked, handed over. A key's id never changes when its
//! secret does. It must not know calls: who used a key is asked of the ledger.

mod budgets;
mod care;
mod issue;
mod queries;
mod reach;
mod rights;
mod rotation;
mod rules;
mod view;

pub use budgets::{Budget, budgets};
pub use care::{edit, enable, extend, pause, rename, revoke, transfer};
pub use issue::{Issued, NewKey, issue};
pub(in crate::domain) use queries::living;
pub use reach::{Reach, reach};
pub use rights::{may_enable, may_manage};
pub use rotation::{Overlap, Rotate, Why, end_overlap, rotate};
pub use rules::{Edit, Expiry, MAX_DAYS, api_ids, check_ips, networks, read_ips, revoke_reason, scopes};
pub use view::{
    Condition, KeyFilter, KeyLife, KeyOrder, KeyView, condition, count_owned, count_working, find_by_digest,
    find_by_prefix, find_own_by_prefix, get_visible, limits_of, list_expired, list_expiring, list_of_app,
    list_visible, owners_for,
};

#[cfg(test)]
mod tests;
