//! `--latest N [--per GROUP] [--stale AGE]`: selects the newest backups of each group from a list
//! that is sorted newest first.
//!
//! Keeps one counter per group, so memory grows only with the number of groups. The listing proves
//! that backups arrive newest first.

use std::collections::HashMap;

use super::group::Group;
use crate::record::backup::{Backup, Field};
use crate::time;

/// Selects the newest backups.
pub(crate) struct Latest {
    /// Maximum number of backups of each group.
    most: u64,
    group: Option<Group>,
    /// If set, only groups whose newest backup is older than this, in microseconds since 1970.
    before: Option<i64>,
    /// Number of admitted backups by group. Backups without a value are in the group "".
    admitted_by_group: HashMap<Box<str>, u64>,
}

impl Latest {
    /// Selects the newest `most` backups of each group, or of all.
    pub(crate) fn new(most: u64, group: Option<Group>) -> Self {
        Self { most, group, before: None, admitted_by_group: HashMap::new() }
    }

    /// Keeps only the groups whose newest backup was created before this moment.
    pub(crate) fn stale(self, before: Option<i64>) -> Self {
        Self { before, ..self }
    }

    /// Returns true if the next backup is among the newest of its group. Each backup must be older
    /// than the ones before it.
    pub(crate) fn admits(&mut self, backup: &Backup<'_>) -> bool {
        let key = self.group.and_then(|group| group.unique_key(backup)).unwrap_or_default();
        // Copies a key once per group, not per backup.
        let Some(admitted_by_group) = self.admitted_by_group.get_mut(&*key) else {
            let admitted = self.is_stale(backup);
            self.admitted_by_group.insert(key.into(), if admitted { 1 } else { self.most });
            return admitted;
        };
        let admitted = *admitted_by_group < self.most;
        *admitted_by_group += u64::from(admitted);
        admitted
    }

    /// Returns true if the newest backup of a group is old enough, or has no time.
    fn is_stale(&self, newest: &Backup<'_>) -> bool {
        let created = || time::instant(&newest.get(Field::created_at)?.text());
        self.before.is_none_or(|before| created().is_none_or(|created| created < before))
    }

    /// Returns true if no further backup can be admitted.
    pub(crate) fn is_full(&self) -> bool {
        self.group.is_none() && self.admitted_by_group.get("") == Some(&self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the ids of the selected backups; `resources` are the resources of all.
    fn passing(most: u64, group: Option<Group>, resources: &[&str]) -> (String, bool) {
        let mut latest = Latest::new(most, group);
        let mut ids = String::new();
        for (index, resource) in resources.iter().enumerate() {
            let record = format!(r#"{{"resource_id":{resource}}}"#);
            if latest.admits(&Backup::parse(&record).unwrap()) {
                ids.push(char::from(b'a' + index as u8));
            }
        }
        (ids, latest.is_full())
    }

    #[test]
    fn stale_groups_are_those_whose_newest_backup_is_old() {
        // Newest first: a resource and the hour of its backup.
        let rows = [("x", 9), ("y", 8), ("z", 5), ("y", 4), ("x", 3), ("z", 2), ("w", 1)];
        let cases = [(1, 5, "w"), (1, 6, "zw"), (2, 6, "zzw"), (1, 10, "xyzw"), (1, 0, "")];
        for (most, before, expected) in cases {
            let before = time::instant(&format!("2026-11-01T{before:02}:00:00"));
            let mut latest = Latest::new(most, Some(Group::Resource)).stale(before);
            let mut admitted = String::new();
            for (resource, hour) in rows {
                let record = format!(
                    r#"{{"resource_id":"{resource}","created_at":"2026-11-01T{hour:02}:00:00"}}"#
                );
                if latest.admits(&Backup::parse(&record).unwrap()) {
                    admitted.push_str(resource);
                }
            }
            assert_eq!(admitted, expected, "{most} {before:?}");
        }
    }

    #[test]
    fn the_first_of_each_group_are_admitted() {
        let resources = [r#""x""#, r#""x""#, r#""y""#, "null", r#""x""#, r#""""#, r#""y""#];
        let per = Some(Group::Resource);
        let cases = [
            (1, per, "acd", false),
            (2, per, "abcdfg", false),
            (9, per, "abcdefg", false),
            (1, None, "a", true),
            (3, None, "abc", true),
            (9, None, "abcdefg", false),
        ];
        for (most, group, ids, full) in cases {
            assert_eq!(
                passing(most, group, &resources),
                (ids.to_owned(), full),
                "{most} {group:?}"
            );
        }
    }
}
