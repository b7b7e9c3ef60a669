//! The target of a row: the region, project and profile that it was read from.
//!
//! Where a run reads several, each row begins with the member `_target`, so that whatever sorts,
//! groups or prints rows can use it. The rest of the row is unchanged.

use std::ops::Range;

use serde_json::Value;

/// Name of the member.
const NAME: &str = "\"_target\":";

/// The member `_target` with its comma.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TargetTag(String);

impl TargetTag {
    /// Creates the tag of a target. What is not known is left out.
    pub(crate) fn new(
        region: Option<&str>,
        project_id: Option<&str>,
        project_name: Option<&str>,
        profile: Option<&str>,
    ) -> Self {
        let members = [
            ("region", region),
            ("project_id", project_id),
            ("project_name", project_name),
            ("profile", profile),
        ];
        let known = members.into_iter().filter_map(|(name, value)| Some((name, value?)));
        let json: Vec<_> =
            known.map(|(name, value)| format!("{}:{}", quoted(name), quoted(value))).collect();
        Self(format!("{NAME}{{{}}},", json.join(",")))
    }

    /// Returns the member as text, which differs from that of any other target.
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the value of the member, a JSON object.
    pub(crate) fn value(&self) -> &str {
        self.0.get(NAME.len()..self.0.len() - 1).unwrap_or_default()
    }

    /// Returns the number of bytes that it adds.
    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Appends a JSON object with this member first, and returns the range of its value.
    pub(super) fn push(&self, object: &str, text: &mut String) -> Range<usize> {
        let (brace, members) = object.split_at_checked(1).unwrap_or_default();
        text.push_str(brace);
        let start = text.len() + NAME.len();
        text.push_str(&self.0);
        let end = text.len() - 1;
        text.push_str(members);
        start..end
    }

    /// Returns a JSON object that `cbr` made, which is not empty, with this member first.
    pub(crate) fn tagged(&self, object: &str) -> String {
        let mut text = String::with_capacity(object.len() + self.len());
        self.push(object, &mut text);
        text
    }
}

/// Returns a text as JSON.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
