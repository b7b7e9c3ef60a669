//! Filters that `cbr` applies itself, because the API does not have them.
//!
//! Each condition checks one field of a record; a record passes if it meets all conditions. A
//! missing or malformed value meets no condition: neither `true` nor `false`, neither before nor
//! after. Pure and stateless.

mod condition;
pub(crate) mod pattern;

use clap::Args;

use crate::record::backup::{Backup, Field};
use crate::text::headings;
use crate::text::hints;
use crate::text::number::whole;
use crate::time::Moment;
use condition::{Condition, Test, Value};
use pattern::Pattern;

/// The filter flags, in the order of the help.
#[derive(Args, Debug, Default)]
pub(crate) struct LocalFilters {
    /// Name matches a glob, or a /regular expression/
    ///
    /// A glob such as 'web-*' matches the whole name: * is any text, ? one character, [a-z] one of
    /// these, [!a-z] one of the others. A regular expression between slashes, such as
    /// '/^web-[0-9]+$/', matches any part of it. If repeated, any of the patterns may match.
    #[arg(long, help_heading = headings::NAMES, value_name = "PATTERN", allow_hyphen_values = true)]
    name_matches: Vec<Pattern>,

    /// Backups of resources whose name matches; patterns are those of --name-matches
    #[arg(long, help_heading = headings::NAMES, value_name = "PATTERN", allow_hyphen_values = true)]
    resource_name_matches: Vec<Pattern>,

    /// Size (resource_size) of at least this, in GB
    #[arg(
        long,
        help_heading = headings::NAMES,
        value_name = "GB",
        allow_negative_numbers = true,
        value_parser = gigabytes
    )]
    min_size: Option<u64>,

    /// Size (resource_size) of at most this, in GB
    #[arg(
        long,
        help_heading = headings::NAMES,
        value_name = "GB",
        allow_negative_numbers = true,
        value_parser = gigabytes
    )]
    max_size: Option<u64>,

    /// Backups of system disks (true) or of other disks (false)
    #[arg(
        long,
        help_heading = headings::NAMES,
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    system_disk: Option<bool>,

    /// Created at or after this time: --since, checked by cbr
    #[arg(long, value_name = "TIME", hide = true, allow_hyphen_values = true)]
    newer_than: Option<Moment>,

    /// Created before this time: --until, checked by cbr
    #[arg(long, value_name = "TIME", hide = true, allow_hyphen_values = true)]
    older_than: Option<Moment>,

    /// Expire at or after this time; 7d is in seven days
    ///
    /// Accepts the same times as --expires-before. Backups that never expire match neither.
    #[arg(
        long,
        help_heading = headings::TIMES,
        value_name = "TIME",
        allow_hyphen_values = true,
        value_parser = Moment::ahead,
        add = hints::one_of(Moment::offered)
    )]
    expires_after: Option<Moment>,

    /// Expire before this time; 7d is in seven days
    ///
    /// Accepts the same times as --since, but spans count ahead: 7d finds what expires this week,
    /// and what has expired, which --expires-after now excludes.
    #[arg(
        long,
        help_heading = headings::TIMES,
        value_name = "TIME",
        allow_hyphen_values = true,
        value_parser = Moment::ahead,
        add = hints::one_of(Moment::offered)
    )]
    expires_before: Option<Moment>,

    /// Backups that never expire: expired_at is null
    #[arg(
        long,
        help_heading = headings::TIMES,
        conflicts_with_all = ["expires_after", "expires_before"]
    )]
    never_expires: bool,

    /// Backups that a policy created (true), or a user (false)
    #[arg(
        long,
        help_heading = headings::KINDS,
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    automatic: Option<bool>,

    /// Backups that are encrypted (true) or not (false)
    ///
    /// Backups for which the service reports neither match neither.
    #[arg(
        long,
        help_heading = headings::KINDS,
        value_name = "BOOL",
        num_args = 0..=1,
        default_missing_value = "true"
    )]
    encrypted: Option<bool>,
}

/// The conditions that are set. A record passes if it meets all of them.
pub(crate) struct Conditions<'a>(Vec<Condition<'a>>);

impl Conditions<'_> {
    /// Returns true if every record passes.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Returns true if the backup meets every condition.
    pub(crate) fn pass(&self, backup: &Backup<'_>) -> bool {
        self.0.iter().all(|condition| condition.is_met_by(backup))
    }

    /// Returns the columns that the conditions check.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &'static str> {
        self.0.iter().map(|condition| condition.column)
    }

    /// Returns pairs of flag and parsed value, for the receipt.
    pub(crate) fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let pairs = |condition: &Condition<'_>| {
            let flag = condition.flag;
            condition.values().into_iter().map(move |value| (flag, value))
        };
        self.0.iter().flat_map(pairs).collect()
    }
}

