//! The suite against a real server: one module a noun.

mod conformance;
mod docs;
mod house;
mod support;
mod web;
