//! Resolves each setting from the lookups. Reads nothing and sends nothing.

use super::Resolution;
use super::endpoint::{
    ResolvedEndpoint, contradiction, further_region, identity, resolve_endpoint,
};
use super::facts::Facts;
use super::region::Region;
use crate::settings::credentials::Credentials;
use crate::settings::endpoint::{has_placeholder, with_region};
use crate::settings::lookup::{Lookup, Outcome};
use crate::settings::metadata;
use crate::settings::project::Project;
use crate::settings::source::{Source, SourceStatus, State, shared};
use crate::settings::{
    ConnectionError, Environment, MetadataAddress, ProjectScope, Setting, Trust, regions,
};

/// Resolves each setting. `lookups` are in the order of credentials; `warnings` precede those of
/// the sources.
pub(super) fn resolve(
    mut lookups: Vec<Lookup>,
    warnings: Vec<String>,
    facts: &Facts<'_>,
) -> Resolution {
    let Decision { credentials, decider, metadata_to_request, statuses, mut warnings } =
        decide(&lookups, warnings);
    // The settings beside the credentials belong to the same account. Beside incomplete ones, they
    // apply once these are fixed.
    if let Some(lookup) = decider.and_then(|index| lookups.get_mut(index)) {
        lookup.source.shares_project = true;
    }
    let by = credentials.as_ref().and_then(|found| Some(found.as_ref().ok()?.1.clone()));
    let unused = unused_region(&mut lookups).zip(by);
    lookups.sort_by_key(|lookup| lookup.rank);
    let found = Region::find(&lookups);
    let mut sources: Vec<_> = lookups.into_iter().map(|lookup| lookup.source).collect();
    let follows =
        |source: &Source| source.endpoint.as_ref().filter(|it| has_placeholder(it)).cloned();
    let following: Vec<_> = sources.iter().filter_map(follows).collect();
    for source in &mut sources {
        for address in [&mut source.endpoint, &mut source.iam].into_iter().flatten() {
            with_region(address, found.as_ref().map(|found| &found.setting));
        }
    }

    let region = found.as_ref().map(|found| found.setting.clone());
    let unclear = keep_own_project(&mut sources, region.as_ref(), facts.project_scope);
    let credentials = credentials
        .unwrap_or_else(|| Err(no_credentials(&statuses, facts.environment, region.is_some())));
    let project = Project::new(
        shared(&sources, |source| source.project_id.as_ref()).cloned(),
        shared(&sources, |source| source.project_name.as_ref()).cloned(),
        region.as_ref(),
        credentials.as_ref().ok().map(|(credentials, _)| credentials),
    );
    let project = unclear.map_or(project, Err);
    let endpoint = resolve_endpoint(&sources, found.as_ref(), facts).map_err(|error| match unused
        .filter(|_| found.is_none())
    {
        Some((profile, by)) if error.is_open => error.beside_unused(&profile, &by),
        _ => error,
    });
    let iam = identity(&sources, region.as_ref(), endpoint.as_ref().ok());
    // An address with {region} in it contradicts no region.
    let follows = |found: &&ResolvedEndpoint| following.iter().any(|it| it.origin == found.origin);
    let written = endpoint.as_ref().ok().filter(|found| !follows(found));
    let conflict = written.and_then(|found| contradiction(&sources, found));
    let endpoint = conflict.map_or(endpoint, |error| Err(error.into()));
    let further = endpoint.as_ref().ok().zip(region.as_ref());
    warnings.extend(further.and_then(|(endpoint, region)| further_region(endpoint, region)));
    let endpoint = match &region {
        Some(Setting { origin, value }) if value.contains([',', '*', '?', '[']) => {
            let hint = "give several with --region, or save them as a group: cbr help targets";
            let message = format!("{origin}: `{}` is not one region", value.escape_debug());
            Err(ConnectionError::new(message, hint).into())
        }
        _ => endpoint,
    };
    let ca_file = sources.iter().find_map(|source| source.ca_file.clone());
    let trust = Trust::new(facts.insecure, ca_file, facts.environment);
    let region_is_implied = found.is_some_and(|found| found.is_implied);
    Resolution {
        credentials,
        region,
        region_is_implied,
        project,
        endpoint,
        iam,
        trust,
        metadata_to_request,
        statuses,
        warnings,
    }
}

