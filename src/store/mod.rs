//! The database: pools, transactions, dialect, entities, migrations.
