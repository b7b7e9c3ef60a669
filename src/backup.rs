//! One record of the listing, as the service sent it.
//!
//! A record stays the bytes that came. [`Backup`] is a borrowed view that finds the fields in
//! them; a value is decoded only when something prints it. The view is lenient: a field that is
//! null, absent, unknown or of another type than documented is never an error, so that a change on
//! the service does not break an old `cbr`.
//!
//! Knows nothing of columns and formats.
//!
//! Source: API page "Querying Backups", response parameters.

use std::borrow::Cow;
use std::fmt;

use anyhow::Context as _;
use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

/// The fields of one record, in the order of the API page. `None` is absent or null.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
pub(crate) struct Backup<'a> {
    pub(crate) id: Option<&'a RawValue>,
    pub(crate) name: Option<&'a RawValue>,
    pub(crate) checkpoint_id: Option<&'a RawValue>,
    pub(crate) project_id: Option<&'a RawValue>,
    pub(crate) vault_id: Option<&'a RawValue>,
    pub(crate) provider_id: Option<&'a RawValue>,
    pub(crate) resource_id: Option<&'a RawValue>,
    pub(crate) resource_name: Option<&'a RawValue>,
    pub(crate) resource_type: Option<&'a RawValue>,
    /// In GB.
    pub(crate) resource_size: Option<&'a RawValue>,
    pub(crate) resource_az: Option<&'a RawValue>,
    pub(crate) status: Option<&'a RawValue>,
    pub(crate) image_type: Option<&'a RawValue>,
    pub(crate) created_at: Option<&'a RawValue>,
    pub(crate) updated_at: Option<&'a RawValue>,
    pub(crate) protected_at: Option<&'a RawValue>,
    pub(crate) expired_at: Option<&'a RawValue>,
    pub(crate) description: Option<&'a RawValue>,
    pub(crate) parent_id: Option<&'a RawValue>,
    extend_info: Option<&'a RawValue>,
    children: Option<&'a RawValue>,
    /// A string on Huawei Cloud, an integer on some of its sister clouds.
    pub(crate) enterprise_project_id: Option<&'a RawValue>,
    incremental: Option<&'a RawValue>,
    pub(crate) version: Option<&'a RawValue>,
    pub(crate) scheduled_operation_id: Option<&'a RawValue>,
}

/// The fields inside `extend_info` that have a column.
#[derive(Deserialize)]
#[serde(bound(deserialize = "'de: 'a"))]
struct ExtendInfo<'a> {
    incremental: Option<&'a RawValue>,
}

impl<'a> Backup<'a> {
    /// Fails only when `record` is no JSON object, or names a field twice.
    pub(crate) fn parse(record: &'a str) -> anyhow::Result<Self> {
        serde_json::from_str(record).context("a backup in the answer is not a JSON object")
    }

    /// Stands beside the other fields on Huawei Cloud, inside `extend_info` on Open Telekom Cloud.
    pub(crate) fn incremental(&self) -> Option<&'a RawValue> {
        self.incremental.or_else(|| {
            let info = serde_json::from_str::<ExtendInfo<'a>>(self.extend_info?.get());
            info.ok()?.incremental
        })
    }

    /// The backups of the single volumes of a server backup. Only the answer about one backup has
    /// them filled.
    pub(crate) fn children(&self) -> Vec<&'a RawValue> {
        self.children.and_then(|list| serde_json::from_str(list.get()).ok()).unwrap_or_default()
    }
}

/// Every field of an object in the order of the text, known or not.
pub(crate) struct Fields<'a>(pub(crate) Vec<(String, &'a RawValue)>);

impl<'de: 'a, 'a> Deserialize<'de> for Fields<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct InOrder;

        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }

        deserializer.deserialize_map(InOrder)
    }
}

/// The text of a value: a string without its quotes and escapes, a number or boolean as it was
/// sent (so a number of any size survives), an object or array as compact JSON.
pub(crate) fn text(value: &RawValue) -> Cow<'_, str> {
    let json = value.get();
    match json.as_bytes() {
        [b'"', inner @ .., b'"'] => unescaped(json, inner.contains(&b'\\')),
        [b'{' | b'[', ..] => compact(json),
        _ => Cow::Borrowed(json),
    }
}

/// `json` is a string with its quotes. Half of a surrogate pair is valid in JSON and has no
/// character; a string that holds one keeps its escapes.
fn unescaped(json: &str, has_escapes: bool) -> Cow<'_, str> {
    if has_escapes && let Ok(text) = serde_json::from_str(json) {
        return Cow::Owned(text);
    }
    Cow::Borrowed(&json[1..json.len() - 1])
}

