//! The only outgoing HTTP: address filter, timers, health.
