//! The projects that the sandbox knows, by account and region.

/// A project of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Project {
    pub(super) id: &'static str,
    pub(super) name: &'static str,
    pub(super) owner: Owner,
    /// Region that serves the project; `None` if its name names none.
    pub(super) region: Option<&'static str>,
    pub(super) is_enabled: bool,
    pub(super) size: Size,
    pub(super) condition: Condition,
    pub(super) key: ProjectKey,
}

/// Number of a project in the table. Its backups and resources are derived from it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ProjectKey(u8);

/// Account that owns a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    First,
    Second,
}

/// Number of backups in a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Size {
    /// As many as `--backups`.
    Full,
    /// `--backups` divided by this.
    Part(u32),
    /// None, and neither vaults nor resources.
    Empty,
}

/// How the service responds to requests for a project.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Condition {
    Working,
    /// Every third listing, beginning with the second, is above the rate limit.
    Throttled,
    /// Status 500.
    Failing,
    /// Status 403, since a policy denies access.
    Denied,
}

/// The region without a prefix; its name is the first project's name.
pub(super) const REGION: &str = "sandbox-1";

/// The project whose backups are listed.
pub(super) const PROJECT_ID: &str = "5a4db0c5000000000000000000000001";

/// Project that shares some of its backups with the account.
pub(super) const OTHER_PROJECT_ID: &str = "5a4db0c5000000000000000000000002";

/// All projects. Those of an account are in the order in which IAM lists them.
pub(super) static PROJECTS: [Project; 13] = [
    Project::new(0, PROJECT_ID, REGION, Some(REGION)),
    Project::new(1, OTHER_PROJECT_ID, "sandbox-1_team", Some(REGION)).sized(Size::Part(10)),
    Project::new(2, "5a4db0c5000000000000000000000021", "sandbox-2", Some("sandbox-2")),
    Project::new(3, "5a4db0c5000000000000000000000022", "sandbox-2_team", Some("sandbox-2"))
        .sized(Size::Part(10)),
    Project::new(4, "5a4db0c5000000000000000000000031", "sandbox-3", Some("sandbox-3"))
        .sized(Size::Part(2)),
    Project::new(5, "5a4db0c5000000000000000000000032", "sandbox-3_old", Some("sandbox-3"))
        .disabled(),
    Project::new(6, "5a4db0c5000000000000000000000033", "sandbox-3_denied", Some("sandbox-3"))
        .in_condition(Condition::Denied),
    Project::new(7, "5a4db0c5000000000000000000000041", "sandbox-4", Some("sandbox-4"))
        .in_condition(Condition::Throttled),
    Project::new(8, "5a4db0c5000000000000000000000051", "sandbox-5", Some("sandbox-5"))
        .sized(Size::Empty),
    Project::new(9, "5a4db0c5000000000000000000000061", "sandbox-6", Some("sandbox-6"))
        .in_condition(Condition::Failing),
    Project::new(10, "5a4db0c5000000000000000000000071", "MOS", None),
    Project::new(11, "5a4db0c5000000000000000000000111", REGION, Some(REGION)).of_second(),
    Project::new(12, "5a4db0c5000000000000000000000121", "sandbox-2", Some("sandbox-2"))
        .of_second(),
];

impl Project {
    const fn new(
        number: u8,
        id: &'static str,
        name: &'static str,
        region: Option<&'static str>,
    ) -> Self {
        Self {
            id,
            name,
            owner: Owner::First,
            region,
            is_enabled: true,
            size: Size::Full,
            condition: Condition::Working,
            key: ProjectKey(number),
        }
    }

    const fn of_second(self) -> Self {
        Self { owner: Owner::Second, ..self }
    }

    const fn disabled(self) -> Self {
        Self { is_enabled: false, ..self }
    }

    const fn sized(self, size: Size) -> Self {
        Self { size, ..self }
    }

    const fn in_condition(self, condition: Condition) -> Self {
        Self { condition, ..self }
    }

    /// Returns true if backups, vaults and so on can be read.
    pub(super) fn is_served(&self) -> bool {
        self.is_enabled && self.region.is_some()
    }

