//! The four timers of a call to a vendor.

use std::time::Duration;

use crate::base::words::words;

words! {
    /// Which timer ran out.
    Timer {
        Connect "connect" "connecting";
        FirstByte "first_byte" "the first byte";
        Idle "idle" "the next byte";
        Total "total" "the whole answer";
    }
}

/// How long each phase may take. `None`: no bound of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Timers {
    pub connect: Duration,
    pub first_byte: Option<Duration>,
    pub idle: Option<Duration>,
    pub total: Option<Duration>,
}

const CONNECT: Duration = Duration::from_secs(5);

impl Timers {
    /// For answers that come as a whole.
    pub fn whole() -> Self {
        Self { connect: CONNECT, first_byte: None, idle: None, total: Some(Duration::from_secs(600)) }
    }

    /// For streams.
    pub fn stream() -> Self {
        let bound = Some(Duration::from_secs(120));
        Self { connect: CONNECT, first_byte: bound, idle: bound, total: None }
    }

    /// For streams of models that think before they speak.
    pub fn reasoning_stream() -> Self {
        let (first_byte, idle) = (Some(Duration::from_secs(600)), Some(Duration::from_secs(300)));
        Self { connect: CONNECT, first_byte, idle, total: None }
    }

    /// For an operator who waits for a test to end.
    pub fn probe() -> Self {
        Self { connect: CONNECT, first_byte: None, idle: None, total: Some(Duration::from_secs(15)) }
    }

    /// The limit of one timer, for the message that names it.
    pub fn of(&self, timer: Timer) -> Option<Duration> {
        match timer {
            Timer::Connect => Some(self.connect),
            Timer::FirstByte => self.first_byte,
            Timer::Idle => self.idle,
            Timer::Total => self.total,
        }
    }
}
