//! From the flags to a client for each target: settings, projects of IAM, logins.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;

use super::{FailedTarget, NotTried, Target, TargetName, Targets};
use crate::api::{ApiError, ClientOptions, LOGIN, RequestLog};
use crate::auth::iam::{self, Cache, Sessions};
use crate::commands::settings::{Account, deadline, tell, warn_unchecked};
use crate::settings::{
    AccountProject, ConnectionArgs, ConnectionError, Credentials, ProjectScope, Resolution,
    Selected, TargetSpec, Trust, Wanted, clouds,
};
use crate::terminal::console::Console;
use crate::text::sanitize;

/// A target whose settings are known.
struct Resolved {
    name: TargetName,
    resolution: Resolution,
    options: ClientOptions,
}

/// Connects to the targets that the flags name. `needs_names` requests the names of projects that
/// are known by their ids.
///
/// # Errors
///
/// A setting is missing, invalid or contradictory, or the only target cannot be reached.
pub(in crate::commands) async fn connect(
    args: &ConnectionArgs,
    needs_names: bool,
    console: &Console,
    log: &Arc<RequestLog>,
) -> anyhow::Result<Targets> {
    if !args.names_several() {
        args.check_single()?;
        return one(args, needs_names, console, log).await;
    }
    let wanted = args.wanted()?;
    let run = Run { args, console, log, deadline: deadline(args), sessions: Sessions::default() };
    let mut targets = Targets { are_several: true, ..Targets::default() };
    let (mut resolved, mut told) = (Vec::new(), BTreeSet::new());
    let (mut left_out, mut specs) = (Vec::new(), Vec::new());
    for wanted in &wanted {
        let (selected, of_account) = match run.account(wanted, needs_names).await {
            Ok(found) => found,
            // The projects of this account are not known; those of the others are.
            Err(error) if args.targets.partial && !error.is::<ConnectionError>() => {
                let name = TargetName { profile: wanted.profile.clone(), ..TargetName::default() };
                targets.failed.push(FailedTarget { name, error });
                continue;
            }
            Err(error) => return Err(error),
        };
        let warnings = of_account.iter().flat_map(|target| &target.resolution.warnings);
        for warning in warnings.filter(|warning| told.insert((*warning).clone())) {
            console.warn(warning);
        }
        resolved.extend(of_account);
        targets.skipped.extend(selected.skipped);
        left_out.extend(selected.left_out);
        specs.extend(selected.specs);
    }
    let beside_main = targets.skipped.iter().filter(|skipped| skipped.is_beside_main());
    let names: Vec<_> =
        beside_main.map(|skipped| sanitize::visible(&skipped.project.name)).collect();
    if !names.is_empty() {
        console.warn(&format!(
            "only the main project of each region is read, without {}; --all-projects reads all",
            names.join(", ")
        ));
    }
    wanted.iter().try_for_each(|it| it.check_exceptions(&left_out, &specs))?;
    if resolved.iter().any(|target| target.resolution.trust == Trust::Unchecked) {
        warn_unchecked(console);
    }
    clients(resolved, &run.sessions, &mut targets).await;
    drop_repeated(&mut targets.readable, console);
    Ok(targets)
}

/// What the targets of a run share.
struct Run<'a> {
    args: &'a ConnectionArgs,
    console: &'a Console,
    log: &'a Arc<RequestLog>,
    deadline: Option<Instant>,
    sessions: Sessions,
}

impl Run<'_> {
    /// Returns the targets of one account, with their settings.
    async fn account(
        &self,
        wanted: &Wanted,
        needs_names: bool,
    ) -> anyhow::Result<(Selected, Vec<Resolved>)> {
        let args = self.args;
        let base = TargetSpec { profile: wanted.profile.clone(), ..TargetSpec::default() };
        let base = args.of_target(&base, ProjectScope::Any);
        let account = Account::open(&base, self.deadline, self.log).await?;
        let selected = match wanted.needs_projects() {
            false => wanted.specs()?,
            true => wanted.specs_of(&self.projects(wanted, &account).await?)?,
        };
        let scope = match selected.specs.as_slice() {
            [_] if args.targets.group.is_some() => ProjectScope::NotOfOthers,
            [] | [_] => ProjectScope::Any,
            _ => ProjectScope::OfRegion,
        };
        let mut resolved = Vec::with_capacity(selected.specs.len());
        for spec in &selected.specs {
            let (resolution, options) = account.resolve(&args.of_target(spec, scope));
            if !wanted.needs_projects() {
                // The user named it, so that nothing else is sent before it is right.
                resolution.check()?;
            }
            let name = TargetName::of(spec, &resolution);
            let mut target = Resolved { name, resolution, options };
            if needs_names {
                target.find_name(&self.sessions, self.console).await;
            }
            resolved.push(target);
        }
        check_account(&resolved)?;
        Ok((selected, resolved))
    }

    /// Requests the projects of an account, from each of its IAMs.
    async fn projects(
        &self,
        wanted: &Wanted,
        account: &Account,
    ) -> anyhow::Result<Vec<AccountProject>> {
        let bases = wanted.bases();
        let resolved = bases
            .iter()
            .map(|base| account.resolve(&self.args.of_target(base, ProjectScope::OfRegion)));
        let resolved: Vec<_> = resolved.collect();
        let cloud = |resolution: &Resolution| {
            let (iam, _) = resolution.iam.as_ref().ok()?;
            clouds::of_identity(&iam.host())
        };
        let regions = resolved.iter().map(|(it, _)| (it.region_name(), cloud(it)));
        check_clouds(regions)?;
        let mut projects: Vec<AccountProject> = Vec::new();
        let mut known = BTreeSet::new();
        for (resolution, options) in resolved {
            let (iam, _) = resolution.iam.clone()?;
            if !known.insert(iam.base().to_owned()) {
                continue;
            }
            for project in iam::projects(&resolution, &self.sessions, &options).await? {
                if !projects.iter().any(|known| known.id == project.id) {
                    projects.push(project);
                }
            }
        }
        Ok(projects)
    }
}

