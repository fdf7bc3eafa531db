//! The suite against a real server: one module a noun.

mod conformance;
mod docs;
mod house;
mod journeys;
mod keys;
mod subscriptions;
mod support;
mod web;
