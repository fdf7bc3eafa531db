//! Portico: an AI gateway with an embedded API portal. `docs/ARCHITECTURE.md` is the map.

pub mod api;
pub mod app;
pub mod base;
pub mod cli;
pub mod config;
pub mod domain;
pub mod gateway;
pub mod ingress;
pub mod jobs;
pub mod ledger;
pub mod limits;
pub mod portal;
pub mod store;
pub mod upstream;
pub mod vendors;
pub mod web;
pub mod wire;