impl Resolved {
    /// Requests the name of the project, if only its id is known. Without it, a column is empty.
    async fn find_name(&mut self, sessions: &Sessions, console: &Console) {
        let Some(id) = self.name.project_id.as_ref().filter(|_| self.name.project_name.is_none())
        else {
            return;
        };
        match iam::projects(&self.resolution, sessions, &self.options).await {
            Ok(projects) => {
                let project = projects.into_iter().find(|project| project.id == *id);
                self.name.project_name = project.map(|project| project.name);
            }
            Err(error) => console.warn(&format!("the name of the project is missing: {error:#}")),
        }
    }
}

/// Connects to the only target.
async fn one(
    args: &ConnectionArgs,
    needs_names: bool,
    console: &Console,
    log: &Arc<RequestLog>,
) -> anyhow::Result<Targets> {
    let account = Account::open(args, deadline(args), log).await?;
    let (resolution, options) = account.resolve(args);
    tell(&resolution, console);
    let spec = TargetSpec { profile: args.profile.clone(), ..TargetSpec::default() };
    let name = TargetName::of(&spec, &resolution);
    let mut target = Resolved { name, resolution, options };
    let sessions = Sessions::default();
    if needs_names {
        target.find_name(&sessions, console).await;
    }
    let Resolved { name, resolution, options } = target;
    let client = iam::connect(resolution, Cache::of_process(), &sessions, &options).await?;
    let readable = vec![Target::new(name, client)];
    Ok(Targets { readable, ..Targets::default() })
}

/// Checks that the credentials of an account are for all of its targets.
///
/// # Errors
///
/// A token would be used for several projects, or a key for several clouds.
fn check_account(targets: &[Resolved]) -> Result<(), ConnectionError> {
    let [first, others @ ..] = targets else { return Ok(()) };
    if let Ok((Credentials::Token(_), source)) = &first.resolution.credentials
        && !others.is_empty()
    {
        return Err(iam::one_project(source));
    }
    // An endpoint that the user wrote is for these credentials.
    let cloud = |target: &Resolved| {
        let found = target.resolution.endpoint.as_ref().ok().filter(|found| found.is_made)?;
        clouds::of_service(&found.endpoint.host())
    };
    check_clouds(targets.iter().map(|target| (target.resolution.region_name(), cloud(target))))
}

/// Checks that these regions are of one cloud, as far as that is known: a key is for one cloud.
fn check_clouds<'a>(
    regions: impl Iterator<Item = (&'a str, Option<&'static str>)>,
) -> Result<(), ConnectionError> {
    let mut regions = regions.filter_map(|(region, cloud)| Some((region, cloud?)));
    let Some((one, cloud)) = regions.next() else { return Ok(()) };
    match regions.find(|(_, other)| *other != cloud) {
        None => Ok(()),
        Some((other, other_cloud)) => Err(ConnectionError::new(
            format!(
                "{one} is a region of {cloud} and {other} one of {other_cloud}: the same \
                 credentials are not sent to both",
            ),
            "use a profile for each cloud, and give both with --profile or --group",
        )),
    }
}

/// Connects to each target. Logins are one at a time, and end with the first that IAM refuses: a
/// few failures lock the user.
async fn clients(resolved: Vec<Resolved>, sessions: &Sessions, targets: &mut Targets) {
    let mut refused: Vec<Credentials> = Vec::new();
    let mut tasks = JoinSet::new();
    let mut connected = Vec::new();
    for (index, Resolved { name, resolution, options }) in resolved.into_iter().enumerate() {
        let credentials = resolution.credentials.as_ref().ok().map(|(found, _)| found.clone());
        let sessions = sessions.clone();
        let connect =
            async move { iam::connect(resolution, Cache::of_process(), &sessions, &options).await };
        match credentials {
            Some(login @ Credentials::Password(_)) => {
                let client =
                    if refused.contains(&login) { Err(NotTried.into()) } else { connect.await };
                if client.as_ref().is_err_and(is_refused_login) {
                    refused.push(login);
                }
                connected.push((index, name, client));
            }
            _ => drop(tasks.spawn(async move { (index, name, connect.await) })),
        }
    }
    while let Some(done) = tasks.join_next().await {
        connected.extend(done);
    }
    connected.sort_by_key(|(index, ..)| *index);
    for (_, name, client) in connected {
        match client {
            Ok(client) => targets.readable.push(Target::new(name, client)),
            Err(error) => targets.failed.push(FailedTarget { name, error }),
        }
    }
}

/// Returns true if IAM refused a login.
fn is_refused_login(error: &anyhow::Error) -> bool {
    matches!(
        error.downcast_ref(),
        Some(ApiError::Identity { doing: LOGIN, fault, .. }) if fault.refusal().is_some()
    )
}

/// Drops targets that others read already, with a warning.
fn drop_repeated(targets: &mut Vec<Target>, console: &Console) {
    let mut known: Vec<(String, Option<String>, String)> = Vec::new();
    targets.retain(|target| {
        let (base, id) = (target.client.endpoint().base(), target.name.project_id.clone());
        let earlier = known.iter().find(|(other, other_id, _)| other == base && *other_id == id);
        if let Some((_, _, earlier)) = earlier {
            let label = target.name.label();
            console.warn(&format!("{label} is the same project as {earlier}: it is read once"));
            return false;
        }
        known.push((base.to_owned(), id, target.name.label()));
        true
    });
}
