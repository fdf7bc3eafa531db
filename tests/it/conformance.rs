//! Recorded exchanges with vendors, through the wire room: what passes must pass unchanged, what is
//! carried must say the same. The few of `tests/fixtures` are ours; the many of the shared folder
//! (`PORTICO_SHARED`, else `../shared`) are read where it exists.

mod carried;
mod errors;
mod exchange;
mod fold;
mod same;
mod streams;
