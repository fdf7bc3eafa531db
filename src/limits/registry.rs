//! Finds a subject's counters, in shards so that a hundred thousand subjects cost as much as ten.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use uuid::Uuid;

use crate::base::limit::LimitScope;

use super::subject::Subject;

type Name = (LimitScope, Uuid);
type Shard = Mutex<HashMap<Name, Arc<Subject>>>;

const SHARDS: usize = 64;

pub(super) struct Registry {
    shards: [Shard; SHARDS],
    hasher: RandomState,
}

impl Registry {
    pub fn new() -> Self {
        Self { shards: std::array::from_fn(|_| Shard::default()), hasher: RandomState::new() }
    }

    fn shard(&self, name: &Name) -> MutexGuard<'_, HashMap<Name, Arc<Subject>>> {
        let at = usize::try_from(self.hasher.hash_one(name) % SHARDS as u64).unwrap_or(0);
        let [first, ..] = &self.shards;
        self.shards.get(at).unwrap_or(first).lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn find(&self, scope: LimitScope, id: Uuid) -> Option<Arc<Subject>> {
        self.shard(&(scope, id)).get(&(scope, id)).cloned()
    }

    pub fn get(&self, scope: LimitScope, id: Uuid) -> Arc<Subject> {
        let name = (scope, id);
        Arc::clone(self.shard(&name).entry(name).or_insert_with(|| Arc::new(Subject::new(name))))
    }

    /// Drops idle subjects that nobody holds; a holder's counts would be lost otherwise.
    pub fn sweep(&self, second: u64) -> usize {
        let mut left = 0;
        for shard in &self.shards {
            let mut shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.retain(|_, subject| Arc::strong_count(subject) > 1 || !subject.state().is_idle(second));
            left += shard.len();
        }
        left
    }
}
