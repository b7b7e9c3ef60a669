//! A condition of the local filters: the flag, the column it checks, and the test.

use super::pattern::Pattern;
use crate::record::backup::Backup;
use crate::record::json::Json;
use crate::time::{self, Moment};

/// Reads the checked value of a backup.
pub(super) type Value = for<'a> fn(&Backup<'a>) -> Option<Json<'a>>;

/// One condition that the user set.
pub(super) struct Condition<'a> {
    /// Name of the flag in the receipt.
    pub(super) flag: &'static str,
    /// Name of the column that it checks.
    pub(super) column: &'static str,
    /// Returns the checked value of a backup.
    pub(super) value: Value,
    pub(super) test: Test<'a>,
}

/// Test of a value.
pub(super) enum Test<'a> {
    /// Equal to this truth value.
    Is(bool),
    /// A number of at least this.
    AtLeast(u64),
    /// A number of at most this.
    AtMost(u64),
    /// This time or a later one.
    From(&'a Moment),
    /// An earlier time.
    Before(&'a Moment),
    /// No value: absent or null.
    Absent,
    /// A text that one of the patterns matches.
    Matches(&'a [Pattern]),
}

impl<'a> Test<'a> {
    /// Returns the test for a pattern flag, or `None` if the flag was not given.
    pub(super) fn matches(patterns: &'a [Pattern]) -> Option<Self> {
        (!patterns.is_empty()).then_some(Self::Matches(patterns))
    }
}

impl Condition<'_> {
    /// Returns true if the backup meets the condition. A malformed value meets no condition, a
    /// missing value only [`Test::Absent`].
    pub(super) fn is_met_by(&self, backup: &Backup<'_>) -> bool {
        let Some(value) = (self.value)(backup) else { return matches!(self.test, Test::Absent) };
        let text = value.text();
        let number = || text.parse::<f64>().ok();
        let time = || time::instant(&text);
        match &self.test {
            Test::Absent => false,
            Test::Is(wanted) => text == if *wanted { "true" } else { "false" },
            Test::AtLeast(least) => number().is_some_and(|number| number >= *least as f64),
            Test::AtMost(most) => number().is_some_and(|number| number <= *most as f64),
            Test::From(start) => time().is_some_and(|time| time >= start.microsecond()),
            Test::Before(end) => time().is_some_and(|time| time < end.microsecond()),
            Test::Matches(patterns) => patterns.iter().any(|pattern| pattern.matches(&text)),
        }
    }

    /// Returns the parsed values of the flag.
    pub(super) fn values(&self) -> Vec<String> {
        match &self.test {
            Test::Absent => vec!["true".to_owned()],
            Test::Is(wanted) => vec![wanted.to_string()],
            Test::AtLeast(number) | Test::AtMost(number) => vec![number.to_string()],
            Test::From(time) | Test::Before(time) => {
                vec![time::rfc3339(time.microsecond()).unwrap_or_default()]
            }
            Test::Matches(patterns) => patterns.iter().map(ToString::to_string).collect(),
        }
    }
}
