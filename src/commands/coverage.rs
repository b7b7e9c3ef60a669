//! `cbr backups coverage`: which resources have no recent usable backup.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::Context as _;
use futures_util::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use super::cut::Cut;
use super::read::read;
use super::reading::Reading;
use crate::api::inventory::{self, Listed};
use crate::api::{ApiError, Client};
use crate::cli::coverage::{CoverageArgs, ResourceArgs};
use crate::errors::{ConditionMet, Incomplete};
use crate::listing::Order;
use crate::pipeline::coverage::{
    Assessment, Coverage, Gap, Inventory, Knowledge, NAMED_COLUMNS, Source, State, assess, gaps,
    sort_worst_first,
};
use crate::pipeline::selection::Selection;
use crate::record::row::{RowSink as _, RowSpan};
use crate::record::target::TargetTag;
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::tty::Terminal;
use crate::text::number::grouped;

/// Days of tasks that `--why` reads.
const TASK_DAYS: i64 = 7;

/// Difference of the clocks that is reported, in seconds.
const REPORTED_SKEW: u32 = 60;

/// The judgement of an account.
pub(super) struct Judgement {
    /// The selected resources, the worst first.
    pub(super) assessments: Vec<Assessment>,
    /// The service's time in microseconds since 1970.
    pub(super) now: i64,
    /// Resources may be missing, for this reason.
    pub(super) gap: Option<String>,
}

/// What to judge.
pub(super) struct Question<'a> {
    pub(super) resources: &'a ResourceArgs,
    /// Overrides the policies.
    pub(super) max_age: Option<Duration>,
    /// Read the tasks too.
    pub(super) why: bool,
    /// Keep the time of each usable backup.
    pub(super) times: bool,
}

/// `cbr backups coverage`.
pub(crate) async fn coverage(
    args: &CoverageArgs,
    connection: &ConnectionArgs,
    terminal: &Terminal,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let cut = Cut { sort: Order::default().to_string(), limit: args.limit, ..Cut::default() };
    let question = Question {
        resources: &args.resources,
        max_age: args.max_age,
        why: args.why,
        times: args.gaps.is_some(),
    };
    read(&args.read(), cut, connection, console, async |reading| {
        let judgement = judge(&question, reading, console).await?;
        let printed = print(args, &judgement, reading, terminal, console)?;
        console.receipt(&summary(&judgement.assessments));
        reading.counts.rows = printed;
        if let Some(gap) = judgement.gap {
            return Err(Incomplete(format!("the coverage is not complete: {gap}")).into());
        }
        let failing = |it: &&Assessment| args.fail_on.contains(&it.state);
        match judgement.assessments.iter().filter(failing).count() {
            0 => Ok(()),
            count => {
                Err(ConditionMet(format!("--fail-on: {} in one of these states", resources(count)))
                    .into())
            }
        }
    })
    .await
}

/// Reads backups and inventory side by side, and judges each selected resource.
pub(super) async fn judge(
    question: &Question<'_>,
    reading: &mut Reading<'_>,
    console: &Console,
) -> anyhow::Result<Judgement> {
    let Question { resources, max_age, why, times } = question;
    let (max_age, inventory) = (*max_age, resources.inventory);
    let clients: Vec<_> = reading.clients().collect();
    let places = reading.tags().into_iter().map(|tag| Place {
        prefix: tag.map_or_else(String::new, |(label, _)| format!("{label}: ")),
        console,
    });
    let sources = clients.iter().zip(places).map(async |(client, place)| {
        let known = knowledge(client, inventory, max_age.is_none(), *why, &place).await;
        (Arc::clone(client), known)
    });
    let (backups, mut known) = tokio::join!(collect(resources, *times, reading), join_all(sources));
    let limit = max_age.and_then(|age| i64::try_from(age.as_micros()).ok());
    let (mut assessments, mut gaps) = (Vec::new(), Vec::new());
    let mut policies_read = true;
    // A target that failed may have been left out meanwhile.
    let targets = reading.clients().zip(reading.tags()).zip(backups?);
    for ((client, tag), backups) in targets {
        let Some(index) = known.iter().position(|(other, _)| Arc::ptr_eq(other, &client)) else {
            continue;
        };
        let (_, (knowledge, gap)) = known.swap_remove(index);
        warn_of_skew(&client, console);
        let now = service_time(&client);
        let of_target = assess(backups.into_resources(), &knowledge, inventory, limit, now);
        let (label, target) = tag.unzip();
        let place: Option<Arc<str>> = label.as_deref().map(Into::into);
        let with_target = |it| Assessment { target: target.clone(), place: place.clone(), ..it };
        assessments.extend(of_target.into_iter().map(with_target));
        policies_read &= matches!(knowledge.policies, Source::Complete(_));
        gaps.extend(gap.map(|gap| match label {
            Some(label) => format!("{label}: {gap}"),
            None => gap,
        }));
    }
    sort_worst_first(&mut assessments);
    assessments.retain(|it| resources.selects(it));
    warn_of_namesakes(&assessments, console);
    let gap = (!gaps.is_empty()).then(|| gaps.join("; "));
    reading.note = Some(json!({
        "inventory": format!("{inventory:?}").to_lowercase(),
        "max_age": limit.map(|age| age / 1_000_000),
        "policies_read": policies_read,
        "complete": gap.is_none(),
    }));
    let now = clients.first().map_or(0, |client| service_time(client));
    Ok(Judgement { assessments, now, gap })
}

