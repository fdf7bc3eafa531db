//! One AI call, step by step.