impl LocalFilters {
    /// Returns the conditions that are set. This list alone defines which column each flag checks.
    /// Destructured without `..`, so a new flag that is not listed does not compile.
    pub(crate) fn conditions(&self) -> Conditions<'_> {
        let Self {
            automatic,
            encrypted,
            expires_after,
            expires_before,
            max_size,
            min_size,
            name_matches,
            never_expires,
            newer_than,
            older_than,
            resource_name_matches,
            system_disk,
        } = self;
        let is_automatic: Value = |backup| backup.in_extend_info("auto_trigger");
        let is_encrypted: Value = |backup| backup.in_extend_info("encrypted");
        let is_system_disk: Value = |backup| backup.in_extend_info("system_disk");
        let expiry: Value = |backup| backup.get(Field::expired_at);
        let size: Value = |backup| backup.get(Field::resource_size);
        let creation: Value = |backup| backup.get(Field::created_at);
        let name: Value = |backup| backup.get(Field::name);
        let resource_name: Value = |backup| backup.get(Field::resource_name);
        let is = |wanted: &Option<bool>| wanted.map(Test::Is);
        let rows = [
            ("automatic", "extend_info.auto_trigger", is_automatic, is(automatic)),
            ("encrypted", "extend_info.encrypted", is_encrypted, is(encrypted)),
            ("expires_after", "expired_at", expiry, expires_after.as_ref().map(Test::From)),
            ("expires_before", "expired_at", expiry, expires_before.as_ref().map(Test::Before)),
            ("max_size", "resource_size", size, max_size.map(Test::AtMost)),
            ("min_size", "resource_size", size, min_size.map(Test::AtLeast)),
            ("never_expires", "expired_at", expiry, never_expires.then_some(Test::Absent)),
            ("newer_than", "created_at", creation, newer_than.as_ref().map(Test::From)),
            ("older_than", "created_at", creation, older_than.as_ref().map(Test::Before)),
            ("system_disk", "extend_info.system_disk", is_system_disk, is(system_disk)),
            ("name_matches", "name", name, Test::matches(name_matches)),
            (
                "resource_name_matches",
                "resource_name",
                resource_name,
                Test::matches(resource_name_matches),
            ),
        ];
        let condition =
            |(flag, column, value, test)| Some(Condition { flag, column, value, test: test? });
        Conditions(rows.into_iter().filter_map(condition).collect())
    }

    /// Returns the time range of all backups that can pass, for a query of the service.
    ///
    /// The range is a day longer at both ends. The API does not document whether the bounds are
    /// inclusive, or whether it compares created_at or protected_at, which is later. The conditions
    /// themselves are exact.
    pub(crate) fn creation_range(&self) -> [Option<Moment>; 2] {
        [
            self.newer_than.map(|time| time.plus_days(-1)),
            self.older_than.map(|time| time.plus_days(1)),
        ]
    }

    /// Returns true if `--older-than` excludes new backups.
    pub(crate) fn has_older_than(&self) -> bool {
        self.older_than.is_some()
    }

    /// Rejects conditions that cannot match anything.
    ///
    /// # Errors
    ///
    /// If two flags contradict each other; the message names them.
    pub(crate) fn check(&self) -> Result<(), String> {
        if let (Some(least), Some(most)) = (self.min_size, self.max_size)
            && least > most
        {
            return Err(nothing(format!("--min-size {least} is more than --max-size {most}")));
        }
        if let (Some(after), Some(before)) = (self.expires_after, self.expires_before)
            && !before.is_after(&after)
        {
            let (after, before) = (after.at_or_after(), before.at_or_after());
            return Err(nothing(format!(
                "--expires-after {after} is not before --expires-before {before}"
            )));
        }
        if let (Some(newer), Some(older)) = (self.newer_than, self.older_than)
            && !older.is_after(&newer)
        {
            let (newer, older) = (newer.at_or_after(), older.at_or_after());
            return Err(nothing(format!(
                "--newer-than {newer} is not before --older-than {older}"
            )));
        }
        Ok(())
    }
}

/// Parses a size in GB.
fn gigabytes(text: &str) -> Result<u64, String> {
    whole(0..=u64::MAX)(text).map_err(|error| {
        let (number, unit) = text.split_at(text.bytes().take_while(u8::is_ascii_digit).count());
        match unit.trim_start() {
            _ if number.is_empty() || unit.is_empty() => error,
            unit if ["G", "GB", "GiB"].iter().any(|known| unit.eq_ignore_ascii_case(known)) => {
                format!("{error}; sizes are in GB: write {number}, without the unit")
            }
            _ => format!("{error}; sizes are in GB, without the unit"),
        }
    })
}

fn nothing(contradiction: String) -> String {
    format!("{contradiction}, so nothing can match")
}

#[cfg(test)]
mod tests;
