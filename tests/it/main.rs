//! The suite against a real server: one module a noun.

mod docs;
mod support;
mod web;
