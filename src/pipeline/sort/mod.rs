//! `--sort`: decides whether the service or `cbr` sorts, and sorts locally.
//!
//! An order by keys that never change (`created_at`, `id`) can be proven complete while it is read,
//! so the service sorts. In other orders a changed row may move past the reader, so the list is
//! read in the stable order and sorted locally. With `--limit` and keys that the service supports,
//! the service sorts all the same: this reads one page instead of everything, and the listing fails
//! if the list changed meanwhile.

mod sorter;

use std::fmt;
use std::str::FromStr;

use crate::listing::{Direction, Order};
use crate::record::column::{self, COLUMNS, Column, ColumnKind};
use crate::text::suggest;
pub(crate) use sorter::Sorter;

/// The keys of `--sort`, with their directions.
#[derive(Clone)]
pub(crate) struct Sort(Vec<(Column, Direction)>);

/// Whether the service or `cbr` sorts.
pub(crate) enum Plan {
    /// The service sorts in this order.
    Service(Order),
    /// `cbr` sorts after everything is read.
    Local(Sorter),
}

impl Default for Sort {
    /// Returns the order newest first.
    fn default() -> Self {
        let key = |name| COLUMNS.iter().find(|column| column.name == name).copied();
        let keys = [key("created_at"), key("id")];
        Self(keys.into_iter().flatten().map(|column| (column, Direction::Descending)).collect())
    }
}

impl Sort {
    /// Returns every column with each direction and its description, for completion.
    pub(crate) fn offered() -> impl Iterator<Item = (String, &'static str)> {
        let directions = [("asc", "ascending"), ("desc", "descending")];
        COLUMNS.iter().flat_map(move |column| {
            directions.map(|(direction, help)| (format!("{}:{direction}", column.name), help))
        })
    }

    /// Returns a sorter for rows that the service does not list.
    pub(crate) fn sorter(&self) -> Sorter {
        Sorter::new(self.0.clone())
    }

    /// Returns the opposite order.
    pub(crate) fn reversed(&self) -> Self {
        let opposite = |direction| match direction {
            Direction::Ascending => Direction::Descending,
            Direction::Descending => Direction::Ascending,
        };
        Self(self.0.iter().map(|(column, direction)| (*column, opposite(*direction))).collect())
    }

    /// Returns the columns that the user sorts by.
    pub(crate) fn queried_columns(&self) -> impl Iterator<Item = &'static str> {
        // The default order was not requested by the user.
        let is_default = self.to_string() == Self::default().to_string();
        self.0.iter().filter(move |_| !is_default).map(|(column, _)| column.name)
    }

    /// Returns true if a column of this name is a key.
    pub(crate) fn uses(&self, name: &str) -> bool {
        self.0.iter().any(|(column, _)| column.name == name)
    }

    /// Returns the first key that the service fills only with `--show-replication`.
    pub(crate) fn replication_column(&self) -> Option<&'static str> {
        self.0
            .iter()
            .map(|(column, _)| column)
            .find(|column| column.is_of_replication())
            .map(|column| column.name)
    }

    /// Decides whether the service sorts if the list must be read newest first, whatever the
    /// printed order.
    pub(crate) fn plan_after_newest_first(&self) -> Plan {
        let keys = self.0.iter().map(|(column, direction)| (column.name, *direction));
        match Order::new(keys) {
            Some(order) if order == Order::default() => Plan::Service(order),
            _ => Plan::Local(Sorter::new(self.0.clone())),
        }
    }

    /// Decides whether the service sorts. `limited` is true if only the first rows are needed.
    pub(crate) fn plan(&self, limited: bool) -> Plan {
        let keys = self.0.iter().map(|(column, direction)| (column.name, *direction));
        match Order::new(keys) {
            Some(order) if order.is_stable() || limited => Plan::Service(order),
            _ => Plan::Local(Sorter::new(self.0.clone())),
        }
    }
}

impl FromStr for Sort {
    type Err = String;

    /// Parses the columns of backups.
    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(COLUMNS, text)
    }
}

impl Sort {
    /// Parses `[-]COLUMN[:asc|desc]`, separated by commas.
    ///
    /// # Errors
    ///
    /// If a part is invalid; the message is for a usage error.
    pub(crate) fn parse(columns: &'static [Column], text: &str) -> Result<Self, String> {
        let mut keys: Vec<(Column, Direction)> = Vec::new();
        for part in text.split(',') {
            let (name, direction) = match (part.split_once(':'), part.strip_prefix('-')) {
                (Some(_), Some(_)) => {
                    let part = part.escape_debug();
                    return Err(format!("`{part}` has two directions; write `-` or a suffix"));
                }
                (Some((name, word)), None) => (name, Some(direction(word)?)),
                (None, Some(name)) => (name, Some(Direction::Descending)),
                (None, None) => (part, None),
            };
            let column = *column::named(columns, name).ok_or_else(|| unknown(columns, name))?;
            if keys.iter().any(|(known, _)| known.name == column.name) {
                return Err(format!("`{}` is listed twice", column.name));
            }
            keys.push((column, direction.unwrap_or(default_direction(&column))));
        }
        Ok(Self(keys))
    }
}

