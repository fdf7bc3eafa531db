//! The management API under /api/v1.

use crate::web::Page;

/// Every endpoint of the management API.
pub fn endpoints() -> Vec<Page> {
    [Vec::new()].into_iter().flatten().collect()
}
