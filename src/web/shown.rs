//! Pages that hold a secret and are looked at once. The form that made the secret is answered by a
//! redirect to such a page, so that reloading never sends the form again. They live in memory, for minutes.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use zeroize::Zeroizing;

use crate::base::clock::MINUTE;
use crate::base::ids::SessionId;
use crate::base::{Timestamp, secret};

/// How long an unopened page waits, and how long an opened one is remembered.
const KEPT: i64 = 10 * MINUTE;
/// More than so many at once, and the oldest goes.
const MOST: usize = 1_000;

/// The pages that wait. Clones share them.
#[derive(Clone, Default)]
pub struct ShownOnce(Arc<Mutex<HashMap<String, Slip>>>);

struct Slip {
    session: SessionId,
    until: Timestamp,
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

impl ShownOnce {
    /// Keeps a page for one look by this session; gives the last part of its address.
    pub fn keep(&self, session: SessionId, back: &str, page: String, now: Timestamp) -> String {
        let token = URL_SAFE_NO_PAD.encode(secret::random::<24>());
        let slip =
            Slip { session, until: now.plus(KEPT), back: back.to_owned(), page: Some(Zeroizing::new(page)) };
        let mut slips = self.lock();
        slips.retain(|_, slip| slip.until > now);
        if slips.len() >= MOST
            && let Some(oldest) =
                slips.iter().min_by_key(|(_, slip)| slip.until).map(|(name, _)| name.clone())
        {
            slips.remove(&oldest);
        }
        slips.insert(token.clone(), slip);
        token
    }

    /// Takes the page away. Another session finds nothing, and changes nothing.
    pub fn look(&self, token: &str, session: SessionId, now: Timestamp) -> Look {
        let mut slips = self.lock();
        let slip = slips.get_mut(token).filter(|slip| slip.session == session && slip.until > now);
        let Some(slip) = slip else { return Look::Unknown };
        slip.page.take().map_or_else(|| Look::Gone(slip.back.clone()), Look::Page)
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Slip>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
