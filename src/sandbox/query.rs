//! Query parameters of a listing, and its sort order. Unknown parameters are ignored, as the
//! service does.

use std::cmp::Ordering;

use super::backup::{ImageType, MemberStatus, Row};
use super::clock::parse as parse_time;
use super::filter::{Filter, OwnType};
use super::uuid::Uuid;

/// Query of a listing.
#[derive(Clone, Debug)]
pub(super) struct Query {
    pub(super) filter: Filter,
    pub(super) sort: Sort,
    pub(super) show_replication: bool,
    /// Lists only the backups after the one with this id.
    pub(super) marker: Option<Uuid>,
    pub(super) offset: usize,
    pub(super) limit: usize,
}

/// Name of an invalid parameter.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct InvalidParameter(pub(super) &'static str);

/// Default and maximum number of rows per page.
pub(super) const LIMIT: usize = 1000;

impl Query {
    /// Reads decoded pairs, in the order of the API's page.
    ///
    /// # Errors
    ///
    /// If a parameter is malformed, out of range, or given twice.
    pub(super) fn read(pairs: &[(String, String)]) -> Result<Self, InvalidParameter> {
        let parameters = Parameters(pairs);
        // For dedicated clouds; ignored elsewhere.
        parameters.one("dec", boolean)?;
        Ok(Self {
            filter: Filter {
                checkpoint_id: parameters.one("checkpoint_id", Uuid::parse)?,
                start_time: parameters.one("start_time", parse_time)?,
                end_time: parameters.one("end_time", parse_time)?,
                enterprise_project_id: parameters.one("enterprise_project_id", text)?,
                kept_by_quantity: parameters
                    .one("existed_quantity_based_retention_backups", boolean)?,
                image_type: parameters.one("image_type", image_type)?,
                incremental: parameters.one("incremental", boolean)?,
                member_status: parameters.one("member_status", member_status)?,
                name: parameters.one("name", text)?,
                own_type: parameters.one("own_type", own_type)?.unwrap_or(OwnType::Private),
                parent_id: parameters.one("parent_id", Uuid::parse)?,
                resource_az: parameters.one("resource_az", text)?,
                resource_id: parameters.one("resource_id", text)?,
                resource_name: parameters.one("resource_name", text)?,
                resource_type: parameters.one("resource_type", text)?,
                statuses: parameters.all("status"),
                used_percent: parameters.one("used_percent", |text| whole(text, 1, 100))?,
                vault_id: parameters.one("vault_id", Uuid::parse)?,
            },
            limit: parameters.one("limit", |text| whole(text, 1, LIMIT))?.unwrap_or(LIMIT),
            marker: parameters.one("marker", Uuid::parse)?,
            offset: parameters.one("offset", |text| whole(text, 0, usize::MAX))?.unwrap_or(0),
            show_replication: parameters.one("show_replication", boolean)?.unwrap_or(false),
            sort: parameters.one("sort", Sort::parse)?.unwrap_or_default(),
        })
    }
}

/// Parameters of a query.
pub(super) struct Parameters<'a>(pub(super) &'a [(String, String)]);

impl Parameters<'_> {
    /// Returns the value of a parameter that can be given once.
    pub(super) fn one<T>(
        &self,
        key: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, InvalidParameter> {
        match self.all(key).as_slice() {
            [] => Ok(None),
            [value] => read(value).map(Some).ok_or(InvalidParameter(key)),
            _ => Err(InvalidParameter(key)),
        }
    }

    /// Returns the values of a parameter that can be repeated.
    pub(super) fn all(&self, key: &str) -> Vec<String> {
        let same = self.0.iter().filter(|(name, _)| name == key);
        same.map(|(_, value)| value.clone()).collect()
    }
}

// Each parser returns `None` for a value that the API does not allow. Values that vary between
// clouds (types, statuses) are plain text.

pub(super) fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

/// Clients in Python write `True` and `False`.
fn boolean(value: &str) -> Option<bool> {
    match value {
        "true" | "True" => Some(true),
        "false" | "False" => Some(false),
        _ => None,
    }
}

pub(super) fn whole(value: &str, least: usize, most: usize) -> Option<usize> {
    value.parse().ok().filter(|number| (least..=most).contains(number))
}

fn image_type(value: &str) -> Option<ImageType> {
    match value {
        "backup" => Some(ImageType::Backup),
        "replication" => Some(ImageType::Replication),
        _ => None,
    }
}

fn member_status(value: &str) -> Option<MemberStatus> {
    match value {
        "pending" => Some(MemberStatus::Pending),
        "accepted" => Some(MemberStatus::Accepted),
        "rejected" => Some(MemberStatus::Rejected),
        _ => None,
    }
}

fn own_type(value: &str) -> Option<OwnType> {
    match value {
        "private" => Some(OwnType::Private),
        "shared" => Some(OwnType::Shared),
        "all_granted" => Some(OwnType::AllGranted),
        _ => None,
    }
}