/// Drops the projects that belong to another region. Returns an error for a project whose region is
/// unknown, if there are several.
fn keep_own_project(
    sources: &mut [Source],
    region: Option<&Setting>,
    scope: ProjectScope,
) -> Option<ConnectionError> {
    let region = &region?.value;
    let mut unclear = None;
    for source in sources.iter_mut() {
        let own = source.region.as_ref().map(|own| own.value == *region);
        let applies = match scope {
            ProjectScope::Any => true,
            ProjectScope::NotOfOthers => own != Some(false),
            ProjectScope::OfRegion => own == Some(true),
        };
        if !applies {
            if let (Some(id), None) = (source.project_id.take(), own) {
                unclear.get_or_insert(ConnectionError::new(
                    format!("{} names one project, and there are several regions", id.origin),
                    "unset it to read the main project of each region, or use --all-projects",
                ));
            }
            let is_here = |name: &Setting| regions::region_in(&name.value) == Some(region.as_str());
            source.project_name = source.project_name.take().filter(is_here);
        }
    }
    unclear
}

/// Removes region and endpoint of a profile whose credentials are not used: the keys of another
/// source may belong to another account, which uses another region. Returns the name of the profile
/// if it has a region.
fn unused_region(lookups: &mut [Lookup]) -> Option<String> {
    let is_unused = |lookup: &&mut Lookup| matches!(lookup.outcome, Outcome::Outranked);
    let source = &mut lookups.iter_mut().find(is_unused)?.source;
    source.endpoint = None;
    source.region.take().map(|_| source.name.clone())
}

/// Source of the credentials.
struct Decision {
    /// Credentials with the name of their source; `None` if no source decides.
    credentials: Option<Result<(Credentials, String), ConnectionError>>,
    /// Index of the source that decides.
    decider: Option<usize>,
    metadata_to_request: Option<MetadataAddress>,
    statuses: Vec<SourceStatus>,
    warnings: Vec<String>,
}

/// Decides which source gives the credentials, with the status of each source.
fn decide(lookups: &[Lookup], mut warnings: Vec<String>) -> Decision {
    let mut decided: Option<(usize, Result<(Credentials, String), ConnectionError>)> = None;
    let (mut metadata_to_request, mut statuses) = (None, Vec::new());
    for (index, Lookup { source, outcome, .. }) in lookups.iter().enumerate() {
        let name = &source.name;
        warnings.extend_from_slice(&source.warnings);
        let skipped = |why: String| SourceStatus::because(name, State::Skipped, why);
        let status = match (outcome, decided.as_ref().map(|(_, credentials)| credentials)) {
            (Outcome::Unlisted, _) => continue,
            (Outcome::NotOpened, _) => SourceStatus::new(name, State::NotRead),
            (Outcome::NotSet(None), _) => SourceStatus::new(name, State::NotSet),
            (Outcome::NotSet(Some(why)), _) => SourceStatus::because(name, State::NotSet, why),
            (Outcome::Skipped(why), _) => skipped(why.clone()),
            (Outcome::Ambiguous(error), None) => {
                decided = Some((index, Err(error.clone())));
                continue;
            }
            (Outcome::Ambiguous(_), Some(_)) => continue,
            (Outcome::Found(found), None) => {
                warnings.extend_from_slice(&source.cautions);
                decided = Some((index, Ok((found.clone(), name.clone()))));
                SourceStatus::new(name, State::Used)
            }
            (Outcome::Found(found), Some(Ok((used, by)))) if found == used => {
                skipped(format!("the same as in {by}"))
            }
            (Outcome::Found(_), Some(Ok((_, by)))) => {
                warnings.push(format!(
                    "{by} and {name} hold different credentials; those of {by} are used"
                ));
                skipped(format!("{by} takes precedence"))
            }
            (Outcome::Outranked, Some(Ok((_, by)))) => skipped(format!("{by} takes precedence")),
            (Outcome::Found(_) | Outcome::Outranked, _) => {
                skipped("an earlier source is incomplete".to_owned())
            }
            (Outcome::Missing(error), _) | (Outcome::Invalid(error), None) => {
                decided = Some((index, Err(error.clone())));
                skipped(reason(error, name))
            }
            (Outcome::Invalid(error), Some(_)) => skipped(reason(error, name)),
            (Outcome::Pending { address, referral: None }, _) => {
                metadata_to_request = Some(address.clone());
                SourceStatus::new(name, State::NotRequested)
            }
            (Outcome::Pending { address, referral: Some(why) }, _) => {
                metadata_to_request = Some(address.clone());
                let error = ConnectionError::new(
                    format!("{name}: {} would be requested", metadata::NAME),
                    "commands that send requests use it; cbr auth check reports whether it answers",
                );
                decided = Some((index, Err(error)));
                SourceStatus::because(name, State::NotRequested, *why)
            }
        };
        statuses.push(status);
    }
    let (decider, credentials) = decided.unzip();
    Decision { credentials, decider, metadata_to_request, statuses, warnings }
}

/// Returns the message of an error without the name of the source, which the status shows already.
fn reason(error: &ConnectionError, name: &str) -> String {
    let message = error.to_string();
    let rest = message.strip_prefix(name).and_then(|rest| rest.strip_prefix([':', ',']));
    rest.map_or(message.as_str(), str::trim_start).to_owned()
}

