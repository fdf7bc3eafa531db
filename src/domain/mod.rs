//! Rules and SQL by noun; knows no HTTP.
