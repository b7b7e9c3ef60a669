//! A record of the listing: a borrowed view of the received bytes.
//!
//! Lenient: a field that is null, absent, unknown or of an undocumented type is never an error, so
//! a change of the service does not break an old `cbr`. Knows nothing of columns and formats.
//!
//! Source: API page "Querying Backups", response parameters.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use anyhow::Context as _;
use memchr::memmem::Finder;

use super::json::{Json, Scanner, has_any};
use super::target::{self, TargetTag};
use crate::time;

/// Error message for a record that is not a JSON object.
pub(crate) const NOT_AN_OBJECT: &str = "a backup in the answer is not a JSON object";

/// Byte range of a value. `0..0` means absent.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    start: u32,
    end: u32,
}

impl Span {
    /// Converts a range, which must be within the first four gigabytes of a text.
    fn of(value: Range<usize>) -> Self {
        Self { start: value.start as u32, end: value.end as u32 }
    }

    /// Returns the value, unless it is absent or null.
    fn find(self, text: &str) -> Option<Json<'_>> {
        let json = Json::exactly(text.get(self.start as usize..self.end as usize)?);
        (self.start < self.end && !json.is_null()).then_some(json)
    }
}

/// Declares the fields of a record, and their lookup by the API's names, from one list.
macro_rules! fields {
    ($($(#[$doc:meta])* $field:ident,)*) => {
        /// A field of a record, in the order of the API page.
        #[expect(non_camel_case_types, reason = "they are the names of the API")]
        #[derive(Debug, Clone, Copy)]
        pub(crate) enum Field { $($(#[$doc])* $field,)* }

        impl Field {
            /// Returns its name in the API.
            pub(crate) const fn name(self) -> &'static str {
                match self {
                    $(Self::$field => stringify!($field),)*
                }
            }
        }

        /// Number of fields.
        const FIELDS: usize = [$(Field::$field),*].len();

        /// Returns the field of this name.
        fn field_named(name: &str) -> Option<Field> {
            match name {
                $(stringify!($field) => Some(Field::$field),)*
                _ => None,
            }
        }
    };
}

/// Byte ranges of the fields of one record, and of the members of its target.
#[derive(Debug, Clone, Default)]
pub(crate) struct FieldSpans {
    fields: [Span; FIELDS],
    target: TargetSpans,
}

/// Byte ranges of the [members](target::MEMBERS) of a target.
type TargetSpans = [Span; target::MEMBERS.len()];

/// A record, whose fields are decoded on access.
pub(crate) struct Backup<'a> {
    /// The text that `spans` and `range` refer to.
    text: &'a str,
    /// Range of the whole record.
    range: Range<usize>,
    spans: Cow<'a, FieldSpans>,
}

fields! {
    id,
    name,
    checkpoint_id,
    project_id,
    vault_id,
    provider_id,
    resource_id,
    resource_name,
    resource_type,
    /// In GB.
    resource_size,
    resource_az,
    status,
    image_type,
    created_at,
    updated_at,
    protected_at,
    expired_at,
    description,
    parent_id,
    extend_info,
    children,
    replication_records,
    /// A string on Huawei Cloud, an integer on some of its sister clouds.
    enterprise_project_id,
    incremental,
    version,
    scheduled_operation_id,
    /// The target of the run. `cbr` adds it if there are several.
    _target,
}

impl FieldSpans {
    /// Parses one record, or returns `None` if the next value is not an object. Of duplicate
    /// fields, the last one counts.
    pub(crate) fn read(scanner: &mut Scanner<'_>) -> Option<Self> {
        let mut spans = Self::default();
        scanner.object(|scanner, name| {
            let value = scanner.range()?;
            if let Some(field) = field_named(&name) {
                spans.fields[field as usize] = Span::of(value);
            }
            Some(())
        })?;
        if let Some(target) = spans.find(Field::_target, scanner.text()) {
            let start = spans.fields[Field::_target as usize].start;
            spans.target = target_spans(target.as_sent(), start as usize);
        }
        u32::try_from(scanner.position()).is_ok().then_some(spans)
    }

    /// Returns the spans after the record was moved by `distance` bytes and the target `tag` was
    /// added at `start`.
    pub(super) fn moved(&self, distance: i64, tag: &TargetTag, start: usize) -> Self {
        let shift = |at: u32| (i64::from(at) + distance) as u32;
        let mut fields = self.fields;
        for span in fields.iter_mut().filter(|span| span.start < span.end) {
            *span = Span { start: shift(span.start), end: shift(span.end) };
        }
        fields[Field::_target as usize] = Span::of(start..start + tag.value().len());
        let member = |range: &Option<Range<usize>>| match range {
            Some(range) => Span::of(start + range.start..start + range.end),
            None => Span::default(),
        };
        Self { fields, target: tag.members().each_ref().map(member) }
    }

    /// Returns true if the field is there, even if it is null.
    pub(super) fn has(&self, field: Field) -> bool {
        self.fields[field as usize].end > 0
    }

    /// Returns a field of the parsed text, unless it is absent or null.
    pub(crate) fn find<'a>(&self, field: Field, text: &'a str) -> Option<Json<'a>> {
        self.fields[field as usize].find(text)
    }
}

impl<'a> Backup<'a> {
    /// Parses a record. Fails only if it is not a JSON object.
    pub(crate) fn parse(record: &'a str) -> anyhow::Result<Self> {
        let mut scanner = Scanner::new(record);
        let spans = FieldSpans::read(&mut scanner).filter(|_| scanner.end().is_some());
        let spans = spans.context(NOT_AN_OBJECT)?;
        Ok(Self { text: record, range: 0..record.len(), spans: Cow::Owned(spans) })
    }

    /// Returns the record at `range` of `text`, whose fields are at `spans`.
    pub(crate) fn at(text: &'a str, range: Range<usize>, spans: &'a FieldSpans) -> Self {
        Self { text, range, spans: Cow::Borrowed(spans) }
    }

    /// Returns a field, unless it is absent or null.
    #[inline]
    pub(crate) fn get(&self, field: Field) -> Option<Json<'a>> {
        self.spans.find(field, self.text)
    }

    /// Returns a member of any name, unless it is absent or null.
    pub(crate) fn member(&self, name: &str) -> Option<Json<'a>> {
        field(Json::new(self.text.get(self.range.clone())?), name)
    }

    /// Returns `incremental`, which is a top-level field on Huawei Cloud and inside `extend_info`
    /// on Open Telekom Cloud.
    pub(crate) fn incremental_in_either(&self) -> Option<Json<'a>> {
        /// Most backups have neither field, so a text search comes first.
        static NAME: LazyLock<Finder<'_>> = LazyLock::new(|| Finder::new("incremental"));
        let may_be_inside = || {
            let text = self.get(Field::extend_info)?.as_sent().as_bytes();
            // A name with escapes needs a full parse of the fields.
            (NAME.find(text).is_some() || has_any(text, [b'\\'])).then_some(())
        };
        self.get(Field::incremental)
            .or_else(|| may_be_inside().and_then(|()| self.in_extend_info("incremental")))
    }

    /// Returns a field of `extend_info`.
    pub(crate) fn in_extend_info(&self, name: &str) -> Option<Json<'a>> {
        field(self.get(Field::extend_info)?, name)
    }

    /// Returns a member of the record's target.
    pub(crate) fn in_target(&self, name: &str) -> Option<Json<'a>> {
        let member = target::MEMBERS.iter().position(|member| *member == name)?;
        self.spans.target[member].find(self.text)
    }

    /// Returns a field of `app_consistency`, which is inside `extend_info` in the examples of the
    /// API.
    pub(crate) fn app_consistency(&self, name: &str) -> Option<Json<'a>> {
        field(self.in_extend_info("app_consistency")?, name)
    }

    /// Returns the ids of the images created from the backup.
    pub(crate) fn images(&self) -> Vec<Json<'a>> {
        let images = self.in_extend_info("os_images_data").map(Json::elements).unwrap_or_default();
        images.into_iter().filter_map(|image| field(image, "image_id")).collect()
    }

    /// Returns the number of replication records. Lists contain them only on request.
    pub(crate) fn replications_count(&self) -> Option<i64> {
        i64::try_from(self.get(Field::replication_records)?.elements().len()).ok()
    }

    /// Returns a field of each replication record that has it.
    pub(crate) fn replications(&self, name: &str) -> Vec<Json<'a>> {
        let copies = self.get(Field::replication_records).map(Json::elements).unwrap_or_default();
        copies.into_iter().filter_map(|copy| field(copy, name)).collect()
    }

    /// Returns a field of the `extra_info` of each replication record that has it.
    pub(crate) fn replications_extra(&self, name: &str) -> Vec<Json<'a>> {
        let infos = self.replications("extra_info").into_iter();
        infos.filter_map(|info| field(info, name)).collect()
    }

    /// Returns the number of volume backups in the record. An empty list is ignored: the service
    /// omits children in lists.
    pub(crate) fn children_count(&self) -> Option<i64> {
        let children = self.get(Field::children)?.elements().len();
        i64::try_from(children).ok().filter(|children| *children > 0)
    }

    /// Returns the whole seconds since it was created.
    pub(crate) fn age(&self) -> Option<i64> {
        let created = time::instant(&self.get(Field::created_at)?.text())?;
        Some((time::now().as_microsecond() - created).div_euclid(1_000_000))
    }

    /// Returns the volume backups of a server backup. The service sends them only for a single
    /// backup. Empty if they do not have the documented form.
    pub(crate) fn child_backups(&self) -> Vec<Json<'a>> {
        let children = self.get(Field::children).map(Json::elements).unwrap_or_default();
        if children.iter().all(|child| child.is_object()) { children } else { Vec::new() }
    }
}