    /// Returns the project with that id.
    pub(super) fn by_id(id: &str) -> Option<&'static Self> {
        PROJECTS.iter().find(|project| project.id == id)
    }
}

impl ProjectKey {
    pub(super) fn project(self) -> &'static Project {
        &PROJECTS[usize::from(self.0)]
    }

    /// Returns its number, which is less than 64.
    pub(super) fn number(self) -> u8 {
        self.0
    }
}

impl Size {
    /// Returns the number of backups if a full project has this many. A part has at least one.
    pub(super) fn of(self, full: u32) -> u32 {
        match self {
            Self::Full => full,
            Self::Part(divisor) => (full / divisor).max(full.min(1)),
            Self::Empty => 0,
        }
    }
}

/// Projects that a flag applies to: all, or those of one name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Target(Option<&'static str>);

impl Target {
    /// Splits `PROJECT:REST`, or returns all projects and the whole text. A project is given by
    /// name or id.
    pub(super) fn split(text: &str) -> Result<(Self, &str), String> {
        let Some((name, rest)) = text.split_once(':').filter(|(name, _)| !name.contains('='))
        else {
            return Ok((Self(None), text));
        };
        match PROJECTS.iter().find(|project| [project.name, project.id].contains(&name)) {
            Some(project) if project.id == name => Ok((Self(Some(project.id)), rest)),
            Some(project) => Ok((Self(Some(project.name)), rest)),
            None => Err(format!("unknown project `{name}`; --help of --regions lists them")),
        }
    }

    /// Returns the name or id of the projects, if it is not all.
    pub(super) fn name(self) -> Option<&'static str> {
        self.0
    }

    pub(super) fn covers(self, project: &Project) -> bool {
        self.0.is_none_or(|name| [project.name, project.id].contains(&name))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn keys_are_positions_and_ids_are_unique() {
        for (project, position) in PROJECTS.iter().zip(0..) {
            assert_eq!(project.key, ProjectKey(position));
            assert_eq!(project.key.project(), project);
            assert!(position < 64, "more would not have ids of their own");
        }
        let ids: HashSet<_> = PROJECTS.iter().map(|project| project.id).collect();
        assert_eq!(ids.len(), PROJECTS.len());
    }

    #[test]
    fn projects_are_named_like_their_region() {
        for project in &PROJECTS {
            match project.region {
                Some(region) => {
                    let rest = project.name.strip_prefix(region);
                    assert!(rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('_')));
                }
                None => assert_eq!(project.name, "MOS"),
            }
        }
    }

    #[test]
    fn sizes_are_shares_and_a_part_is_not_empty() {
        for (size, full, expected) in [
            (Size::Full, 1663, 1663),
            (Size::Part(10), 1663, 166),
            (Size::Part(10), 3, 1),
            (Size::Part(2), 0, 0),
            (Size::Empty, 1663, 0),
        ] {
            assert_eq!(size.of(full), expected, "{size:?} {full}");
        }
    }

    #[test]
    fn targets_are_split_from_values() {
        let second = "5a4db0c5000000000000000000000121";
        for (text, name, rest) in [
            ("503@2", None, "503@2"),
            ("sandbox-2:503@2", Some("sandbox-2"), "503@2"),
            ("redirect=http://x/@1", None, "redirect=http://x/@1"),
            ("sandbox-3:redirect=http://x/@1", Some("sandbox-3"), "redirect=http://x/@1"),
            ("5a4db0c5000000000000000000000121:reset@1", Some(second), "reset@1"),
        ] {
            assert_eq!(Target::split(text), Ok((Target(name), rest)), "{text}");
        }
        assert!(Target::split("sandbox-9:503@2").unwrap_err().contains("sandbox-9"));
        let covered = |name| {
            let covered = PROJECTS.iter().filter(|project| Target(Some(name)).covers(project));
            covered.map(|project| project.key.number()).collect::<Vec<_>>()
        };
        assert_eq!(covered("sandbox-2"), [2, 12], "of both accounts");
        assert_eq!(covered(second), [12]);
        assert!(PROJECTS.iter().all(|project| Target(None).covers(project)));
    }
}
