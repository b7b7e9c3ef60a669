//! The targets of a run: their names, their clients, and those that failed.
//!
//! | module | what it owns |
//! |---|---|
//! | [`connect`](mod@connect) | from the flags to a client for each target |

mod connect;

use std::sync::Arc;

use serde::Serialize;

use crate::api::Client;
use crate::auth::iam::NotTried;
use crate::errors;
use crate::record::target::TargetTag;
use crate::settings::{Project, Resolution, Skipped, TargetSpec};
use crate::text::sanitize;
pub(super) use connect::connect;

/// Names of a target.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TargetName {
    pub(crate) region: Option<String>,
    pub(crate) project_id: Option<String>,
    pub(crate) project_name: Option<String>,
    pub(crate) profile: Option<String>,
    /// True if another target has the same label without the id.
    #[serde(skip)]
    pub(super) has_namesake: bool,
}

/// A project that can be read.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) name: TargetName,
    pub(super) client: Arc<Client>,
}

/// A target that cannot be read.
pub(super) struct FailedTarget {
    pub(super) name: TargetName,
    pub(super) error: anyhow::Error,
}

/// The targets of a run.
#[derive(Default)]
pub(super) struct Targets {
    pub(super) readable: Vec<Target>,
    pub(super) failed: Vec<FailedTarget>,
    pub(super) skipped: Vec<Skipped>,
    /// True if the flags name several, or IAM decides the number.
    pub(super) are_several: bool,
}

impl FailedTarget {
    /// Returns true if it was not tried because another target failed.
    pub(super) fn is_not_tried(&self) -> bool {
        self.error.is::<NotTried>()
    }
}

impl TargetName {
    fn of(spec: &TargetSpec, resolution: &Resolution) -> Self {
        let region = resolution.region.as_ref().map(|region| region.value.clone());
        let (mut project_id, mut project_name) = (None, spec.project_name.clone());
        match &resolution.project {
            Ok(Project::Id(id)) => project_id = Some(id.value.clone()),
            Ok(Project::Named(name)) => project_name = Some(name.value.clone()),
            Ok(Project::OfToken) | Err(_) => {}
        }
        let profile = spec.profile.clone();
        Self { region, project_id, project_name, profile, has_namesake: false }
    }

    /// Returns the name for messages: the profile if there is one, and the project, region or id.
    /// Two projects of one name have their ids as well.
    pub(crate) fn label(&self) -> String {
        let id = self.project_id.as_ref().filter(|_| self.has_namesake);
        let id = id.map_or_else(String::new, |id| format!(" ({})", sanitize::visible(id)));
        self.plain_label() + &id
    }

    fn plain_label(&self) -> String {
        let Self { region, project_id, project_name, profile, .. } = self;
        let place = project_name.as_ref().or(region.as_ref()).or(project_id.as_ref());
        let parts = profile.iter().chain(place);
        let parts: Vec<_> = parts.map(|part| sanitize::visible(part)).collect();
        if parts.is_empty() { "the target".to_owned() } else { parts.join("/") }
    }

    /// Returns the tag of its rows.
    pub(super) fn tag(&self) -> TargetTag {
        TargetTag::new(
            self.region.as_deref(),
            self.project_id.as_deref(),
            self.project_name.as_deref(),
            self.profile.as_deref(),
        )
    }
}

impl Targets {
    /// Marks targets that share a label.
    fn mark_namesakes(&mut self) {
        let failed = self.failed.iter_mut().map(|failed| &mut failed.name);
        let names = self.readable.iter_mut().map(|target| &mut target.name).chain(failed);
        let mut names: Vec<_> = names.collect();
        let labels: Vec<_> = names.iter().map(|name| name.plain_label()).collect();
        for (index, name) in names.iter_mut().enumerate() {
            let is_same = |label: &&String| labels.get(index) == Some(*label);
            name.has_namesake = labels.iter().filter(is_same).count() > 1;
        }
    }
}

impl Target {
    fn new(name: TargetName, client: Client) -> Self {
        let name = TargetName { project_id: client.project_id(), ..name };
        Self { name, client: Arc::new(client) }
    }

    /// Returns the host that it is read from.
    pub(super) fn host(&self) -> String {
        self.client.endpoint().host()
    }
}

/// Names the targets that failed.
pub(super) fn named(failed: &[FailedTarget], all: usize) -> String {
    let labels: Vec<_> = failed.iter().map(|failed| failed.name.label()).collect();
    format!("{} of {all} targets failed: {}", labels.len(), labels.join(", "))
}

/// Returns the worst failure, with the names of all failed targets. The worst has the lowest exit
/// code, which a retry helps least. Its text stays in the list.
pub(super) fn worst(failed: &mut [FailedTarget], all: usize) -> Option<anyhow::Error> {
    let what = named(failed, all);
    // Suggests `--partial` if some targets can be read.
    let what = match failed.len() < all {
        true => what.replacen(" failed:", " failed, and --partial prints the others:", 1),
        false => what,
    };
    let tried = |failed: &&mut FailedTarget| !failed.is_not_tried();
    let code = |failed: &&mut FailedTarget| errors::exit_for(&failed.error).code();
    let worst = failed.iter_mut().filter(tried).min_by_key(code)?;
    let text = anyhow::anyhow!("{:#}", worst.error);
    Some(std::mem::replace(&mut worst.error, text).context(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn projects_of_one_name_have_their_ids() {
        let name = |profile: &str, name: &str, id: &str| TargetName {
            region: Some("eu-de".to_owned()),
            project_id: Some(id.to_owned()),
            project_name: Some(name.to_owned()).filter(|name| !name.is_empty()),
            profile: Some(profile.to_owned()).filter(|profile| !profile.is_empty()),
            ..TargetName::default()
        };
        let names = [
            name("", "eu-de", "1"),
            name("", "eu-de", "2"),
            name("prod", "eu-de", "3"),
            name("", "", "4"),
            name("", "eu-de_team", "5"),
        ];
        let failed = |name| FailedTarget { name, error: anyhow::anyhow!("x") };
        let mut targets = Targets::default();
        targets.failed.extend(names.map(failed));
        targets.mark_namesakes();
        let labels: Vec<_> = targets.failed.iter().map(|failed| failed.name.label()).collect();
        let expected = ["eu-de (1)", "eu-de (2)", "prod/eu-de", "eu-de (4)", "eu-de_team"];
        assert_eq!(labels, expected);
    }
}
