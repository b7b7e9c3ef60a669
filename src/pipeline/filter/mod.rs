//! The filters that `cbr` applies itself, since the API has none like them.
//!
//! Each condition checks one field of a record; a record passes if it meets all conditions. A
//! missing or malformed value meets no condition: neither `true` nor `false`, neither before nor
//! after. Pure and stateless.

mod pattern;

use clap::Args;

use crate::record::backup::{Backup, Field};
use crate::record::json::Json;
use crate::text::hints;
use crate::text::number::whole;
use crate::time::{self, Moment};
use pattern::Pattern;

/// The conditions, in the order of the help. What is `None` or empty is not looked at.
#[derive(Args, Debug, Default)]
#[command(next_help_heading = "Filters (applied by cbr, to what the service answers)")]
pub(crate) struct Filter {
    /// Backups that a policy made (true), or that were made by hand (false)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    automatic: Option<bool>,

    /// Backups that are encrypted (true), or not (false). The service says so of volumes and file
    /// systems; others match neither
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    encrypted: Option<bool>,

    /// Expire at or after this time; 7d is in seven days
    ///
    /// Written as for --expires-before. Backups that are kept for ever match neither of the two.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = Moment::ahead, add = hints::one_of(Moment::offered))]
    expires_after: Option<Moment>,

    /// Expire before this time; 7d is in seven days
    ///
    /// Written as for --since, but spans count ahead: 7d finds what goes this week, and what has
    /// expired already unless --expires-after now leaves that out.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, value_parser = Moment::ahead, add = hints::one_of(Moment::offered))]
    expires_before: Option<Moment>,

    /// Of at most this size (resource_size), in GB
    #[arg(long, value_name = "GB", allow_negative_numbers = true, value_parser = gigabytes)]
    max_size: Option<u64>,

    /// Of at least this size (resource_size), in GB
    #[arg(long, value_name = "GB", allow_negative_numbers = true, value_parser = gigabytes)]
    min_size: Option<u64>,

    /// Name fits a glob, or a regular expression: /…/
    ///
    /// A glob is for the whole name, such as 'web-*': * is any text, ? one character, [a-z] one of
    /// these, [!a-z] one of others. A regular expression between slashes is for any part of it,
    /// such as '/^web-[0-9]+$/'. May repeat, for any of several.
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    name_matches: Vec<Pattern>,

    /// Made at or after this time
    ///
    /// Written as for --since, which leaves that to the service and is quicker.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, add = hints::one_of(Moment::offered))]
    newer_than: Option<Moment>,

    /// Made before this time; 30d is 30 days ago
    ///
    /// Written as for --since: a date, a time, or an age. 30d finds what is older than 30 days.
    #[arg(long, value_name = "TIME", allow_hyphen_values = true, add = hints::one_of(Moment::offered))]
    older_than: Option<Moment>,

    /// Backups of resources whose name matches, written as for --name-matches
    #[arg(long, value_name = "PATTERN", allow_hyphen_values = true)]
    resource_name_matches: Vec<Pattern>,

    /// Backups of system disks (true), or of others (false)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, default_missing_value = "true")]
    system_disk: Option<bool>,
}

impl Filter {
    /// Returns true if every record passes.
    pub(crate) fn is_empty(&self) -> bool {
        let Self {
            automatic,
            encrypted,
            expires_after,
            expires_before,
            max_size,
            min_size,
            name_matches,
            newer_than,
            older_than,
            resource_name_matches,
            system_disk,
        } = self;
        automatic.or(*encrypted).or(*system_disk).is_none()
            && expires_after.or(*expires_before).or(*newer_than).or(*older_than).is_none()
            && max_size.or(*min_size).is_none()
            && name_matches.is_empty()
            && resource_name_matches.is_empty()
    }

