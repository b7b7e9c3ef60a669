//! From the flags to a client for each target: settings, projects of IAM, logins.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Instant;

use tokio::task::JoinSet;
use tokio::time::timeout;

use super::{FailedTarget, Target, TargetName, Targets};
use crate::api::{ApiError, ClientOptions, RequestLog};
use crate::auth::iam::{self, Cache, Sessions};
use crate::commands::settings::{Account, deadline, tell, warn_unchecked};
use crate::settings::{
    AccountProject, ConnectionArgs, ConnectionError, Credentials, ProjectScope, Resolution,
    Selected, TargetSpec, Trust, Wanted, regions,
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
    let connector =
        Connector { args, console, log, deadline: deadline(args), sessions: Sessions::default() };
    let mut accounts = Vec::with_capacity(wanted.len());
    let mut bases = Vec::new();
    for wanted in &wanted {
        let account = connector.open(wanted).await?;
        let of_account = wanted.bases();
        let resolved = of_account
            .iter()
            .map(|base| account.resolve(&args.of_target(base, ProjectScope::NotOfOthers)).0);
        bases.extend(resolved);
        accounts.push(account);
    }
    // Before anything is sent.
    check_credentials(bases.iter())?;
    let mut targets = Targets { are_several: true, ..Targets::default() };
    let (mut resolved, mut warned) = (Vec::new(), BTreeSet::new());
    let (mut left_out, mut specs) = (Vec::new(), Vec::new());
    for (wanted, account) in wanted.iter().zip(&accounts) {
        let (selected, of_account) = match connector.account(wanted, account, needs_names).await {
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
        for warning in warnings.filter(|warning| warned.insert((*warning).clone())) {
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
    if targets.failed.is_empty() {
        wanted.iter().try_for_each(|it| it.check_exceptions(&left_out, &specs))?;
    }
    if resolved.iter().any(|target| target.resolution.trust == Trust::Unchecked) {
        warn_unchecked(console);
    }
    check_credentials(resolved.iter().map(|target| &target.resolution))?;
    clients(resolved, &connector, &mut targets).await;
    drop_repeated(&mut targets.readable, console);
    targets.mark_namesakes();
    Ok(targets)
}

/// Finds the targets of each account; they share deadline, log and logins.
struct Connector<'a> {
    args: &'a ConnectionArgs,
    console: &'a Console,
    log: &'a Arc<RequestLog>,
    deadline: Option<Instant>,
    sessions: Sessions,
}

impl Connector<'_> {
    /// Opens the account of a profile.
    async fn open(&self, wanted: &Wanted) -> anyhow::Result<Account> {
        let base = TargetSpec { profile: wanted.profile.clone(), ..TargetSpec::default() };
        let base = self.args.of_target(&base, ProjectScope::Any);
        Account::open(&base, self.deadline, self.log).await
    }

    /// Returns the targets of one account, with their settings.
    async fn account(
        &self,
        wanted: &Wanted,
        account: &Account,
        needs_names: bool,
    ) -> anyhow::Result<(Selected, Vec<Resolved>)> {
        let args = self.args;
        let selected = match wanted.needs_projects() {
            false => wanted.specs()?,
            true => wanted.specs_of(&self.projects(wanted, account).await?)?,
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
                // The user named this target: an invalid setting fails before any request.
                resolution.check()?;
            }
            let name = TargetName::of(spec, &resolution);
            let mut target = Resolved { name, resolution, options };
            if needs_names {
                target.find_name(&self.sessions, self.console).await?;
            }
            resolved.push(target);
        }
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
    ///
    /// # Errors
    ///
    /// IAM refuses the user, who must not log in again.
    async fn find_name(&mut self, sessions: &Sessions, console: &Console) -> anyhow::Result<()> {
        let Some(id) = self.name.project_id.as_ref().filter(|_| self.name.project_name.is_none())
        else {
            return Ok(());
        };
        let logs_in = matches!(self.resolution.credentials, Ok((Credentials::Password(_), _)));
        match iam::projects(&self.resolution, sessions, &self.options).await {
            Ok(projects) => {
                let project = projects.into_iter().find(|project| project.id == *id);
                self.name.project_name = project.map(|project| project.name);
            }
            Err(error) if logs_in => return Err(error),
            Err(error) => console.warn(&format!("the name of the project is missing: {error:#}")),
        }
        Ok(())
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
        target.find_name(&sessions, console).await?;
    }
    let Resolved { name, resolution, options } = target;
    let client = iam::connect(resolution, Cache::of_process(), &sessions, &options).await?;
    let readable = vec![Target::new(name, client)];
    Ok(Targets { readable, ..Targets::default() })
}

/// Checks that no credentials are for several clouds, and no token for several projects, whatever
/// profile or entry of a group they are from.
///
/// # Errors
///
/// Names the regions or the source of the token.
fn check_credentials<'a>(
    resolutions: impl Iterator<Item = &'a Resolution>,
) -> Result<(), ConnectionError> {
    let mut users: Vec<(&Credentials, Vec<&Resolution>)> = Vec::new();
    for resolution in resolutions {
        let Ok((credentials, _)) = &resolution.credentials else { continue };
        match users.iter_mut().find(|(known, _)| *known == credentials) {
            Some((_, targets)) => targets.push(resolution),
            None => users.push((credentials, vec![resolution])),
        }
    }
    for (credentials, targets) in users {
        if let (Credentials::Token(_), [first, _, ..]) = (credentials, targets.as_slice()) {
            let source = first.credentials.as_ref().map_or("", |(_, source)| source.as_str());
            return Err(iam::one_project(source));
        }
        check_clouds(targets.iter().map(|it| (it.region_name(), cloud(it))))?;
    }
    Ok(())
}

/// Returns the cloud of an endpoint that follows from the region; one that the user wrote is for
/// these credentials. Without an endpoint, that of IAM.
fn cloud(resolution: &Resolution) -> Option<&'static str> {
    match &resolution.endpoint {
        Ok(found) if found.is_derived => regions::of_service(&found.endpoint.host()),
        Ok(_) => None,
        Err(_) => regions::of_identity(&resolution.iam.as_ref().ok()?.0.host()),
    }
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
async fn clients(resolved: Vec<Resolved>, connector: &Connector<'_>, targets: &mut Targets) {
    let patience = connector.args.targets.target_timeout;
    let mut tasks = JoinSet::new();
    let mut connected = Vec::new();
    for (index, Resolved { name, resolution, options }) in resolved.into_iter().enumerate() {
        let logs_in = matches!(resolution.credentials, Ok((Credentials::Password(_), _)));
        let sessions = connector.sessions.clone();
        let connect = async move {
            let connect = iam::connect(resolution, Cache::of_process(), &sessions, &options);
            match patience {
                None => connect.await,
                Some(patience) => {
                    timeout(patience, connect).await.unwrap_or(Err(ApiError::TimedOut.into()))
                }
            }
        };
        match logs_in {
            true => connected.push((index, name, connect.await)),
            false => drop(tasks.spawn(async move { (index, name, connect.await) })),
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

/// Drops duplicate targets, with a warning.
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
