//! The target of a row: its region, project and profile.
//!
//! If a run reads several targets, each row begins with the member `_target`, which sorting,
//! grouping and printing use. The rest of the row is unchanged.

use std::ops::Range;

use serde_json::Value;

use super::json::Scanner;

/// Name of the member.
const FIELD: &str = "_target";

/// The name with quotes and colon.
const NAME: &str = "\"_target\":";

/// Names of its members.
pub(super) const MEMBERS: [&str; 4] = ["region", "project_id", "project_name", "profile"];

/// The member `_target` with its comma.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TargetTag {
    text: String,
    /// Range of the value of each of [`MEMBERS`], from the start of the object.
    members: [Option<Range<usize>>; MEMBERS.len()],
}

impl TargetTag {
    /// Creates the tag of a target. Unknown values are omitted.
    pub(crate) fn new(
        region: Option<&str>,
        project_id: Option<&str>,
        project_name: Option<&str>,
        profile: Option<&str>,
    ) -> Self {
        let mut object = "{".to_owned();
        let mut members = [const { None }; MEMBERS.len()];
        let values = [region, project_id, project_name, profile];
        for ((name, value), member) in MEMBERS.iter().zip(values).zip(&mut members) {
            let Some(value) = value else { continue };
            if object.len() > 1 {
                object.push(',');
            }
            object.push_str(&quoted(name));
            object.push(':');
            let start = object.len();
            object.push_str(&quoted(value));
            *member = Some(start..object.len());
        }
        Self { text: format!("{NAME}{object}}},"), members }
    }

    /// Returns the member as text, which is unique to the target.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns the value of the member, a JSON object.
    pub(crate) fn value(&self) -> &str {
        self.text.get(NAME.len()..self.text.len() - 1).unwrap_or_default()
    }

    /// Returns the range of the value of each of [`MEMBERS`] in [`value`](Self::value).
    pub(super) fn members(&self) -> &[Option<Range<usize>>; MEMBERS.len()] {
        &self.members
    }

    /// Returns the number of added bytes.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// Appends a JSON object with this member first, and returns the start of its value.
    pub(super) fn push(&self, object: &str, text: &mut String) -> usize {
        let (brace, members) = object.split_at_checked(1).unwrap_or_default();
        text.push_str(brace);
        let start = text.len() + NAME.len();
        text.push_str(&self.text);
        text.push_str(members);
        start
    }

    /// Adds this member at the start of a non-empty JSON object.
    pub(crate) fn tagged(&self, object: &str) -> String {
        let mut text = String::with_capacity(object.len() + self.len());
        self.push(object, &mut text);
        text
    }
}

/// Returns an object without its members `_target`. The others are unchanged.
pub(super) fn without(object: &str) -> String {
    let (mut members, mut end) = (Vec::new(), 1);
    // The object was parsed before.
    let _ = Scanner::new(object).object(|scanner, name| {
        let value = scanner.range()?;
        let member = object.get(end..value.end)?;
        end = value.end;
        if name != FIELD {
            members.push(member.trim_start_matches([',', ' ', '\t', '\r', '\n']));
        }
        Some(())
    });
    format!("{{{}}}", members.join(","))
}

/// Returns text as a JSON string.
fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}
