//! `--latest N [--per GROUP]`: selects the newest backups of each group from a list that is sorted
//! newest first.
//!
//! Keeps one counter for each group, so memory grows with the groups and not with the backups. The
//! listing proves that backups arrive newest first.

use std::collections::HashMap;

use super::group::Group;
use crate::record::backup::Backup;

/// Selects the newest backups.
pub(crate) struct Latest {
    /// Maximum number of backups of each group.
    most: u64,
    group: Option<Group>,
    /// Number of admitted backups by group. Backups without a value are the group "".
    passed: HashMap<Box<str>, u64>,
}

impl Latest {
    /// Selects the newest `most` backups of each group, or of all.
    pub(crate) fn new(most: u64, group: Option<Group>) -> Self {
        Self { most, group, passed: HashMap::new() }
    }

    /// Returns true if the next backup is among the newest of its group. Each backup must be older
    /// than the ones before it.
    pub(crate) fn admits(&mut self, backup: &Backup<'_>) -> bool {
        let key = self.group.and_then(|group| group.key(backup)).unwrap_or_default();
        // A key is copied once for each group, not for each backup.
        let Some(passed) = self.passed.get_mut(&*key) else {
            self.passed.insert(key.into(), 1);
            return true;
        };
        let admitted = *passed < self.most;
        *passed += u64::from(admitted);
        admitted
    }

    /// Returns true if no further backup can be admitted.
    pub(crate) fn is_full(&self) -> bool {
        self.group.is_none() && self.passed.get("") == Some(&self.most)
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