/// Returns the error for no credentials at all, with the reason of each source.
fn no_credentials(
    statuses: &[SourceStatus],
    environment: &Environment,
    has_region: bool,
) -> ConnectionError {
    let with_reason = |status: &SourceStatus| match &status.reason {
        Some(reason) => format!("{} ({reason})", status.source),
        None => status.source.clone(),
    };
    let of = |state: State| statuses.iter().filter(move |status| status.state == state);
    let not_set: Vec<_> = of(State::NotSet).map(with_reason).collect();
    let mut message = format!("no credentials; not set: {}", not_set.join(", "));
    for status in of(State::Skipped) {
        message.push_str(&format!("; skipped: {}", with_reason(status)));
    }
    for status in of(State::NotRequested) {
        message.push_str(&format!("; {} would be requested", status.source));
    }
    ConnectionError::new(message, quickest_remedy(environment, has_region))
}

/// Access keys of other tools that `cbr` does not read, each with its secret key.
const UNREAD_KEYS: [(&str, &str); 3] = [
    ("HUAWEICLOUD_ACCESS_KEY_ID", "HUAWEICLOUD_SECRET_ACCESS_KEY"),
    ("HUAWEICLOUD_ACCESS_KEY", "HUAWEICLOUD_SECRET_KEY"),
    ("HUAWEI_ACCESS_KEY", "HUAWEI_SECRET_KEY"),
];

/// Returns the minimum settings as a hint. The project is not needed: IAM knows that of a region.
fn quickest_remedy(environment: &Environment, has_region: bool) -> String {
    let unread = UNREAD_KEYS.iter().find(|(access_key, _)| environment.get(access_key).is_some());
    if let Some((access_key, secret_key)) = unread {
        return format!(
            "{access_key} belongs to another tool, and cbr does not read it: export \
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
        "export {variables}, or save them with cbr config set; or try it without an account: cbr \
         sandbox -- backups list"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::lookup::Rank;
    use crate::text::secret::Secret;

    fn token(name: &str) -> Outcome {
        Outcome::Found(Credentials::Token(Secret::new(name.to_owned())))
    }

    fn error(name: &str) -> ConnectionError {
        ConnectionError::new(format!("{name}: wrong"), "fix it")
    }

    /// A source with a region and a project of its own name.
    fn lookup(name: &str, outcome: Outcome, rank: Rank) -> Lookup {
        let setting = || Some(Setting::new(name, name));
        let (region, project_id) = (setting(), setting());
        Lookup { source: Source { region, project_id, ..Source::named(name) }, outcome, rank }
    }

    #[test]
    fn the_first_source_decides_the_credentials_and_the_rank_the_rest() {
        use {Outcome as O, Rank as R};
        let a = |outcome, rank| lookup("a", outcome, rank);
        let b = |outcome, rank| lookup("b", outcome, rank);
        // Credentials or the error, region, project.
        let cases = [
            (vec![a(token("x"), R::Others), b(token("y"), R::Others)], ["a", "a", "a"]),
            (vec![a(O::NotSet(None), R::Others), b(token("y"), R::Others)], ["b", "a", "b"]),
            (
                vec![a(O::Skipped(String::new()), R::Others), b(token("y"), R::Flags)],
                ["b", "b", "b"],
            ),
            // A later source of a higher rank gives the region, and never the project.
            (vec![a(token("x"), R::Others), b(O::NotSet(None), R::OwnProfile)], ["a", "b", "a"]),
            (
                vec![a(O::Invalid(error("a")), R::Others), b(token("y"), R::Others)],
                ["a: wrong", "a", "a"],
            ),
            (vec![a(token("x"), R::Others), b(O::Invalid(error("b")), R::Others)], ["a", "a", "a"]),
            (
                vec![a(token("x"), R::Flags), b(O::Missing(error("b")), R::Selected)],
                ["b: wrong", "a", "b"],
            ),
            (
                vec![a(O::Ambiguous(error("a")), R::Others), b(O::NotOpened, R::Others)],
                ["a: wrong", "a", "a"],
            ),
        ];
        let environment = Environment::with(&[]);
        let named_endpoint = |_: &str| Ok(None);
        let facts = Facts {
            environment: &environment,
            insecure: false,
            project_scope: ProjectScope::Any,
            named_endpoint: &named_endpoint,
        };
        for (number, (lookups, expected)) in cases.into_iter().enumerate() {
            let found = resolve(lookups, Vec::new(), &facts);
            let credentials = match found.credentials {
                Ok((_, source)) => source,
                Err(error) => error.to_string(),
            };
            let Ok(Project::Id(project)) = found.project else { panic!("case {number}") };
            let region = found.region.unwrap().origin;
            assert_eq!([credentials, region, project.origin], expected, "case {number}");
        }
    }
}
