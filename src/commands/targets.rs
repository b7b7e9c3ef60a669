//! The targets of a run: what the flags name, with the projects that IAM lists, to one client each.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde::Serialize;
use tokio::task::JoinSet;

use super::settings::{Account, tell, warn_unchecked};
use crate::api::{ApiError, Client, ClientOptions, LOGIN, RequestLog};
use crate::auth::iam::{self, Cache, Sessions};
use crate::errors;
use crate::record::target::TargetTag;
use crate::settings::{
    AccountProject, ConnectionArgs, ConnectionError, Credentials, Project, Resolution, Skipped,
    TargetSpec, Trust, Wanted, clouds,
};
use crate::terminal::console::Console;
use crate::text::sanitize;

/// What a target is called.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub(crate) struct TargetName {
    pub(crate) region: Option<String>,
    pub(crate) project_id: Option<String>,
    pub(crate) project_name: Option<String>,
    pub(crate) profile: Option<String>,
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
    /// The flags name several, or leave their number to IAM.
    pub(super) are_several: bool,
}

/// A login that was not tried.
#[derive(Debug, thiserror::Error)]
#[error("not tried, since IAM refused this user before")]
struct NotTried;

impl FailedTarget {
    /// Returns true if only the failure of another target kept it from being tried.
    pub(super) fn is_not_tried(&self) -> bool {
        self.error.is::<NotTried>()
    }
}

/// A target whose settings are known.
struct Resolved {
    name: TargetName,
    resolution: Resolution,
    options: ClientOptions,
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
        Self { region, project_id, project_name, profile: spec.profile.clone() }
    }

    /// Returns the name for messages: the profile if there is one, and the project, region or id.
    pub(crate) fn label(&self) -> String {
        let Self { region, project_id, project_name, profile } = self;
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

/// Connects to the targets that the flags name.
///
/// # Errors
///
/// A setting is missing, invalid or contradictory, or the only target cannot be reached.
pub(super) async fn connect(
    args: &ConnectionArgs,
    console: &Console,
    log: &Arc<RequestLog>,
) -> anyhow::Result<Targets> {
    if !args.names_several() {
        args.check_single()?;
        return one(args, console, log).await;
    }
    let (sessions, mut told) = (Sessions::default(), BTreeSet::new());
    let wanted = args.wanted()?;
    let (mut targets, mut left_out) = (Targets::default(), Vec::new());
    let (mut resolved, mut specs) = (Vec::new(), Vec::new());
    for wanted in &wanted {
        let base = args.of_target(
            &TargetSpec { profile: wanted.profile.clone(), ..TargetSpec::default() },
            false,
        );
        let account = Account::open(&base, log).await?;
        let selected = match wanted.needs_projects() {
            false => wanted.specs()?,
            true => wanted.specs_of(&projects(wanted, args, &account, &sessions).await?)?,
        };
        let is_one_of_several = selected.specs.len() > 1;
        let mut of_account = Vec::new();
        for spec in &selected.specs {
            let (resolution, options) = account.resolve(&args.of_target(spec, is_one_of_several));
            for warning in &resolution.warnings {
                if told.insert(warning.clone()) {
                    console.warn(warning);
                }
            }
            if !wanted.needs_projects() {
                // The user named it, so that nothing else is sent before it is right.
                resolution.check()?;
            }
            let name = TargetName::of(spec, &resolution);
            of_account.push(Resolved { name, resolution, options });
        }
        check_account(&of_account)?;
        resolved.extend(of_account);
        targets.skipped.extend(selected.skipped);
        left_out.extend(selected.left_out);
        specs.extend(selected.specs);
    }
    wanted.iter().try_for_each(|it| it.check_exceptions(&left_out, &specs))?;
    if resolved.iter().any(|target| target.resolution.trust == Trust::Unchecked) {
        warn_unchecked(console);
    }
    targets.are_several = true;
    clients(resolved, &sessions, &mut targets).await;
    drop_repeated(&mut targets.readable, console);
    Ok(targets)
}

/// Connects to the only target.
async fn one(
    args: &ConnectionArgs,
    console: &Console,
    log: &Arc<RequestLog>,
) -> anyhow::Result<Targets> {
    let account = Account::open(args, log).await?;
    let (resolution, options) = account.resolve(args);
    tell(&resolution, console);
    let spec = TargetSpec { profile: args.profile.clone(), ..TargetSpec::default() };
    let name = TargetName::of(&spec, &resolution);
    let sessions = Sessions::default();
    let client = iam::connect(resolution, Cache::of_process(), &sessions, &options).await?;
    let readable = vec![Target::new(name, client)];
    Ok(Targets { readable, ..Targets::default() })
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

/// Requests the projects of an account, from each of its IAMs.
async fn projects(
    wanted: &Wanted,
    args: &ConnectionArgs,
    account: &Account,
    sessions: &Sessions,
) -> anyhow::Result<Vec<AccountProject>> {
    let mut projects: Vec<AccountProject> = Vec::new();
    let mut known = BTreeSet::new();
    let bases = wanted.bases();
    let resolved = bases.iter().map(|base| account.resolve(&args.of_target(base, true)));
    let resolved: Vec<_> = resolved.collect();
    let iam = |resolution: &Resolution| {
        let (iam, _) = resolution.iam.as_ref().ok()?;
        clouds::of_identity(&iam.host())
    };
    let regions =
        resolved.iter().map(|(resolution, _)| (resolution.region_name(), iam(resolution)));
    check_clouds(regions)?;
    for (resolution, options) in resolved {
        let (iam, _) = resolution.iam.clone()?;
        if !known.insert(iam.base().to_owned()) {
            continue;
        }
        for project in iam::projects(&resolution, sessions, &options).await? {
            if !projects.iter().any(|known| known.id == project.id) {
                projects.push(project);
            }
        }
    }
    Ok(projects)
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

/// Names the targets that failed.
pub(super) fn named(failed: &[FailedTarget], all: usize) -> String {
    let labels: Vec<_> = failed.iter().map(|failed| failed.name.label()).collect();
    format!("{} of {all} targets failed: {}", labels.len(), labels.join(", "))
}

/// Returns the worst of the failures, with the names of all: that of the lowest exit code, which a
/// retry helps least. Its text is left in its place.
pub(super) fn worst(failed: &mut [FailedTarget], all: usize) -> Option<anyhow::Error> {
    let what = named(failed, all);
    let tried = |failed: &&mut FailedTarget| !failed.is_not_tried();
    let code = |failed: &&mut FailedTarget| errors::exit_for(&failed.error).code();
    let worst = failed.iter_mut().filter(tried).min_by_key(code)?;
    let text = anyhow::anyhow!("{:#}", worst.error);
    Some(std::mem::replace(&mut worst.error, text).context(what))
}