/// Parses a direction. Case-insensitive, like column names.
fn direction(word: &str) -> Result<Direction, String> {
    match word {
        word if word.eq_ignore_ascii_case("asc") => Ok(Direction::Ascending),
        word if word.eq_ignore_ascii_case("desc") => Ok(Direction::Descending),
        other => Err(format!("direction `{}`: use asc or desc", other.escape_debug())),
    }
}

/// Returns the direction of a column without one: text ascends, times and numbers descend.
fn default_direction(column: &Column) -> Direction {
    match column.kind {
        ColumnKind::Time | ColumnKind::Number | ColumnKind::Size | ColumnKind::Age => {
            Direction::Descending
        }
        ColumnKind::Id
        | ColumnKind::Word
        | ColumnKind::Type
        | ColumnKind::Status
        | ColumnKind::Text => Direction::Ascending,
    }
}

fn unknown(columns: &'static [Column], name: &str) -> String {
    let names = || columns.iter().map(|column| column.name);
    let question = suggest::nearest(name, names())
        .map_or_else(String::new, |name| format!("; did you mean `{name}`?"));
    let list = match columns.len() {
        ..20 => names().collect::<Vec<_>>().join(", "),
        _ => "'cbr help columns' lists all columns".to_owned(),
    };
    format!("unknown column `{}`{question}\n\n  tip: {list}", name.escape_debug())
}

impl fmt::Display for Sort {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> = self
            .0
            .iter()
            .map(|(column, direction)| format!("{}:{direction}", column.name))
            .collect();
        formatter.write_str(&keys.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_service_sorts_if_that_is_safe_or_much_cheaper() {
        let service = |sort: &str, limited| match sort.parse::<Sort>().unwrap().plan(limited) {
            Plan::Service(order) => Some(order.to_string()),
            Plan::Local(_) => None,
        };
        let cases = [
            ("created_at:asc", false, Some("created_at:asc,id:asc")),
            ("id", true, Some("id:asc")),
            ("-id", true, Some("id:desc")),
            ("name", false, None),
            ("name:asc", true, Some("name:asc,id:asc")),
            ("protected_at,created_at", true, Some("protected_at:desc,created_at:desc,id:desc")),
            ("resource_size", false, None),
            ("resource_size", true, None),
            ("name,resource_size", true, None),
        ];
        for (sort, limited, expected) in cases {
            assert_eq!(service(sort, limited).as_deref(), expected, "{sort} {limited}");
        }
        assert_eq!(Sort::default().to_string(), "created_at:desc,id:desc");
    }

    #[test]
    fn newest_first_is_the_only_order_that_needs_no_sorting() {
        let cases = [
            ("created_at", true),
            ("created_at,-id", true),
            ("created_at:desc,id:desc", true),
            ("created_at,id", false),
            ("created_at:asc", false),
            ("id", false),
            ("name", false),
            ("resource_size", false),
        ];
        for (sort, service) in cases {
            let plan = sort.parse::<Sort>().unwrap().plan_after_newest_first();
            assert_eq!(matches!(plan, Plan::Service(_)), service, "{sort}");
        }
    }

    #[test]
    fn text_ascends_and_times_and_numbers_descend_by_default() {
        let cases = [
            ("name,created_at", "name:asc,created_at:desc", "name:desc,created_at:asc"),
            ("status,id", "status:asc,id:asc", "status:desc,id:desc"),
            ("resource_size", "resource_size:desc", "resource_size:asc"),
            ("children.count", "children.count:desc", "children.count:asc"),
            ("-name,-created_at", "name:desc,created_at:desc", "name:asc,created_at:asc"),
            ("NAME:DESC,created_at:asc", "name:desc,created_at:asc", "name:asc,created_at:desc"),
        ];
        for (given, expected, reversed) in cases {
            let sort = given.parse::<Sort>().unwrap();
            assert_eq!(sort.to_string(), expected, "{given}");
            assert_eq!(sort.reversed().to_string(), reversed, "{given}");
        }
    }

    #[test]
    fn invalid_sort_keys_are_rejected_with_a_hint() {
        let cases = [
            ("", "unknown column ``"),
            ("creatd", "did you mean `created_at`?"),
            ("created_at:down", "direction `down`: use asc or desc"),
            ("name,", "unknown column ``"),
            ("name,-name", "`name` is listed twice"),
            ("-name:asc", "`-name:asc` has two directions"),
            ("+name", "unknown column `+name`"),
            ("colour", "tip: 'cbr help columns' lists all columns"),
        ];
        for (text, expected) in cases {
            let error = text.parse::<Sort>().err().unwrap();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
