//! The suite against a real server: one module a noun.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod access;
mod conformance;
mod diagnosis;
mod docs;
mod house;
mod journeys;
mod keys;
mod ledger;
mod people;
mod sign_in;
mod subscriptions;
mod support;
mod web;