    /// Returns true if the record meets every condition. Destructured without `..`, so a new
    /// condition that is not checked does not compile.
    pub(crate) fn passes(&self, backup: &Backup<'_>) -> bool {
        let Self {
            automatic,
            encrypted,
            expires_after,
            expires_before,
            max_size,
            min_size,
            name_matches,
            newer_than,
            older_than,
            resource_name_matches,
            system_disk,
        } = self;
        let size = || number(backup.get(Field::resource_size));
        let expiry = || instant(backup.get(Field::expired_at));
        let creation = || instant(backup.get(Field::created_at));
        automatic.is_none_or(|wanted| is(backup.in_extend_info("auto_trigger"), wanted))
            && encrypted.is_none_or(|wanted| is(backup.in_extend_info("encrypted"), wanted))
            && system_disk.is_none_or(|wanted| is(backup.in_extend_info("system_disk"), wanted))
            && min_size.is_none_or(|least| size().is_some_and(|size| size >= least as f64))
            && max_size.is_none_or(|most| size().is_some_and(|size| size <= most as f64))
            && expires_after.is_none_or(|at| expiry().is_some_and(|end| end >= at.microsecond()))
            && expires_before.is_none_or(|at| expiry().is_some_and(|end| end < at.microsecond()))
            && newer_than.is_none_or(|at| creation().is_some_and(|made| made >= at.microsecond()))
            && older_than.is_none_or(|at| creation().is_some_and(|made| made < at.microsecond()))
            && matches(name_matches, backup.get(Field::name))
            && matches(resource_name_matches, backup.get(Field::resource_name))
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

    /// Returns the columns that the conditions check.
    pub(crate) fn queried_columns(&self) -> impl Iterator<Item = &'static str> {
        let Self {
            automatic,
            encrypted,
            expires_after,
            expires_before,
            max_size,
            min_size,
            name_matches,
            newer_than,
            older_than,
            resource_name_matches,
            system_disk,
        } = self;
        let columns = [
            ("extend_info.auto_trigger", automatic.is_some()),
            ("extend_info.encrypted", encrypted.is_some()),
            ("expired_at", expires_after.or(*expires_before).is_some()),
            ("resource_size", max_size.or(*min_size).is_some()),
            ("name", !name_matches.is_empty()),
            ("created_at", newer_than.or(*older_than).is_some()),
            ("resource_name", !resource_name_matches.is_empty()),
            ("extend_info.system_disk", system_disk.is_some()),
        ];
        columns.into_iter().filter(|(_, is_set)| *is_set).map(|(column, _)| column)
    }

    /// Returns the conditions that are set, as pairs of flag and parsed value, for the receipt.
    pub(crate) fn to_pairs(&self) -> Vec<(&'static str, String)> {
        let time = |time: &Moment| time::rfc3339(time.microsecond()).unwrap_or_default();
        let patterns = |flag, patterns: &[Pattern]| -> Vec<_> {
            patterns.iter().map(|pattern| (flag, pattern.to_string())).collect()
        };
        let single = [
            ("automatic", self.automatic.map(|value| value.to_string())),
            ("encrypted", self.encrypted.map(|value| value.to_string())),
            ("expires_after", self.expires_after.as_ref().map(time)),
            ("expires_before", self.expires_before.as_ref().map(time)),
            ("max_size", self.max_size.map(|value| value.to_string())),
            ("min_size", self.min_size.map(|value| value.to_string())),
            ("newer_than", self.newer_than.as_ref().map(time)),
            ("older_than", self.older_than.as_ref().map(time)),
            ("system_disk", self.system_disk.map(|value| value.to_string())),
        ];
        let mut to_pairs: Vec<_> =
            single.into_iter().filter_map(|(flag, value)| Some((flag, value?))).collect();
        to_pairs.extend(patterns("name_matches", &self.name_matches));
        to_pairs.extend(patterns("resource_name_matches", &self.resource_name_matches));
        to_pairs
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

fn is(value: Option<Json<'_>>, wanted: bool) -> bool {
    value.is_some_and(|value| value.text() == if wanted { "true" } else { "false" })
}

fn number(value: Option<Json<'_>>) -> Option<f64> {
    value?.text().parse().ok()
}

fn instant(value: Option<Json<'_>>) -> Option<i64> {
    time::instant(&value?.text())
}

/// Returns true if a pattern matches or there are no patterns.
fn matches(patterns: &[Pattern], name: Option<Json<'_>>) -> bool {
    patterns.is_empty()
        || name.is_some_and(|name| {
            let name = name.text();
            patterns.iter().any(|pattern| pattern.matches(&name))
        })
}

#[cfg(test)]
mod tests;