/// Returns the spans of a target's members. The target starts at `start`.
fn target_spans(target: &str, start: usize) -> TargetSpans {
    let mut spans = TargetSpans::default();
    // A value that is not an object has no members.
    let _ = Scanner::new(target).object(|scanner, name| {
        let range = scanner.range()?;
        if let Some(member) = target::MEMBERS.iter().position(|member| *member == name) {
            spans[member] = Span::of(start + range.start..start + range.end);
        }
        Some(())
    });
    spans
}

/// Returns the last field of this name, unless it is null.
fn field<'a>(object: Json<'a>, wanted: &str) -> Option<Json<'a>> {
    let mut last_value = None;
    object.fields(|name, value| {
        if name == wanted {
            last_value = (!value.is_null()).then_some(value);
        }
    })?;
    last_value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_types_and_unknown_fields_are_accepted() {
        let record = r#"{"id": 7, "name": null, "status": ["new"], "children": "none",
            "extend_info": "x", "enterprise_project_id": 0, "shiny": {"id": 1}}"#;
        let backup = Backup::parse(record).unwrap();
        assert_eq!(backup.get(Field::id), Some(Json::new("7")));
        assert_eq!(backup.get(Field::name), None);
        assert_eq!(backup.get(Field::vault_id), None);
        assert_eq!(backup.get(Field::status), Some(Json::new(r#"["new"]"#)));
        assert_eq!(backup.get(Field::enterprise_project_id), Some(Json::new("0")));
        assert_eq!(backup.incremental_in_either(), None);
        assert!(backup.child_backups().is_empty());
        assert!(Backup::parse(r#"{"children": [{}, 7]}"#).unwrap().child_backups().is_empty());
    }

    #[test]
    fn the_last_duplicate_field_counts() {
        let backup = Backup::parse(r#"{"id": 1, "name": "a", "id": 2, "name": null}"#).unwrap();
        assert_eq!(backup.get(Field::id), Some(Json::new("2")));
        assert_eq!(backup.get(Field::name), None);
    }

    #[test]
    fn members_of_a_target_are_found() {
        let cases = [
            (
                r#"{"_target": {"region": "a", "profile":"p"}, "id": 1}"#,
                [Some("\"a\""), Some("\"p\"")],
            ),
            (r#"{"id": 1, "_target": {"profile": null, "regi\u006fn": 7}}"#, [Some("7"), None]),
            (r#"{"_target": {"region": 1}, "_target": {"profile": 2}}"#, [None, Some("2")]),
            (r#"{"_target": "region", "region": 1}"#, [None, None]),
            (r#"{"_target": null, "region": 1}"#, [None, None]),
        ];
        for (record, expected) in cases {
            let backup = Backup::parse(record).unwrap();
            let members = ["region", "profile"].map(|name| backup.in_target(name));
            assert_eq!(members.map(|json| json.map(Json::as_sent)), expected, "{record}");
        }
    }

    #[test]
    fn escaped_names_are_decoded() {
        let record = r#"{"n\u0061me": "a", "\u0073t\u0061tus": "s", "na\\u006de": "b", "\ud800name": "c",
            "extend_inf\u006F": {"bo\u006ftable": true},
            "\u0072eplication_records": [{"st\u0061tus": "success"}]}"#;
        let backup = Backup::parse(record).unwrap();
        assert_eq!(backup.get(Field::name), Some(Json::new("\"a\"")));
        assert_eq!(backup.get(Field::status), Some(Json::new("\"s\"")));
        assert_eq!(backup.in_extend_info("bootable"), Some(Json::new("true")));
        assert_eq!(backup.replications("status"), [Json::new("\"success\"")]);
    }

    #[test]
    fn the_last_of_two_spellings_counts() {
        for (record, expected) in [
            (r#"{"name": "a", "n\u0061me": "b"}"#, Some("\"b\"")),
            (r#"{"n\u0061me": "b", "name": "a"}"#, Some("\"a\"")),
            (r#"{"name": "a", "n\u0061me": null}"#, None),
        ] {
            let backup = Backup::parse(record).unwrap();
            assert_eq!(backup.get(Field::name).map(Json::as_sent), expected, "{record}");
        }
    }

    #[test]
    fn records_that_are_not_objects_are_rejected() {
        for record in ["", "null", "7", "\"a\"", "[]", "{", "{\"id\":}"] {
            assert!(Backup::parse(record).is_err(), "{record}");
        }
    }

    #[test]
    fn an_age_counts_from_the_start_of_the_run() {
        let created = (time::now() - jiff::SignedDuration::from_hours(26)).to_string();
        let age = |created: &str| {
            let record = format!(r#"{{"created_at":"{created}"}}"#);
            Backup::parse(&record).unwrap().age()
        };
        assert_eq!(age(&created), Some(26 * 3600));
        assert_eq!(age("soon"), None);
    }

    #[test]
    fn incremental_is_found_in_both_places() {
        let cases = [
            (r#"{"incremental": true}"#, Some("true")),
            (r#"{"extend_info": {"incremental": false}}"#, Some("false")),
            (r#"{"incremental": true, "extend_info": {"incremental": false}}"#, Some("true")),
            (r#"{"incremental": null, "extend_info": {"progress": 7}}"#, None),
            (r#"{"extend_info": {"incremental": null}}"#, None),
            (r#"{"\u0069ncremental": true}"#, Some("true")),
            (r#"{"extend_info": {"increment\u0061l": false}}"#, Some("false")),
            (r#"{"extend_info": {"increment\\u0061l": false}}"#, None),
            ("{}", None),
        ];
        for (record, expected) in cases {
            let backup = Backup::parse(record).unwrap();
            assert_eq!(backup.incremental_in_either().map(Json::as_sent), expected, "{record}");
        }
    }
}
