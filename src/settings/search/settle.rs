//! The end of the search: each setting from the nearest source that has it, and what to say where
//! nobody has credentials.

use super::files::{Files, written};
use super::found::Found;
use super::{EndpointError, Resolution, ResolvedEndpoint};
use crate::settings::home::Home;
use crate::settings::project::Project;
use crate::settings::source::{Source, SourceStatus, State};
use crate::settings::{ConnectionError, Environment, Setting, Trust, identity, metadata, region};

impl Found<'_> {
    /// Takes each setting from the nearest source that has it.
    pub(super) fn settle<F: FnOnce() -> Home>(
        self,
        insecure: bool,
        files: &Files<'_, F>,
    ) -> Resolution {
        let region = self.sources.iter().find_map(|source| source.region.clone());
        let credentials = self.decided.clone().unwrap_or_else(|| {
            Err(no_credentials(&self.looks, self.environment, region.is_some()))
        });
        let lenders = || self.sources.iter().filter(|source| source.shares_project);
        let lent = |setting: fn(&Source) -> Option<&Setting>| lenders().find_map(setting);
        let iam = lent(|source| source.iam.as_ref());
        let cloud = lent(|source| source.cloud.as_ref()).or_else(|| self.others_cloud());
        // An endpoint overrides a region, as an address of IAM does: half of each would be two
        // clouds.
        let named = lent(|source| source.endpoint.as_ref()).map(written);
        let mut sources = self.sources.iter();
        let endpoint = named.or_else(|| {
            sources.find_map(|source| match (&source.endpoint, &source.region) {
                (Some(endpoint), _) => Some(written(endpoint)),
                (None, Some(region)) => Some(files.endpoint_of(region, cloud, iam)),
                (None, None) => None,
            })
        });
        let endpoint = endpoint.unwrap_or_else(|| {
            let hint = "give --region (such as --region eu-de), or set CBR_REGION";
            Err(EndpointError { error: ConnectionError::new("no region", hint), is_open: true })
        });
        let conflict = endpoint.as_ref().ok().and_then(|place| self.conflict(place));
        let endpoint = conflict.map_or(endpoint, |error| Err(error.into()));
        let project = Project::new(
            lent(|source| source.project_id.as_ref()).cloned(),
            lent(|source| source.project_name.as_ref()).cloned(),
            region.as_ref(),
            credentials.as_ref().ok().map(|(credentials, _)| credentials),
        );
        let iam = match (iam, &endpoint) {
            (Some(iam), _) => identity::at(iam),
            // A service on this machine is none of the region's: its keys are not for the region's
            // IAM.
            (None, Ok(place)) if place.endpoint.is_loopback() => {
                Err(identity::unknown("the endpoint is on this machine"))
            }
            (None, _) => identity::of_region(region.as_ref(), cloud),
        };
        let ca_file = self.sources.iter().find_map(|source| source.ca_file.clone());
        let trust = Trust::new(insecure, ca_file, files.environment);
        let Self { to_ask, looks, warnings, .. } = self;
        Resolution { credentials, region, project, endpoint, iam, trust, to_ask, looks, warnings }
    }

    /// Returns an error if a region from a source of higher precedence than the endpoint's leads to
    /// another host. The region of a server is no choice of its user.
    fn conflict(&self, place: &ResolvedEndpoint) -> Option<ConnectionError> {
        let of = |is_its: &dyn Fn(&Source) -> bool| self.sources.iter().position(is_its);
        let region = of(&|source| source.region.is_some())?;
        let endpoint = of(&|source| {
            source.endpoint.as_ref().is_some_and(|endpoint| endpoint.origin == place.origin)
        })?;
        let Setting { origin, value } = self.sources.get(region)?.region.as_ref()?;
        let host = region::host(value).filter(|_| origin != metadata::NAME)?;
        (region < endpoint && host != place.endpoint.host()).then(|| {
            let (other, base) = (&place.origin, place.endpoint.base());
            ConnectionError::new(
                format!("{origin} {value} leads to {host}, but {other} is {base}"),
                "leave one of them out, or give both as flags",
            )
        })
    }

    /// The domain of a cloud that goes with the keys of another tool: it is that of the region
    /// beside it, and of one that is not known here, and says nothing of a region that is.
    fn others_cloud(&self) -> Option<&Setting> {
        let region = self.sources.iter().find_map(|source| source.region.as_ref())?;
        let is_its = |source: &&Source| source.region.as_ref() == Some(region);
        let is_open = region::host(&region.value).is_none();
        let mut sources = self.sources.iter().filter(|source| is_open || is_its(source));
        sources.find_map(|source| source.cloud.as_ref())
    }
}

/// Says of every source why it gave nothing: whoever has set one of them up sees which.
fn no_credentials(
    looks: &[SourceStatus],
    environment: &Environment,
    has_region: bool,
) -> ConnectionError {
    let with_reason = |look: &SourceStatus| match &look.reason {
        Some(reason) => format!("{} ({reason})", look.source),
        None => look.source.clone(),
    };
    let of = |state: State| looks.iter().filter(move |look| look.state == state);
    let not_set: Vec<_> = of(State::NotSet).map(with_reason).collect();
    let mut message = format!("no credentials; not set: {}", not_set.join(", "));
    for look in of(State::PassedOver) {
        message.push_str(&format!("; passed over: {}", with_reason(look)));
    }
    for look in of(State::WouldBeAsked) {
        message.push_str(&format!("; {} would be asked", look.source));
    }
    ConnectionError::new(message, shortest_way(environment, has_region))
}

/// What to do where there is nothing yet: all that a listing needs, since IAM knows the project of
/// a region.
fn shortest_way(environment: &Environment, has_region: bool) -> String {
    let (access_key, secret_key) = ("HUAWEICLOUD_ACCESS_KEY_ID", "HUAWEICLOUD_SECRET_ACCESS_KEY");
    if environment.get(access_key).is_some() {
        return format!(
            "{access_key} is another tool's, which cbr does not take: export \
             CBR_ACCESS_KEY=\"${access_key}\" CBR_SECRET_KEY=\"${secret_key}\"{}",
            if has_region { "" } else { ", and CBR_REGION (such as eu-de)" }
        );
    }
    let variables = if has_region {
        "CBR_ACCESS_KEY and CBR_SECRET_KEY"
    } else {
        "CBR_ACCESS_KEY, CBR_SECRET_KEY and CBR_REGION (such as eu-de)"
    };
    format!(
        "export {variables}, or write them down with cbr config set; or try it without an account: \
         cbr sandbox -- backups list"
    )
}
