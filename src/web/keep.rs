//! Things that are kept in memory for minutes and found by a name: only so many at once, the oldest goes
//! first. Time is the caller's, which is the clock's; a cache that reads a clock of its own would not do.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::base::Timestamp;
use crate::base::clock::MINUTE;

/// What is kept, by its name.
pub(super) struct Keep<K, V> {
    time: i64,
    most: usize,
    in_use: fn(&V) -> bool,
    things: Mutex<HashMap<K, Thing<V>>>,
}

struct Thing<V> {
    until: Timestamp,
    value: V,
}

impl<K: Clone + Eq + Hash, V> Keep<K, V> {
    /// Keeps each thing for so many minutes, and so many of them.
    pub fn new(minutes: i64, most: usize) -> Self {
        Self { time: minutes * MINUTE, most, in_use: |_| false, things: Mutex::default() }
    }

    /// What is in use stays, however old it is and however many there are.
    pub fn sparing(self, in_use: fn(&V) -> bool) -> Self {
        Self { in_use, ..self }
    }

    pub fn put(&self, name: K, value: V, now: Timestamp) {
        let mut things = self.lock();
        self.make_room(&mut things, now);
        things.insert(name, Thing { until: now.plus(self.time), value });
    }

    /// What is there by this name, or else this, which is put there.
    pub fn get_or_put(&self, name: K, fresh: V, now: Timestamp) -> V
    where
        V: Clone,
    {
        let mut things = self.lock();
        let is_there = things.get(&name).is_some_and(|thing| self.stays(thing, now));
        if !is_there {
            things.remove(&name);
            self.make_room(&mut things, now);
        }
        things.entry(name).or_insert(Thing { until: now.plus(self.time), value: fresh }).value.clone()
    }

    /// Does something with what is there by this name.
    pub fn with<Q, R>(&self, name: &Q, now: Timestamp, act: impl FnOnce(&mut V) -> R) -> Option<R>
    where
        K: Borrow<Q>,
        Q: Eq + Hash + ?Sized,
    {
        let mut things = self.lock();
        things.get_mut(name).filter(|thing| thing.until > now).map(|thing| act(&mut thing.value))
    }

    fn stays(&self, thing: &Thing<V>, now: Timestamp) -> bool {
        thing.until > now || (self.in_use)(&thing.value)
    }

    fn make_room(&self, things: &mut HashMap<K, Thing<V>>, now: Timestamp) {
        things.retain(|_, thing| self.stays(thing, now));
        if things.len() < self.most {
            return;
        }
        let idle = things.iter().filter(|(_, thing)| !(self.in_use)(&thing.value));
        let oldest = idle.min_by_key(|(_, thing)| thing.until).map(|(name, _)| name.clone());
        oldest.and_then(|oldest| things.remove(&oldest));
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<K, Thing<V>>> {
        self.things.lock().unwrap_or_else(PoisonError::into_inner)
    }

    #[cfg(test)]
    pub fn len(&self) -> usize {
        self.lock().len()
    }
}

#[cfg(test)]
mod tests;
