//! The groups of `--per` and `--by`.
//!
//! Knows the group of a backup, and nothing of the use of groups.

use std::borrow::Cow;

use clap::ValueEnum;

use crate::record::backup::{Backup, Field};
use crate::record::json::Json;
use crate::time;

/// Criterion by which backups are grouped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Group {
    /// What was backed up (resource_id)
    Resource,
    /// The vault (vault_id)
    Vault,
    /// The kind of resource (resource_type)
    Type,
    /// The status
    Status,
    /// The restore point (checkpoint_id)
    Checkpoint,
    /// The day of created_at
    Day,
    /// The month of created_at
    Month,
    /// The region
    Region,
    /// The project (its id)
    Project,
    /// The profile with the credentials
    Profile,
}

impl Group {
    /// Returns the name of the group's column: the API's, if the API has the field.
    pub(crate) fn column(self) -> &'static str {
        match self {
            Self::Resource => "resource_id",
            Self::Vault => "vault_id",
            Self::Type => "resource_type",
            Self::Status => "status",
            Self::Checkpoint => "checkpoint_id",
            Self::Day => "day",
            Self::Month => "month",
            Self::Region => "region",
            Self::Project => "project_id",
            Self::Profile => "profile",
        }
    }

    /// Returns true if the target of a backup decides its group.
    pub(crate) fn is_of_target(self) -> bool {
        matches!(self, Self::Region | Self::Project | Self::Profile)
    }

    /// Returns true if groups with equal values differ between targets: a shared backup is in
    /// several projects.
    fn is_within_target(self) -> bool {
        matches!(self, Self::Resource | Self::Vault | Self::Checkpoint | Self::Project)
    }

    /// Returns a unique key of a backup's group: its value, with its target if needed.
    pub(crate) fn unique_key<'a>(self, backup: &Backup<'a>) -> Option<Cow<'a, str>> {
        let value = self.key(backup)?;
        match self.target(backup) {
            Some(target) => Some(Cow::Owned(format!("{value}\n{target}"))),
            None => Some(value),
        }
    }

    /// Returns the target of a backup as JSON text, if it distinguishes the group.
    pub(crate) fn target(self, backup: &Backup<'_>) -> Option<Box<str>> {
        let target = backup.get(Field::_target).filter(|_| self.is_within_target());
        target.map(|target| target.as_sent().into())
    }

    /// Returns true for groups that are periods of time.
    pub(crate) fn is_calendar(self) -> bool {
        matches!(self, Self::Day | Self::Month)
    }

    /// Returns the group of a backup. Backups without a value are a group of their own, `None`.
    pub(crate) fn key<'a>(self, backup: &Backup<'a>) -> Option<Cow<'a, str>> {
        let text = |field: Option<Json<'a>>| field.map(Json::text).filter(|text| !text.is_empty());
        match self {
            Self::Resource => text(backup.get(Field::resource_id)),
            Self::Vault => text(backup.get(Field::vault_id)),
            Self::Type => text(backup.get(Field::resource_type)),
            Self::Status => text(backup.get(Field::status)),
            Self::Checkpoint => text(backup.get(Field::checkpoint_id)),
            Self::Day => day(backup).map(Cow::Owned),
            Self::Month => day(backup).map(|mut day| {
                day.truncate("2020-02".len());
                Cow::Owned(day)
            }),
            Self::Region | Self::Profile => text(backup.in_target(self.column())),
            // The record has the owner's project, which differs for a shared backup.
            Self::Project => text(backup.in_target(self.column())),
        }
    }
}

fn day(backup: &Backup<'_>) -> Option<String> {
    time::day(&backup.get(Field::created_at)?.text(), time::zone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_group_uses_its_field() {
        let record = r#"{"id":"b","created_at":"2020-02-21T23:30:00-01:00","checkpoint_id":"c",
            "resource_id":"r","vault_id":"v","resource_type":"t","status":"s","project_id":"owner",
            "_target":{"region":"eu-de","project_id":"p","profile":"prod"}}"#;
        let (full, empty) = (Backup::parse(record).unwrap(), Backup::parse("{}").unwrap());
        let strange = r#"{"created_at":"soon","resource_id":null,"vault_id":"","status":7}"#;
        let strange = Backup::parse(strange).unwrap();
        let cases = [
            (Group::Resource, "r", None),
            (Group::Vault, "v", None),
            (Group::Type, "t", None),
            (Group::Status, "s", Some("7")),
            (Group::Checkpoint, "c", None),
            (Group::Day, "2020-02-22", None),
            (Group::Month, "2020-02", None),
            (Group::Region, "eu-de", None),
            (Group::Project, "p", None),
            (Group::Profile, "prod", None),
        ];
        for (group, expected, odd) in cases {
            assert_eq!(group.key(&full).as_deref(), Some(expected), "{group:?}");
            assert_eq!(group.key(&empty), None, "{group:?}");
            assert_eq!(group.key(&strange).as_deref(), odd, "{group:?}");
        }
        assert_eq!(cases.len(), Group::value_variants().len());
    }

    #[test]
    fn groups_of_ids_are_distinct_in_each_target() {
        let backup = |region: &str| {
            format!(
                r#"{{"_target":{{"region":"{region}"}},"resource_id":"r","vault_id":"v",
                "checkpoint_id":"c","resource_type":"t","status":"s"}}"#
            )
        };
        let (one, other) = (backup("eu-de"), backup("eu-nl"));
        let (one, other) = (Backup::parse(&one).unwrap(), Backup::parse(&other).unwrap());
        for group in Group::value_variants() {
            let differ = group.unique_key(&one) != group.unique_key(&other);
            let expected =
                matches!(group, Group::Resource | Group::Vault | Group::Checkpoint | Group::Region);
            assert_eq!(differ, expected, "{group:?}");
        }
    }
}
