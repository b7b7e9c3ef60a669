//! What the sandbox serves: one project or, with `--regions`, several regions, projects and
//! accounts.

use super::account::{ACCOUNT, AccessKey, Account, SECOND_ACCOUNT};
use super::project::{PROJECTS, Project, REGION};

/// The served regions, accounts and projects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cloud {
    /// One region and account, of whose projects only the first has a service.
    Single,
    /// Everything; see `--regions`.
    Regions,
}

impl Cloud {
    pub(super) fn new(has_regions: bool) -> Self {
        if has_regions { Self::Regions } else { Self::Single }
    }

    pub(super) fn accounts(self) -> impl Iterator<Item = &'static Account> {
        let all = [&ACCOUNT, &SECOND_ACCOUNT];
        all.into_iter().take(if self == Self::Single { 1 } else { all.len() })
    }

    /// Returns the projects that IAM lists for an account.
    pub(super) fn projects(self, account: &Account) -> impl Iterator<Item = &'static Project> {
        let owner = account.owner;
        let owned = PROJECTS.iter().filter(move |project| project.owner == owner);
        owned.take(if self == Self::Single { 2 } else { PROJECTS.len() })
    }

    /// Returns the projects with backups, of all accounts.
    pub(super) fn served(self) -> impl Iterator<Item = &'static Project> {
        let served = PROJECTS.iter().filter(|project| project.is_served());
        served.take(if self == Self::Single { 1 } else { PROJECTS.len() })
    }

    /// Returns the served regions, each once.
    pub(super) fn regions(self) -> Vec<&'static str> {
        let mut regions: Vec<_> = self.served().filter_map(|project| project.region).collect();
        regions.sort_unstable();
        regions.dedup();
        regions
    }

    /// Splits a path into a region and the rest. Without one, the first region applies.
    pub(super) fn split(self, path: &str) -> (&'static str, &str) {
        let region = self.prefixes().find_map(|region| {
            let rest = path.strip_prefix('/')?.strip_prefix(region)?;
            (rest.is_empty() || rest.starts_with('/')).then_some((region, rest))
        });
        match region {
            Some((region, "")) => (region, "/"),
            Some(split) => split,
            None => (REGION, path),
        }
    }

    fn prefixes(self) -> impl Iterator<Item = &'static str> {
        let all = if self == Self::Single { Vec::new() } else { self.regions() };
        all.into_iter()
    }

    /// Returns the access key with that id, and its account.
    pub(super) fn access_key(self, id: &str) -> Option<(AccessKey, &'static Account)> {
        let keys =
            self.accounts().flat_map(|account| account.keys.iter().map(move |key| (key, account)));
        keys.map(|(key, account)| (*key, account)).find(|(key, _)| key.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn regions_are_split_from_paths() {
        for (path, single, regions) in [
            ("/v3/p/backups", (REGION, "/v3/p/backups"), (REGION, "/v3/p/backups")),
            ("/sandbox-2/v3", (REGION, "/sandbox-2/v3"), ("sandbox-2", "/v3")),
            ("/sandbox-1/v3", (REGION, "/sandbox-1/v3"), (REGION, "/v3")),
            ("/sandbox-2", (REGION, "/sandbox-2"), ("sandbox-2", "/")),
            ("/sandbox-20/v3", (REGION, "/sandbox-20/v3"), (REGION, "/sandbox-20/v3")),
            ("/{region}/v3", (REGION, "/{region}/v3"), (REGION, "/{region}/v3")),
            ("/", (REGION, "/"), (REGION, "/")),
            ("", (REGION, ""), (REGION, "")),
        ] {
            assert_eq!(Cloud::Single.split(path), single, "{path}");
            assert_eq!(Cloud::Regions.split(path), regions, "{path}");
        }
    }

    #[test]
    fn only_regions_have_the_second_account_and_other_projects() {
        let names = |cloud: Cloud, account| {
            cloud.projects(account).map(|project| project.name).collect::<Vec<_>>()
        };
        assert_eq!(names(Cloud::Single, &ACCOUNT), ["sandbox-1", "sandbox-1_team"]);
        assert_eq!(names(Cloud::Regions, &ACCOUNT).len(), 11);
        assert_eq!(names(Cloud::Regions, &SECOND_ACCOUNT), ["sandbox-1", "sandbox-2"]);
        let served = Cloud::Single.served().map(|project| project.name).collect::<Vec<_>>();
        assert_eq!(served, ["sandbox-1"]);
        let regions =
            ["sandbox-1", "sandbox-2", "sandbox-3", "sandbox-4", "sandbox-5", "sandbox-6"];
        assert_eq!(Cloud::Regions.regions(), regions);
        assert_eq!(Cloud::Single.regions(), ["sandbox-1"]);
        let id = SECOND_ACCOUNT.keys[0].id;
        assert!(Cloud::Single.access_key(id).is_none());
        assert!(Cloud::Regions.access_key(id).is_some());
    }
}
