//! Run-time counters of rates, concurrency, budgets and memory.
