//! Call records: crash-safe journal, posting, prices, reports.
