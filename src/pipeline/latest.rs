//! `--latest N [--per GROUP]`: the newest of each group, from backups that come newest first.
//!
//! Keeps a number for each group, so memory grows with the groups and not with the backups. That the
//! backups do come newest first is the listing's to prove.

use std::collections::HashMap;

use super::group::Group;
use crate::record::backup::Backup;

/// Lets the newest pass.
pub(crate) struct Latest {
    /// How many of each group.
    most: u64,
    group: Option<Group>,
    /// How many of each group came, up to `most`. Those without a value are the group "".
    passed: HashMap<Box<str>, u64>,
}

impl Latest {
    /// The newest `most`, of each group or of all.
    pub(crate) fn new(most: u64, group: Option<Group>) -> Self {
        Self { most, group, passed: HashMap::new() }
    }

    /// Whether the next backup, which is older than all before it, is among the newest of its group.
    pub(crate) fn admits(&mut self, backup: &Backup<'_>) -> bool {
        let key = self.group.and_then(|group| group.key(backup)).unwrap_or_default();
        // A key is copied once for its group, not for each backup.
        let Some(passed) = self.passed.get_mut(&*key) else {
            self.passed.insert(key.into(), 1);
            return true;
        };
        let admitted = *passed < self.most;
        *passed += u64::from(admitted);
        admitted
    }

    /// Whether no backup that could still come is admitted.
    pub(crate) fn is_full(&self) -> bool {
        self.group.is_none() && self.passed.get("") == Some(&self.most)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The ids of those that pass, of backups that each have a resource.
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
    fn the_first_of_each_group_pass() {
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