/// Warns if this machine's clock differs from the service's.
fn warn_of_skew(client: &Client, console: &Console) {
    if let Some(ahead) = client.clock_ahead().filter(|ahead| ahead.unsigned_abs() >= REPORTED_SKEW)
    {
        let side = if ahead > 0 { "ahead of" } else { "behind" };
        console.warn(&format!(
            "this machine's clock is {} s {side} the service's; ages follow the service",
            ahead.unsigned_abs()
        ));
    }
}

/// Reads all backups of each target.
async fn collect(
    resources: &ResourceArgs,
    times: bool,
    reading: &mut Reading<'_>,
) -> anyhow::Result<Vec<Coverage>> {
    let extent = reading.whole_list();
    loop {
        let coverage = |client: Arc<Client>| {
            let project_id = client.project_id();
            let now = move || service_time(&client);
            Coverage::new(now, project_id, resources.include_replicas).keeping_times(times)
        };
        let mut coverages: Vec<_> = reading.clients().map(coverage).collect();
        match reading.rows_by_target(Order::default(), extent, &mut coverages).await {
            Ok(()) => return Ok(coverages),
            Err(error) => reading.again(error)?,
        }
    }
}

/// Returns the service's time in microseconds since 1970, or that of this machine before the first
/// answer.
fn service_time(client: &Client) -> i64 {
    let ahead = client.clock_ahead().unwrap_or_default();
    Timestamp::now().as_microsecond() - i64::from(ahead) * 1_000_000
}

/// Where a source is, for warnings.
struct Place<'a> {
    /// The target with a colon, if there are several.
    prefix: String,
    console: &'a Console,
}

impl Place<'_> {
    fn warn(&self, text: &str) {
        self.console.warn(&format!("{}{text}", self.prefix));
    }
}

/// Reads what is needed beside the backups. Returns it with the reason why resources may be
/// missing, if any.
async fn knowledge(
    client: &Arc<Client>,
    inventory: Inventory,
    by_policy: bool,
    why: bool,
    place: &Place<'_>,
) -> (Knowledge, Option<String>) {
    let reads_vaults = inventory != Inventory::None;
    let since = Timestamp::now() - SignedDuration::from_hours(24 * TASK_DAYS);
    let since = format!("{}", Timestamp::from_second(since.as_second()).unwrap_or(since));
    let (vaults, protectables, policies, tasks) = tokio::join!(
        read_if(reads_vaults, inventory::vaults(client)),
        read_if(inventory == Inventory::All, inventory::protectables(client)),
        read_if(reads_vaults && by_policy, inventory::policies(client)),
        read_if(why, inventory::tasks(client, &since)),
    );
    let mut gaps = Vec::new();
    let mut knowledge = Knowledge {
        vaults: source(vaults, "vaults", "cbr:vaults:list", place, &mut gaps),
        protectables: source(
            protectables,
            "protectable resources",
            "cbr:vaults:listProtectables, ecs:cloudServers:list and evs:volumes:list",
            place,
            &mut gaps,
        ),
        policies: source(policies, "policies", "cbr:policies:list", place, &mut Vec::new()),
        tasks: source(tasks, "tasks", "cbr:tasks:list", place, &mut Vec::new()),
    };
    let missing = knowledge.missing_protectables();
    if let Source::Complete(items) = &mut knowledge.protectables
        && missing > 0
    {
        let what = resources(missing);
        place.warn(&format!("the list of protectable resources lacks {what} of the vaults"));
        gaps.push("the protectable resources are not proven complete".to_owned());
        knowledge.protectables = Source::Partial(std::mem::take(items));
    }
    if matches!(knowledge.policies, Source::Unreadable | Source::Partial(_)) {
        place.warn("without all policies, backups are stale after 26h; --max-age changes that");
    }
    (knowledge, (!gaps.is_empty()).then(|| gaps.join("; ")))
}

/// Awaits a list if it is needed.
async fn read_if<T>(
    is_needed: bool,
    list: impl Future<Output = Result<Listed<T>, ApiError>>,
) -> Option<Result<Listed<T>, ApiError>> {
    if is_needed { Some(list.await) } else { None }
}

