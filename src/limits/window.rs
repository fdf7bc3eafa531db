//! An exact count over the last sixty seconds, in slots of one second.

/// The second that runs now and the sixty before it: so no span of sixty seconds ever holds more
/// than the limit, wherever it starts.
pub(super) const SLOTS: usize = 61;
/// Nobody is told to wait for longer than the limit's minute.
const LONGEST: u32 = 60;

/// Counts per second on a ring.
pub(super) struct Window {
    newest: u64,
    sum: i64,
    slots: [u32; SLOTS],
}

impl Window {
    pub fn new() -> Self {
        Self { newest: 0, sum: 0, slots: [0; SLOTS] }
    }

    /// Drops what has left the window. A second that lies before the newest changes nothing.
    fn advance(&mut self, second: u64) {
        let steps = second.saturating_sub(self.newest);
        if steps == 0 {
            return;
        }
        if steps >= SLOTS as u64 {
            self.slots = [0; SLOTS];
            self.sum = 0;
        } else {
            for passed in self.newest + 1..=second {
                self.set(passed, 0);
            }
        }
        self.newest = second;
    }

    fn at(second: u64) -> usize {
        usize::try_from(second % SLOTS as u64).unwrap_or(0)
    }

    fn get(&self, second: u64) -> u32 {
        self.slots.get(Self::at(second)).copied().unwrap_or(0)
    }

    fn set(&mut self, second: u64, count: u32) {
        if let Some(slot) = self.slots.get_mut(Self::at(second)) {
            self.sum += i64::from(count) - i64::from(*slot);
            *slot = count;
        }
    }

    pub fn sum(&mut self, second: u64) -> i64 {
        self.advance(second);
        self.sum
    }

    pub fn add(&mut self, second: u64, amount: i64) {
        self.advance(second);
        let newest = self.newest;
        self.change(newest, amount);
    }

    /// Corrects what was counted at `at`, if that second is still in the window.
    pub fn correct(&mut self, at: u64, second: u64, difference: i64) {
        self.advance(second);
        if at + SLOTS as u64 > self.newest && at <= self.newest {
            self.change(at, difference);
        }
    }

    fn change(&mut self, at: u64, difference: i64) {
        let count = i64::from(self.get(at)).saturating_add(difference).max(0);
        self.set(at, u32::try_from(count).unwrap_or(u32::MAX));
    }

    /// Seconds until at most `room` is counted.
    pub fn until(&mut self, second: u64, room: i64) -> u32 {
        self.advance(second);
        let mut left = self.sum;
        for age in (0..SLOTS as u64).rev() {
            if left <= room {
                // The slot of age `age + 1` was the last that had to go.
                return u32::try_from(SLOTS as u64 - 1 - age).unwrap_or(0).clamp(1, LONGEST);
            }
            let at = self.newest.saturating_sub(age);
            left -= i64::from(self.get(at));
        }
        LONGEST
    }

    /// Seconds until nothing is counted.
    pub fn until_empty(&mut self, second: u64) -> u32 {
        self.advance(second);
        if self.sum == 0 { 0 } else { self.until(second, 0) }
    }

    pub fn is_empty(&mut self, second: u64) -> bool {
        self.sum(second) == 0
    }
}
