//! Sort order of a listing, and the rank of a row in it.

use std::fmt;
use std::num::NonZero;

use super::record::{Key, Rank};

/// A key that the service sorts by (API page "Querying All Backups", parameter `sort`). All keys
/// together stay far below the parameter's limit of 255 characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum SortKey {
    CreatedAt,
    Id,
    Name,
    ProtectedAt,
    Status,
    UpdatedAt,
}

impl SortKey {
    /// All keys, in the order of the API page.
    const ALL: [Self; 6] =
        [Self::CreatedAt, Self::Id, Self::Name, Self::ProtectedAt, Self::Status, Self::UpdatedAt];

    /// Returns the key of this name, or `None` if the service does not sort by it.
    fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|key| key.name() == name)
    }

    /// Returns the name of the key in the API.
    fn name(self) -> &'static str {
        match self {
            Self::CreatedAt => "created_at",
            Self::Id => "id",
            Self::Name => "name",
            Self::ProtectedAt => "protected_at",
            Self::Status => "status",
            Self::UpdatedAt => "updated_at",
        }
    }

    /// Returns true if the value of a backup never changes.
    fn is_stable(self) -> bool {
        matches!(self, Self::CreatedAt | Self::Id)
    }
}

/// A total order: the requested keys, then `id`, so that no two rows are equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Order(Vec<(SortKey, Direction)>);

/// Creation time of a row, with its precision.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Created {
    /// Microseconds since 1970.
    pub(crate) microsecond: i64,
    /// True if the time has microseconds, as the service stores it. Some clouds report
    /// milliseconds; rows of one millisecond may be in any order of their ids.
    pub(crate) is_exact: bool,
}

/// Sort direction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Direction {
    /// Ascending.
    Ascending,
    /// Descending.
    Descending,
}

impl Default for Order {
    /// Returns newest first, by keys that never change.
    fn default() -> Self {
        Self(vec![
            (SortKey::CreatedAt, Direction::Descending),
            (SortKey::Id, Direction::Descending),
        ])
    }
}

impl Order {
    /// Creates an order by the keys of these names; `None` if the service does not sort by one of
    /// them.
    pub(crate) fn new(keys: impl Iterator<Item = (&'static str, Direction)>) -> Option<Self> {
        let key = |(name, direction)| Some((SortKey::named(name)?, direction));
        let mut keys = keys.map(key).collect::<Option<Vec<_>>>()?;
        if !keys.iter().any(|(key, _)| *key == SortKey::Id) {
            let direction = keys.last().map_or(Direction::Descending, |(_, direction)| *direction);
            keys.push((SortKey::Id, direction));
        }
        Some(Self(keys))
    }

    /// Returns true if no key ever changes, so existing rows keep their relative order.
    pub(crate) fn is_stable(&self) -> bool {
        self.0.iter().all(|(key, _)| key.is_stable())
    }

    /// Returns the rank of a row in a stable order, from its creation time and id; `None` if
    /// unknown.
    pub(crate) fn rank(&self, created: Option<Created>, id: Key) -> Option<Rank> {
        let mut rank = Rank { moment: 0, tie: None };
        let after_moment = self.0.first().is_some_and(|(key, _)| *key == SortKey::CreatedAt);
        for (key, direction) in &self.0 {
            let descends = *direction == Direction::Descending;
            match key {
                SortKey::CreatedAt => {
                    let moment = created?.microsecond;
                    rank.moment = if descends { -moment } else { moment };
                }
                SortKey::Id => {
                    // The id does not decide after an inexact time, or if it is not a UUID.
                    let decides = !after_moment || created.is_some_and(|created| created.is_exact);
                    rank.tie = match id.uuid().filter(|_| decides) {
                        Some(id) => NonZero::new(if descends { !id } else { id }),
                        None if after_moment => None,
                        None => return None,
                    };
                    // Keys after the id never decide.
                    break;
                }
                SortKey::Name | SortKey::ProtectedAt | SortKey::Status | SortKey::UpdatedAt => {
                    return None;
                }
            }
        }
        Some(rank)
    }
}

impl fmt::Display for Direction {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Ascending => "asc",
            Self::Descending => "desc",
        })
    }
}

impl fmt::Display for Order {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys: Vec<_> =
            self.0.iter().map(|(key, direction)| format!("{}:{direction}", key.name())).collect();
        formatter.write_str(&keys.join(","))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Parses an order from its query parameter.
    fn parse(text: &'static str) -> Order {
        let key = |part: &'static str| match part.split_once(':') {
            Some((key, "asc")) => (key, Direction::Ascending),
            Some((key, _)) => (key, Direction::Descending),
            None => (part, Direction::Descending),
        };
        Order::new(text.split(',').map(key)).unwrap()
    }

    #[test]
    fn every_order_is_total() {
        let cases = [
            ("created_at:desc", "created_at:desc,id:desc"),
            ("created_at:asc", "created_at:asc,id:asc"),
            ("name:asc,created_at:desc", "name:asc,created_at:desc,id:desc"),
            ("id:asc", "id:asc"),
            ("status:asc,id:desc", "status:asc,id:desc"),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text).to_string(), expected, "{text}");
        }
        assert_eq!(Order::default().to_string(), "created_at:desc,id:desc");
        assert_eq!(Order::new([("resource_size", Direction::Ascending)].into_iter()), None);
    }

    #[test]
    fn a_rank_grows_in_the_direction_of_the_order() {
        let (a, b) =
            ("00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b");
        // Each row: an order, and two rows in this order.
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
            let order = parse(order);
            assert!(order.is_stable());
            let rank = |(at, id): (i64, &str)| order.rank(created(at, true), Key::of(id)).unwrap();
            assert!(rank(first).may_precede(rank(second)), "{order}");
            assert!(!rank(second).may_precede(rank(first)), "{order}");
        }
        let by_name = parse("name:desc");
        assert!(!by_name.is_stable());
        assert_eq!(by_name.rank(created(1, true), Key::of(a)), None);
        assert_eq!(Order::default().rank(None, Key::of(a)), None);
        assert_eq!(parse("id:asc").rank(created(1, true), Key::of("no uuid")), None);
    }

    /// Rows whose order within a moment is unknown may be in either order.
    #[test]
    fn unknown_ranks_are_skipped() {
        let (a, b) =
            ("00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b");
        let order = Order::default();
        for (is_exact, a, b, either) in
            [(true, a, b, false), (false, a, b, true), (true, "a", "b", true), (true, "a", b, true)]
        {
            let rank = |id| order.rank(created(1, is_exact), Key::of(id)).unwrap();
            assert!(rank(b).may_precede(rank(a)), "{a} {b} {is_exact}");
            assert_eq!(rank(a).may_precede(rank(b)), either, "{a} {b} {is_exact}");
        }
    }

    fn created(microsecond: i64, is_exact: bool) -> Option<Created> {
        Some(Created { microsecond, is_exact })
    }
}
