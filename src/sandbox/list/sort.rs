//! The order of a listing: `key[:dir][,key[:dir]]…`.

use std::cmp::Ordering;

use crate::sandbox::backup::Row;

/// Keys to sort by, the most important first. None leaves the natural order: newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Sort(Vec<(Key, Direction)>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Key {
    CreatedAt,
    UpdatedAt,
    Name,
    Status,
    ProtectedAt,
    Id,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Direction {
    Ascending,
    Descending,
}

/// How an order relates to the natural one, in which rows are found without looking at them all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    Natural,
    Backwards,
    Other,
}

/// No sort may be longer, in characters.
const LONGEST: usize = 255;

impl Sort {
    /// By id: an order that no client asks for on its own.
    pub(super) fn by_id() -> Self {
        Self(vec![(Key::Id, Direction::Ascending)])
    }

    /// None when a key or direction is unknown, or the text too long.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.chars().count() > LONGEST {
            return None;
        }
        text.split(',').map(parse_key).collect::<Option<_>>().map(Self)
    }

    pub(super) fn course(&self) -> Course {
        use Direction::{Ascending, Descending};
        use Key::{CreatedAt, Id};
        match self.0.as_slice() {
            [] | [(CreatedAt, Descending)] => Course::Natural,
            [(CreatedAt, Descending), (Id, Descending), ..] => Course::Natural,
            [(CreatedAt, Ascending), (Id, Ascending), ..] => Course::Backwards,
            _ => Course::Other,
        }
    }

    /// Sorts rows that stand in the natural order, which they keep where no key decides.
    pub(super) fn apply(&self, rows: &mut [Row]) {
        match self.course() {
            Course::Natural => {}
            Course::Backwards => rows.reverse(),
            Course::Other => rows.sort_by(|a, b| self.compare(*a, *b)),
        }
    }

    fn compare(&self, a: Row, b: Row) -> Ordering {
        self.0.iter().fold(Ordering::Equal, |decided, (key, direction)| {
            decided.then_with(|| match direction {
                Direction::Ascending => key.compare(a, b),
                Direction::Descending => key.compare(b, a),
            })
        })
    }
}

fn parse_key(text: &str) -> Option<(Key, Direction)> {
    let (key, direction) = match text.split_once(':') {
        None => (text, Direction::Descending),
        Some((key, "asc")) => (key, Direction::Ascending),
        Some((key, "desc")) => (key, Direction::Descending),
        Some(_) => return None,
    };
    let key = match key {
        "created_at" => Key::CreatedAt,
        "updated_at" => Key::UpdatedAt,
        "name" => Key::Name,
        "status" => Key::Status,
        "protected_at" => Key::ProtectedAt,
        "id" => Key::Id,
        _ => return None,
    };
    Some((key, direction))
}

impl Key {
    /// A value that is missing sorts before all others.
    fn compare(self, a: Row, b: Row) -> Ordering {
        match self {
            Self::CreatedAt => a.created.cmp(&b.created),
            Self::UpdatedAt => a.updated_at().cmp(&b.updated_at()),
            Self::Name => a.name().cmp(&b.name()),
            Self::Status => a.status().cmp(b.status()),
            Self::ProtectedAt => a.protected_at().cmp(&b.protected_at()),
            Self::Id => a.id.cmp(&b.id),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sandbox::rows::Rows;

    #[test]
    fn grammar() {
        use Direction::{Ascending, Descending};
        for (text, keys) in [
            ("created_at", vec![(Key::CreatedAt, Descending)]),
            ("name:asc", vec![(Key::Name, Ascending)]),
            ("status:desc,id", vec![(Key::Status, Descending), (Key::Id, Descending)]),
            (
                "updated_at,protected_at:asc",
                vec![(Key::UpdatedAt, Descending), (Key::ProtectedAt, Ascending)],
            ),
        ] {
            assert_eq!(Sort::parse(text), Some(Sort(keys)), "{text}");
        }
        for text in
            ["", "size", "name:", "name:up", "name:asc,", ",id", "name asc", "NAME", "id:asc:asc"]
        {
            assert_eq!(Sort::parse(text), None, "{text}");
        }
        assert!(Sort::parse(&["id"; 85].join(",")).is_some(), "254 characters");
        assert!(Sort::parse(&["id"; 86].join(",")).is_none(), "257 characters");
    }

    #[test]
    fn courses() {
        for (text, course) in [
            ("created_at:desc", Course::Natural),
            ("created_at:desc,id:desc", Course::Natural),
            ("created_at,id,name:asc", Course::Natural),
            ("created_at:asc,id:asc", Course::Backwards),
            ("created_at:asc", Course::Other),
            ("created_at:desc,id:asc", Course::Other),
            ("id:asc", Course::Other),
        ] {
            assert_eq!(Sort::parse(text).unwrap().course(), course, "{text}");
        }
    }

    #[test]
    fn every_course_is_the_order_that_the_keys_say() {
        for text in [
            "created_at:desc,id:desc",
            "created_at:asc,id:asc",
            "created_at:desc,id:asc",
            "name:asc",
            "status:desc,name:asc",
            "updated_at:asc",
            "protected_at",
            "id:asc",
        ] {
            let sort = Sort::parse(text).unwrap();
            let mut rows: Vec<_> = Rows::new(1663).iter().collect();
            sort.apply(&mut rows);
            assert!(rows.windows(2).all(|pair| sort.compare(pair[0], pair[1]).is_le()), "{text}");
        }
    }
}
