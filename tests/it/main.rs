//! The suite against a real server: one module a noun.

mod docs;
mod house;
mod ledger;
mod support;
mod web;
