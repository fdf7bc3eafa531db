//! Recorded exchanges with vendors, through the wire room: what passes must pass unchanged, what is
//! carried must say the same. The few of `tests/fixtures` and `golden` are ours; the many of the shared
//! folder (`PORTICO_SHARED`, else `../shared`) are read where it exists.

mod carried;
mod coverage;
mod errors;
mod exchange;
mod fold;
mod fuzz;
mod golden;
mod same;
mod streams;
