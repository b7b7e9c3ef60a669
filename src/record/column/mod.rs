//! The columns: one table that drives `--columns`, its errors and completion, and the headers of
//! every format.
//!
//! To add a column, add its line to [`COLUMNS`]. A value inside a nested object gets a dotted name
//! and a function that extracts it. Knows nothing of layout and formats.

mod sets;
mod table;
#[cfg(test)]
mod tests;
mod value;

use super::backup::{Backup, Field};
use super::json::Json;
pub(crate) use sets::{scalar_set, table_set, whole_set, wide_set};
pub(crate) use table::{
    COLUMNS, PROJECT_NAME, TARGET, TARGET_COLUMNS, VAULT_NAME, computed, of_target,
};
pub(crate) use value::Value;

/// One column.
#[derive(Clone, Copy)]
pub(crate) struct Column {
    /// The API's name of the field. Human-readable formats print it in upper case as the heading.
    pub(crate) name: &'static str,
    /// Short description, with the unit if there is one.
    pub(crate) help: &'static str,
    pub(crate) kind: ColumnKind,
    pub(crate) visibility: Visibility,
    find: Find,
    /// Short names that `--columns` and `--sort` accept too.
    pub(crate) aliases: &'static [&'static str],
}

/// The kind of a value, which determines alignment, shortening, color and normalization.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ColumnKind {
    /// An identifier.
    Id,
    /// An enumerated value of the service.
    Word,
    /// The type of a resource.
    Type,
    /// An enumerated health status; colored.
    Status,
    /// Free text of any length.
    Text,
    /// A point in time; UTC if the service names no zone.
    Time,
    /// A number.
    Number,
    /// A size in GB, the unit of the service.
    Size,
    /// An age in seconds.
    Age,
}

/// Which default sets a column belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Visibility {
    /// Shown by `table` and `wide`. On a narrow terminal the columns of `table` with the highest
    /// rank are hidden first; rank 0 is never hidden. Rank 1 is reserved for columns that the user
    /// sorts or filters by.
    Table(u8),
    /// Shown by `wide`.
    Wide,
    /// Shown by csv, tsv and long, or if `--columns` names it.
    Selected,
    /// A value inside a nested object, shown only if `--columns` names it.
    Nested,
    /// A value that is not in the backup, shown only if named.
    Extra,
}

impl Visibility {
    /// Returns the rank by which the column is hidden on a narrow terminal, unless it is selected
    /// by name.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Table(rank) => rank,
            Self::Wide => 10,
            Self::Selected => 11,
            Self::Nested => 12,
            Self::Extra => 13,
        }
    }

    /// Returns the formats that show the column, for the help.
    pub(crate) fn shown_by(self) -> &'static str {
        match self {
            Self::Table(_) => "table, wide, csv",
            Self::Wide => "wide, csv",
            Self::Selected => "csv",
            Self::Nested => "--columns all",
            Self::Extra => "if named",
        }
    }
}

/// Finds a value in a record.
#[derive(Clone, Copy)]
enum Find {
    Field(Field),
    /// A member of the column's own name, in rows that `cbr` computes.
    Member,
    /// Same as `Member`, or that member of the row's target.
    Target,
    /// A nested value, or one with several possible locations.
    One(for<'a> fn(&Backup<'a>) -> Option<Json<'a>>),
    /// A computed number.
    Number(fn(&Backup<'_>) -> Option<i64>),
    /// The same field of several objects.
    Each(for<'a> fn(&Backup<'a>) -> Vec<Json<'a>>),
}

/// Returns the column of this name or alias, in any case.
pub(crate) fn named(columns: &'static [Column], text: &str) -> Option<&'static Column> {
    columns.iter().find(|column| {
        let mut names = column.aliases.iter().chain([&column.name]);
        names.any(|name| name.eq_ignore_ascii_case(text))
    })
}

impl Column {
    /// Adds short names.
    pub(crate) const fn or(self, aliases: &'static [&'static str]) -> Self {
        Self { aliases, ..self }
    }

    /// Returns the heading of the column in tables: its shortest name.
    pub(crate) fn heading(&self) -> String {
        self.aliases.first().unwrap_or(&self.name).to_ascii_uppercase()
    }

    /// Returns the value of this column, or `None` if the record has none.
    pub(crate) fn value<'a>(&self, backup: &Backup<'a>) -> Option<Value<'a>> {
        match self.find {
            Find::Field(field) => backup.get(field).map(Value::Sent),
            Find::Member => backup.member(self.name).map(Value::Sent),
            Find::Target => {
                backup.member(self.name).or_else(|| backup.in_target(self.name)).map(Value::Sent)
            }
            Find::One(find) => find(backup).map(Value::Sent),
            Find::Number(find) => find(backup).map(Value::Number),
            Find::Each(find) => {
                let values = find(backup);
                (!values.is_empty()).then_some(Value::Each(values))
            }
        }
    }

    /// Returns a single value as sent: `Some(None)` if it is missing, `None` if the column is
    /// computed or has several values.
    #[inline]
    pub(crate) fn sent<'a>(&self, backup: &Backup<'a>) -> Option<Option<Json<'a>>> {
        match self.find {
            Find::Field(field) => Some(backup.get(field)),
            Find::Member => Some(backup.member(self.name)),
            Find::Target => Some(backup.member(self.name).or_else(|| backup.in_target(self.name))),
            Find::One(find) => Some(find(backup)),
            Find::Number(_) | Find::Each(_) => None,
        }
    }

    /// Returns true if `cbr` computes the value.
    pub(crate) fn is_computed(&self) -> bool {
        matches!(self.find, Find::Member | Find::Target)
    }

    /// Returns true if the value may come from the target of a computed row.
    pub(crate) fn is_of_target(&self) -> bool {
        matches!(self.find, Find::Target)
    }

    /// Returns true if the service sends the value only with `--show-replication`.
    pub(crate) fn is_of_replication(&self) -> bool {
        self.name.starts_with("replication.")
    }
}