/// Returns what is known from a list, with a warning if it is not everything.
fn source<T>(
    listed: Option<Result<Listed<T>, ApiError>>,
    name: &str,
    permission: &str,
    place: &Place<'_>,
    gaps: &mut Vec<String>,
) -> Source<T> {
    match listed {
        None => Source::Unused,
        Some(Ok(Listed { items, is_complete: true })) => Source::Complete(items),
        Some(Ok(Listed { items, is_complete: false })) => {
            place.warn(&format!("the list of {name} could not be proven complete"));
            gaps.push(format!("the {name} are not proven complete"));
            Source::Partial(items)
        }
        Some(Err(error)) => {
            let needs = match error.refusal().map(|refusal| refusal.status) {
                Some(401) => String::new(),
                Some(403) => format!("; the user needs the permission {permission}"),
                _ => format!("; reading them needs the permission {permission}"),
            };
            place.warn(&format!("the {name} cannot be read: {error}{needs}"));
            gaps.push(format!("the {name} cannot be read"));
            Source::Unreadable
        }
    }
}

/// Warns of resources with one name, such as a server that was rebuilt.
fn warn_of_namesakes(assessments: &[Assessment], console: &Console) {
    /// Maximum number of names.
    const MOST: usize = 3;
    let mut ids: BTreeMap<(&str, Option<&str>), Vec<&str>> = BTreeMap::new();
    for it in assessments {
        // Other regions and projects may use the same names.
        if let Some(name) = it.name.as_deref() {
            let target = it.target.as_deref().map(TargetTag::as_str);
            ids.entry((name, target)).or_default().push(&it.resource_id);
        }
    }
    let namesakes = ids.into_iter().filter(|(_, ids)| ids.len() > 1);
    let namesakes: Vec<_> = namesakes.map(|((name, _), ids)| (name, ids)).collect();
    for (name, ids) in namesakes.iter().take(MOST) {
        console.warn(&format!(
            "{} resources are named {name}: {}; one may have replaced another",
            ids.len(),
            ids.join(", ")
        ));
    }
    if namesakes.len() > MOST {
        let more = namesakes.len() - MOST;
        console.warn(&format!("{more} more names belong to several resources"));
    }
}

/// Prints the resources, and returns their number.
fn print(
    args: &CoverageArgs,
    judgement: &Judgement,
    reading: &mut Reading<'_>,
    terminal: &Terminal,
    console: &Arc<Console>,
) -> anyhow::Result<u64> {
    reading.counts.ready = Some(Instant::now());
    let columns = reading.target_columns().add_to(args.columns(), NAMED_COLUMNS);
    let destination = args.output.destination(terminal);
    let renderer = args.output.renderer(destination, &columns)?;
    let sorter = args.sort.as_ref().map(|sort| sort.sorter());
    let mut rows = Selection::new(None, sorter, (0, args.limit), renderer);
    for row in json_rows(args, judgement) {
        if rows.push(RowSpan::alone(&row).context("a row is not an object")?.row(&row))?.is_break()
        {
            break;
        }
    }
    let (renderer, printed) = rows.finish()?;
    let mut output = reading.digested(args.output.open(terminal, console)?);
    reading.counts.hidden_columns = renderer.finish(&mut output)?;
    output.into_inner().close()?;
    Ok(printed)
}

/// Returns the rows as JSON: gaps or resources.
fn json_rows<'a>(
    args: &'a CoverageArgs,
    judgement: &'a Judgement,
) -> Box<dyn Iterator<Item = String> + 'a> {
    let Judgement { assessments, now, .. } = judgement;
    match args.gaps {
        Some(shortest) => {
            let shortest = i64::try_from(shortest.as_micros()).unwrap_or(i64::MAX);
            let gaps = gaps(assessments, shortest, args.since(), *now);
            Box::new(gaps.into_iter().map(Gap::to_json))
        }
        None => {
            let printed = assessments.iter().filter(|it| args.prints(it.state));
            Box::new(printed.map(|it| it.to_json(*now)))
        }
    }
}

/// Returns the numbers of resources in each state.
pub(super) fn summary(assessments: &[Assessment]) -> String {
    let mut counts: BTreeMap<State, usize> = BTreeMap::new();
    for it in assessments {
        *counts.entry(it.state).or_default() += 1;
    }
    let counts: Vec<_> = counts
        .iter()
        .map(|(state, count)| format!("{} {}", grouped(*count as u64), state.name()))
        .collect();
    match counts.is_empty() {
        true => "no resources".to_owned(),
        false => format!("{}: {}", resources(assessments.len()), counts.join(", ")),
    }
}

fn resources(count: usize) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} resource{plural}", grouped(count as u64))
}
