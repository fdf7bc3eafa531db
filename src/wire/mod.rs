//! AI wire formats: bytes to a neutral chat model and back. Pure: no HTTP, no database, no clock.
