//! The order of a listing, as the service is asked for it.

use std::fmt;
use std::str::FromStr;

use super::page::{Rank, uuid};
use crate::suggest;

/// The keys that the service sorts by (API page "Querying All Backups", parameter `sort`).
pub(crate) const SORT_KEYS: [&str; 6] =
    ["created_at", "id", "name", "protected_at", "status", "updated_at"];

/// The API takes a `sort` of at most this many characters.
const LONGEST: usize = 255;

/// A total order: the keys that were asked for, and `id` at the end, so that no two rows are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order(Vec<(&'static str, Direction)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

impl Order {
    /// Whether no key ever changes, so that a row keeps its place for as long as it exists.
    pub(crate) fn is_stable(&self) -> bool {
        self.0.iter().all(|(key, _)| matches!(*key, "created_at" | "id"))
    }

    /// The place of a row in a stable order, from its creation in microseconds and its id. `None` where
    /// it cannot be told.
    pub(crate) fn rank(&self, created_at: Option<i64>, id: &str) -> Option<Rank> {
        let mut rank = Rank(0, 0);
        for (key, direction) in &self.0 {
            let down = *direction == Direction::Descending;
            match *key {
                "created_at" => rank.0 = created_at.map(|at| if down { -at } else { at })?,
                "id" => rank.1 = uuid(id).map(|id| if down { !id } else { id })?,
                _ => return None,
            }
            if *key == "id" {
                // Nothing after the id decides anything.
                break;
            }
        }
        Some(rank)
    }
}

impl Default for Order {
    /// Newest first, over keys that never change.
    fn default() -> Self {
        Self(vec![("created_at", Direction::Descending), ("id", Direction::Descending)])
    }
}

impl Order {
    /// Every key with each direction, and what that direction is, for completion.
    pub(crate) fn offered() -> impl Iterator<Item = (String, &'static str)> {
        let directions = [("asc", "up"), ("desc", "down")];
        SORT_KEYS.into_iter().flat_map(move |key| {
            directions.map(|(direction, help)| (format!("{key}:{direction}"), help))
        })
    }
}

impl FromStr for Order {
    type Err = String;

    /// Reads `KEY[:asc|desc]`, several with commas. A key without a direction goes down, as in the API.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut keys = Vec::new();
        for part in text.split(',') {
            let (name, direction) = part.split_once(':').unwrap_or((part, "desc"));
            let direction = match direction {
                "asc" => Direction::Ascending,
                "desc" => Direction::Descending,
                other => {
                    return Err(format!("direction `{}`: use asc or desc", other.escape_debug()));
                }
            };
            let Some(key) = SORT_KEYS.into_iter().find(|key| *key == name) else {
                let known = SORT_KEYS.join(", ");
                let question = suggest::nearest(name, SORT_KEYS.into_iter())
                    .map_or_else(String::new, |key| format!("; did you mean `{key}`?"));
                let name = name.escape_debug();
                return Err(format!("unknown key `{name}`: use {known}{question}"));
            };
            if keys.iter().any(|(known, _)| *known == key) {
                return Err(format!("`{key}` stands twice"));
            }
            keys.push((key, direction));
        }
        if !keys.iter().any(|(key, _)| *key == "id") {
            let direction = keys.last().map_or(Direction::Descending, |(_, direction)| *direction);
            keys.push(("id", direction));
        }
        let order = Self(keys);
        match order.to_string().len() {
            ..=LONGEST => Ok(order),
            length => Err(format!("{length} characters, but the service takes at most {LONGEST}")),
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, (key, direction)) in self.0.iter().enumerate() {
            let comma = if index == 0 { "" } else { "," };
            let direction = match direction {
                Direction::Ascending => "asc",
                Direction::Descending => "desc",
            };
            write!(formatter, "{comma}{key}:{direction}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_order_is_total() {
        let cases = [
            ("created_at", "created_at:desc,id:desc"),
            ("created_at:asc", "created_at:asc,id:asc"),
            ("name:asc,created_at", "name:asc,created_at:desc,id:desc"),
            ("id:asc", "id:asc"),
            ("status:asc,id:desc", "status:asc,id:desc"),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse::<Order>().unwrap().to_string(), expected, "{text}");
        }
        assert_eq!(Order::default().to_string(), "created_at:desc,id:desc");
    }

    #[test]
    fn a_rank_grows_in_the_direction_of_the_order() {
        let (a, b) =
            ("00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b");
        // Each row: an order, and two rows of which the first comes first in it.
        let cases = [
            ("created_at:desc", (2, a), (1, a)),
            ("created_at:asc", (1, a), (2, a)),
            ("created_at:desc", (1, b), (1, a)),
            ("created_at:asc", (1, a), (1, b)),
            ("created_at:desc,id:asc", (1, a), (1, b)),
            ("id:asc", (9, a), (1, b)),
            ("id:desc,created_at:asc", (9, b), (1, a)),
        ];
        for (order, first, second) in cases {
            let order: Order = order.parse().unwrap();
            assert!(order.is_stable());
            let rank = |(at, id): (i64, &str)| order.rank(Some(at), id).unwrap();
            assert!(rank(first) < rank(second), "{order}");
        }
        let by_name: Order = "name".parse().unwrap();
        assert!(!by_name.is_stable());
        assert_eq!(by_name.rank(Some(1), a), None);
        assert_eq!(Order::default().rank(None, a), None);
        assert_eq!(Order::default().rank(Some(1), "no uuid"), None);
    }

    #[test]
    fn a_wrong_order_says_what_would_work() {
        let cases = [
            ("", "unknown key ``"),
            ("created", "did you mean `created_at`?"),
            ("created_at:down", "direction `down`: use asc or desc"),
            ("name,", "unknown key ``"),
            ("name,name:asc", "`name` stands twice"),
            ("size", "use created_at, id, name, protected_at, status, updated_at"),
        ];
        for (text, expected) in cases {
            let error = text.parse::<Order>().unwrap_err();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }
}
