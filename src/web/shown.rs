//! Pages that hold a secret and are looked at once. The form that made the secret is answered by a
//! redirect to such a page, so that reloading never sends the form again. They live in memory, for minutes.

use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use super::keep::Keep;
use crate::base::ids::SessionId;
use crate::base::{Timestamp, secret};

/// How long an unopened page waits, and how long an opened one is remembered.
const MINUTES: i64 = 10;
/// More than so many at once, and the oldest goes.
const MOST: usize = 1_000;

/// The pages that wait. Clones share them.
#[derive(Clone)]
pub struct ShownOnce(Arc<Keep<String, Slip>>);

struct Slip {
    session: SessionId,
    /// Where the thing is found from now on.
    back: String,
    /// Gone once it was looked at.
    page: Option<Zeroizing<String>>,
}

/// What there is at an address.
pub enum Look {
    Page(Zeroizing<String>),
    /// It was looked at; where the thing itself is.
    Gone(String),
    /// Never there, too old, or somebody else's.
    Unknown,
}

impl Default for ShownOnce {
    fn default() -> Self {
        Self(Arc::new(Keep::new(MINUTES, MOST)))
    }
}

impl ShownOnce {
    /// Keeps a page for one look by this session; gives the last part of its address.
    pub fn keep(&self, session: SessionId, back: &str, page: String, now: Timestamp) -> String {
        let token = URL_SAFE_NO_PAD.encode(secret::random::<24>());
        let slip = Slip { session, back: back.to_owned(), page: Some(Zeroizing::new(page)) };
        self.0.put(token.clone(), slip, now);
        token
    }

    /// Takes the page away. Another session finds nothing, and changes nothing.
    pub fn look(&self, token: &str, session: SessionId, now: Timestamp) -> Look {
        let look = |slip: &mut Slip| {
            if slip.session != session {
                return Look::Unknown;
            }
            slip.page.take().map_or_else(|| Look::Gone(slip.back.clone()), Look::Page)
        };
        self.0.with(token, now, look).unwrap_or(Look::Unknown)
    }
}

#[cfg(test)]
mod tests;
