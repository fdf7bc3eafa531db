//! What the first migrations are written in: tables with their key, and indexes named after what they hold.

use sea_orm_migration::prelude::*;

/// A table; an empty key where a column is the key by itself.
pub fn table<const N: usize>(
    name: &'static str,
    key: &[&'static str],
    columns: [ColumnDef; N],
) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for mut column in columns {
        table.col(&mut column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(*column);
    }
    if !key.is_empty() {
        table.primary_key(&mut primary);
    }
    table
}

/// `ix_table_column_…`
pub fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index.name(format!("ix_{table}_{}", columns.join("_"))).table(table);
    for column in columns {
        index.col(*column);
    }
    index
}