/// `json` on one line. Text that is on one line already is not touched, whatever spaces it has.
pub(crate) fn one_line(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    if bytes.contains(&b'\n') || bytes.contains(&b'\r') {
        compact(json)
    } else {
        Cow::Borrowed(json)
    }
}

/// `json`, which is valid, without the whitespace between its tokens.
fn compact(json: &str) -> Cow<'_, str> {
    let mut kept = String::new();
    let mut start = 0;
    let mut in_string = false;
    let mut escaped = false;
    for (position, byte) in json.bytes().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = in_string,
            b'"' => in_string = !in_string,
            b' ' | b'\t' | b'\n' | b'\r' if !in_string => {
                kept.push_str(&json[start..position]);
                start = position + 1;
            }
            _ => {}
        }
    }
    if start == 0 {
        return Cow::Borrowed(json);
    }
    kept.push_str(&json[start..]);
    Cow::Owned(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(json: &str) -> &RawValue {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn text_of_every_kind_of_value() {
        let cases = [
            (r#""autobk_b629""#, "autobk_b629"),
            (r#""""#, ""),
            (r#""""#, ""),
            (r#""a \"b\"\n\u4e2d""#, "a \"b\"\n中"),
            (r#""half \ud83d pair""#, r"half \ud83d pair"),
            ("40", "40"),
            ("-1.50e+400", "-1.50e+400"),
            ("123456789012345678901234567890", "123456789012345678901234567890"),
            ("true", "true"),
            ("[ ]", "[]"),
            (r#"{ "a b" : [ 1, "c \" d" ] }"#, r#"{"a b":[1,"c \" d"]}"#),
        ];
        for (json, expected) in cases {
            assert_eq!(text(value(json)), expected, "{json}");
        }
    }

    #[test]
    fn one_line_touches_only_what_has_several() {
        let cases = [
            ("{ \"a\": 1 }", "{ \"a\": 1 }"),
            ("{\n  \"a\": 1\n}", "{\"a\":1}"),
            (
                "{\r\n\t\"a b\": \"c\\\\\",\r\"d\": \" \\\" \"}",
                "{\"a b\":\"c\\\\\",\"d\":\" \\\" \"}",
            ),
        ];
        for (json, expected) in cases {
            assert_eq!(one_line(json), expected);
            assert_eq!(matches!(one_line(json), Cow::Borrowed(_)), json == expected);
        }
    }

    #[test]
    fn wrong_types_and_unknown_fields_are_no_error() {
        let record = r#"{"id": 7, "name": null, "status": ["new"], "children": "none",
            "extend_info": "x", "enterprise_project_id": 0, "shiny": {"a": 1}}"#;
        let backup = Backup::parse(record).unwrap();
        assert_eq!(backup.id.map(text).as_deref(), Some("7"));
        assert!(backup.name.is_none() && backup.vault_id.is_none());
        assert_eq!(backup.status.map(text).as_deref(), Some(r#"["new"]"#));
        assert_eq!(backup.enterprise_project_id.map(text).as_deref(), Some("0"));
        assert!(backup.incremental().is_none());
        assert!(backup.children().is_empty());
    }

    #[test]
    fn what_is_no_object_is_an_error() {
        for record in ["", "null", "7", "\"a\"", "{", "{\"id\":}"] {
            assert!(Backup::parse(record).is_err(), "{record}");
        }
    }

    #[test]
    fn incremental_is_found_in_both_places() {
        let cases = [
            (r#"{"incremental": true}"#, Some("true")),
            (r#"{"extend_info": {"incremental": false}}"#, Some("false")),
            (r#"{"incremental": true, "extend_info": {"incremental": false}}"#, Some("true")),
            (r#"{"incremental": null, "extend_info": {"progress": 7}}"#, None),
            ("{}", None),
        ];
        for (record, expected) in cases {
            let backup = Backup::parse(record).unwrap();
            assert_eq!(backup.incremental().map(RawValue::get), expected, "{record}");
        }
    }

    #[test]
    fn fields_keep_the_order_of_the_text() {
        let Fields(fields) = serde_json::from_str(r#"{"b": 1, "a": null, "c": {}}"#).unwrap();
        let names: Vec<_> =
            fields.iter().map(|(name, value)| (name.as_str(), value.get())).collect();
        assert_eq!(names, [("b", "1"), ("a", "null"), ("c", "{}")]);
    }
}
