//! The suite against a real server: one module a noun.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says what is wrong by failing")]

mod access;
mod astray;
mod audit;
mod auditor;
mod bad_input;
mod call;
mod catalogue;
mod conformance;
mod diagnosis;
mod docs;
mod editing;
mod elements;
mod failover;
mod faults;
mod figures;
mod framing;
mod house;
mod journeys;
mod keys;
mod leaving;
mod ledger;
mod load;
mod outage;
mod pages;
mod people;
mod process;
mod promises;
mod refusals;
mod scripts;
mod secrets;
mod sign_in;
mod stream;
mod subscriptions;
mod supply;
mod support;
mod tls;
mod web;
