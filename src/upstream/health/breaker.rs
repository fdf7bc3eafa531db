//! When to leave something alone: after a few failures in a row, or half of the last twenty. What fails
//! is asked last; what failed twenty times of twenty is not asked at all but for one probe.

use std::time::Duration;

use super::{Standing, Why, jittered};

/// The last calls that are judged.
const JUDGED: u32 = 20;
/// So many failures in a row are enough: a model with a few calls a minute has no twenty to judge.
const IN_A_ROW: u32 = 3;
const OPEN_FIRST: Duration = Duration::from_secs(5);
const OPEN_LONGEST: Duration = Duration::from_secs(60);
/// A half-open probe that never reported back stops counting after this long.
const PROBE: Duration = Duration::from_secs(30);

/// How the last tries went.
#[derive(Clone, Copy, Default)]
pub(super) struct Window {
    /// Newest in the lowest bit; 1 is a failure.
    recent: u32,
    pub(super) judged: u32,
}

impl Window {
    pub(super) fn push(&mut self, failed: bool) {
        self.recent = ((self.recent << 1) | u32::from(failed)) & ((1 << JUDGED) - 1);
        self.judged = (self.judged + 1).min(JUDGED);
    }

    pub(super) fn failed(&self) -> u32 {
        self.recent.count_ones()
    }

    fn half_failed(&self) -> bool {
        self.judged >= JUDGED && self.failed() * 2 >= JUDGED
    }

    fn in_a_row(&self) -> u32 {
        self.recent.trailing_ones()
    }
}

pub(super) struct Breaker {
    window: Window,
    open_until: Option<Duration>,
    open_for: Duration,
    probe_since: Option<Duration>,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { window: Window::default(), open_until: None, open_for: OPEN_FIRST, probe_since: None }
    }
}

impl Breaker {
    pub(super) fn standing(&self, now: Duration) -> Standing {
        let Some(until) = self.open_until else { return Standing::Ready };
        let wait = match self.probe_since {
            _ if now < until => until - now,
            Some(since) if now < since + PROBE => Duration::from_secs(1),
            _ => return Standing::Ready,
        };
        // Not every judged call failed: half an answer is better than none.
        if self.window.failed() < JUDGED {
            Standing::Shaky
        } else {
            Standing::Cooling { wait, why: Why::Failing }
        }
    }

    /// For how much longer it is left alone, where anything else can be asked.
    pub(super) fn rest(&self, now: Duration) -> Option<Duration> {
        let left = self.open_until?.saturating_sub(now);
        (self.standing(now) != Standing::Ready).then_some(left)
    }

    /// A try begins: after the rest it is the probe.
    pub(super) fn begin(&mut self, now: Duration) {
        let is_over = self.open_until.is_some_and(|until| now >= until);
        if is_over && self.standing(now) == Standing::Ready {
            self.probe_since = Some(now);
        }
    }

    /// A try ended that says nothing.
    pub(super) fn silent(&mut self) {
        self.probe_since = None;
    }

    pub(super) fn good(&mut self) {
        self.window.push(false);
        let probed = self.probe_since.take().is_some();
        if probed {
            self.window = Window::default();
        }
        if probed || !self.window.half_failed() {
            (self.open_until, self.open_for) = (None, OPEN_FIRST);
        }
    }

    pub(super) fn failed(&mut self, now: Duration) {
        self.window.push(true);
        let probed = self.probe_since.take().is_some();
        let tripped = self.window.half_failed() || self.window.in_a_row() >= IN_A_ROW;
        if probed {
            self.open_for = (self.open_for * 2).min(OPEN_LONGEST);
        }
        if probed || (tripped && self.open_until.is_none()) {
            self.open_until = Some(now + jittered(self.open_for));
        }
    }
}