/// Sort keys, the most significant first. Without keys, the order is natural: newest first.
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

/// Relation to the natural order, in which pages are found without visiting all rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OrderKind {
    Natural,
    Reversed,
    Other,
}

/// Maximum length of a `sort` value in characters.
const LONGEST: usize = 255;

impl Sort {
    /// Sorts by id ascending, which no client requests.
    pub(super) fn by_id() -> Self {
        Self(vec![(Key::Id, Direction::Ascending)])
    }

    /// Parses a `sort` value; `None` if a key or direction is unknown, or the text too long.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.chars().count() > LONGEST {
            return None;
        }
        text.split(',').map(parse_key).collect::<Option<_>>().map(Self)
    }

    pub(super) fn order_kind(&self) -> OrderKind {
        use Direction::{Ascending, Descending};
        use Key::{CreatedAt, Id};
        match self.0.as_slice() {
            [] | [(CreatedAt, Descending)] => OrderKind::Natural,
            [(CreatedAt, Descending), (Id, Descending), ..] => OrderKind::Natural,
            [(CreatedAt, Ascending), (Id, Ascending), ..] => OrderKind::Reversed,
            _ => OrderKind::Other,
        }
    }

    /// Sorts rows from their natural order, which breaks ties.
    pub(super) fn apply(&self, rows: &mut [Row]) {
        match self.order_kind() {
            OrderKind::Natural => {}
            OrderKind::Reversed => rows.reverse(),
            OrderKind::Other => rows.sort_by(|a, b| self.compare(*a, *b)),
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
    /// Compares two rows. Absent values sort first.
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

    fn read(query: &str) -> Result<Query, InvalidParameter> {
        let pairs = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| {
            let (key, value) = pair.split_once('=').unwrap();
            (key.to_owned(), value.to_owned())
        });
        Query::read(&pairs.collect::<Vec<_>>())
    }

    #[test]
    fn defaults_are_1000_rows_without_filters() {
        let query = read("").unwrap();
        assert_eq!((query.limit, query.offset), (1000, 0));
        assert_eq!(query.filter, Filter::default());
    }

    #[test]
    fn invalid_values_are_refused() {
        for (query, parameter) in [
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("limit=-1", "limit"),
            ("limit=ten", "limit"),
            ("limit=", "limit"),
            ("limit=5&limit=5", "limit"),
            ("offset=-1", "offset"),
            ("offset=1.0", "offset"),
            ("used_percent=0", "used_percent"),
            ("used_percent=101", "used_percent"),
            ("incremental=TRUE", "incremental"),
            ("incremental=1", "incremental"),
            ("dec=1", "dec"),
            (
                "existed_quantity_based_retention_backups=x",
                "existed_quantity_based_retention_backups",
            ),
            ("show_replication=", "show_replication"),
            ("start_time=2026-11-01", "start_time"),
            ("end_time=yesterday", "end_time"),
            ("image_type=sync", "image_type"),
            ("member_status=left", "member_status"),
            ("own_type=all", "own_type"),
            ("vault_id=x", "vault_id"),
            ("parent_id=x", "parent_id"),
            ("checkpoint_id=x", "checkpoint_id"),
            ("marker=x", "marker"),
            ("sort=size", "sort"),
            ("name=a&name=b", "name"),
        ] {
            assert_eq!(read(query).unwrap_err(), InvalidParameter(parameter), "{query}");
        }
    }

    #[test]
    fn valid_values_are_accepted() {
        for query in [
            "limit=1&offset=0",
            "limit=1000&offset=99999999",
            "status=available&status=error&status=quarantined",
            "resource_type=OS::Future::Thing",
            "dec=false&show_replication=true",
            "unknown=1&unknown=2",
            "used_percent=1",
            "used_percent=100",
            "start_time=2018-02-01T12:00:00Z",
        ] {
            assert!(read(query).is_ok(), "{query}");
        }
    }

    #[test]
    fn sort_values_are_parsed() {
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
    fn natural_and_reversed_orders_are_recognized() {
        for (text, order_kind) in [
            ("created_at:desc", OrderKind::Natural),
            ("created_at:desc,id:desc", OrderKind::Natural),
            ("created_at,id,name:asc", OrderKind::Natural),
            ("created_at:asc,id:asc", OrderKind::Reversed),
            ("created_at:asc", OrderKind::Other),
            ("created_at:desc,id:asc", OrderKind::Other),
            ("id:asc", OrderKind::Other),
        ] {
            assert_eq!(Sort::parse(text).unwrap().order_kind(), order_kind, "{text}");
        }
    }

    #[test]
    fn rows_are_sorted_by_the_keys_for_every_order_kind() {
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
            let mut rows: Vec<_> = Rows::sample(1663).iter().collect();
            sort.apply(&mut rows);
            assert!(rows.windows(2).all(|pair| sort.compare(pair[0], pair[1]).is_le()), "{text}");
        }
    }
}
