//! The default sets of columns, one for each kind of format.

use super::Visibility::{Extra, Nested, Wide};
use super::{COLUMNS, Column, named};

/// Order of the columns of `table`: the resource comes first.
pub(super) const TABLE_ORDER: [&str; 8] = [
    "resource_name",
    "status",
    "created_at",
    "expired_at",
    "resource_type",
    "resource_size",
    "name",
    "id",
];

/// Returns the columns of `table`.
pub(crate) fn table_set() -> Vec<Column> {
    TABLE_ORDER.iter().filter_map(|name| named(COLUMNS, name)).copied().collect()
}

/// Returns the columns of `wide`: those of `table`, more, and the id.
pub(crate) fn wide_set() -> Vec<Column> {
    let mut columns = table_set();
    let id = columns.pop();
    columns.extend(COLUMNS.iter().filter(|column| column.visibility == Wide));
    columns.extend(id);
    columns
}

/// Returns the scalar fields: the columns of csv and tsv.
pub(crate) fn scalar_set() -> Vec<Column> {
    let is_scalar = |column: &&Column| !matches!(column.visibility, Nested | Extra);
    COLUMNS.iter().filter(is_scalar).copied().collect()
}

/// Returns every column of the record.
pub(crate) fn whole_set() -> Vec<Column> {
    COLUMNS.iter().filter(|column| column.visibility != Extra).copied().collect()
}
