//! `cbr backups show`: one request for each backup, after those that find its id.

use std::ops::ControlFlow;
use std::sync::Arc;

use anyhow::Context as _;
use tokio::task::JoinSet;

use super::dry_run;
use super::reading::describe;
use super::settings::{client, settings};
use crate::api::{Backups, Client, Pair, RequestLog};
use crate::cli::selector::Selector;
use crate::cli::{ReadArgs, ShowArgs};
use crate::errors::{NoSuchBackup, UsageError};
use crate::listing::{self, Order, Unproven};
use crate::output::ColumnSets;
use crate::record::backup::Field;
use crate::settings::ConnectionArgs;
use crate::terminal::console::Console;
use crate::terminal::stdout::Stdout;
use crate::terminal::tty::Terminal;
use crate::text::sanitize;

/// Maximum number of parallel requests.
const CONCURRENCY: usize = 8;
/// Maximum number of candidates in a message.
const MOST_CANDIDATES: usize = 10;

/// A backup of the list that a selector may mean.
#[derive(Debug, Clone)]
struct Candidate {
    id: String,
    name: String,
    resource: String,
    created: String,
}

/// `cbr backups show ID…`.
pub(crate) async fn show(
    args: &ShowArgs,
    connection: &ConnectionArgs,
    terminal: &Terminal,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    if let Some(form) = args.dry_run.form() {
        let settings = settings(connection, console);
        let (request, then) = first_request(&args.id);
        return dry_run::print(form, &settings, console, &request, &then, &mut Stdout);
    }
    let log = Arc::new(RequestLog::new(Arc::clone(console)));
    let client = Arc::new(client(connection, console, &log).await?);
    let ids = find(&args.id, &client, console).await?;
    let backups = request_all(&ids, &client).await?;
    let destination = args.output.destination(terminal);
    let mut renderer = match args.id.as_slice() {
        [_] => args.output.single_renderer(destination)?,
        _ => args.output.renderer(destination, &ColumnSets::backups())?,
    };
    for backup in &backups {
        renderer.push_record(backup)?;
    }
    let mut output = args.output.open(terminal, console)?;
    renderer.finish(&mut output)?;
    Ok(output.close()?)
}

/// Returns the filters of the lists that contain the selected backups. One prefix needs the whole
/// list, which then has every name too. The service matches any part of a name.
fn lists(selectors: &[Selector]) -> Vec<Vec<Pair>> {
    if selectors.iter().any(|it| matches!(it, Selector::Prefix(_))) {
        return vec![Vec::new()];
    }
    let mut names: Vec<_> = selectors.iter().filter(|it| matches!(it, Selector::Name(_))).collect();
    names.dedup();
    names.into_iter().map(|it| vec![("name", it.text().to_owned())]).collect()
}

/// Returns the first request, and a note on those after it.
fn first_request(selectors: &[Selector]) -> (crate::api::UnsentRequest, String) {
    if let Some(filters) = lists(selectors).first() {
        let range = ReadArgs::default().everything(false);
        let request = listing::first_request(range)
            .unwrap_or(listing::PageRequest { offset: 0, limit: range.page_size });
        let request = Backups::page_request(filters, &Order::default(), request);
        return (request, "\n# Then one request for each backup that was found.\n".to_owned());
    }
    let first = selectors.first().map(Selector::text).unwrap_or_default();
    let then = match selectors.len() {
        ..=1 => String::new(),
        more => format!("\n# Then {} more, for the other backups.\n", more - 1),
    };
    (Backups::show_request(first), then)
}

/// Returns the id of each selected backup.
///
/// # Errors
///
/// A selector matches no backup or several, or a list cannot be read or proven complete.
async fn find(
    selectors: &[Selector],
    client: &Arc<Client>,
    console: &Console,
) -> anyhow::Result<Vec<String>> {
    let mut candidates = Vec::new();
    for filters in lists(selectors) {
        candidates.extend(read(filters, selectors, client, console).await?);
    }
    let id = |selector: &Selector| match selector {
        Selector::Id(id) => Ok(id.clone()),
        Selector::Prefix(_) | Selector::Name(_) => only(selector, &candidates),
    };
    selectors.iter().map(id).collect()
}

/// Reads a list, and returns its backups that a selector matches.
async fn read(
    filters: Vec<Pair>,
    selectors: &[Selector],
    client: &Arc<Client>,
    console: &Console,
) -> anyhow::Result<Vec<Candidate>> {
    let range = ReadArgs::default().everything(false);
    for reads in 1.. {
        let source = Backups::new(Arc::clone(client), filters.clone(), Order::default());
        let mut found = Vec::new();
        let listing = listing::list(Arc::new(source), range, CONCURRENCY, |batches, statistics| {
            console.progress(statistics.rows, statistics.count);
            let rows = batches.iter().flat_map(|batch| batch.rows.at(&batch.indexes));
            for row in rows {
                let backup = row.backup();
                let text = |field| backup.get(field).map(|it| it.text()).unwrap_or_default();
                let (id, name) = (text(Field::id), text(Field::name));
                if selectors.iter().any(|selector| selector.matches(&id, &name)) {
                    found.push(Candidate {
                        resource: text(Field::resource_name).into_owned(),
                        created: text(Field::created_at).into_owned(),
                        id: id.into_owned(),
                        name: name.into_owned(),
                    });
                }
            }
            Ok(ControlFlow::Continue(()))
        })
        .await;
        console.clear();
        match listing.map_err(describe) {
            Ok(()) => return Ok(found),
            Err(error) => {
                let passes = error.downcast_ref::<Unproven>().is_some_and(Unproven::may_pass);
                if !passes || reads == listing::MAX_READS {
                    return Err(error);
                }
                console.detail(|| format!("{error:#}: reading it again, {reads}"));
            }
        }
    }
    Ok(Vec::new())
}

/// Returns the id of the only candidate that a selector matches.
///
/// # Errors
///
/// [`NoSuchBackup`], or a [`UsageError`] that lists the candidates.
fn only(selector: &Selector, candidates: &[Candidate]) -> anyhow::Result<String> {
    let shown = sanitize::visible(selector.text());
    let mut matching: Vec<_> =
        candidates.iter().filter(|it| selector.matches(&it.id, &it.name)).collect();
    // If a name is part of another, both lists contain the backup.
    matching.sort_by(|left, right| right.created.cmp(&left.created).then(left.id.cmp(&right.id)));
    matching.dedup_by(|left, right| left.id == right.id);
    match matching.as_slice() {
        [] => Err(NoSuchBackup(match selector {
            Selector::Prefix(_) => format!("no backup has an id that begins with '{shown}'"),
            _ => format!("no backup is named '{shown}'"),
        })
        .into()),
        [candidate] => {
            let id = &candidate.id;
            // It becomes a segment of the path.
            let is_id = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            (is_id && !id.is_empty()).then(|| id.clone()).context("the service sent an invalid id")
        }
        several => {
            let list: Vec<_> =
                several.iter().take(MOST_CANDIDATES).map(|it| it.describe()).collect();
            let more = several.len().saturating_sub(MOST_CANDIDATES);
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            let message =
                format!("'{shown}' matches {} backups: {}{more}", several.len(), list.join(", "));
            let hint = "give one of these ids, or more of its characters";
            Err(UsageError::new(message, "cbr backups show").with_hint(hint).into())
        }
    }
}

impl Candidate {
    /// Describes the backup for a message.
    fn describe(&self) -> String {
        let Self { id, resource, created, .. } = self;
        let created = created.get(..19).unwrap_or(created);
        sanitize::visible(&format!("{id} ({resource}, {created}Z)")).into_owned()
    }
}

/// Requests the backups, and returns them in the order of `ids`.
///
/// # Errors
///
/// That of the first backup that cannot be read, with its id if there are several.
async fn request_all(ids: &[String], client: &Arc<Client>) -> anyhow::Result<Vec<String>> {
    if let [id] = ids {
        return Ok(vec![Backups::show(client, id).await?]);
    }
    let mut results: Vec<Option<_>> = ids.iter().map(|_| None).collect();
    let mut waiting = ids.iter().cloned().enumerate();
    let mut requests = JoinSet::new();
    loop {
        while requests.len() < CONCURRENCY
            && let Some((index, id)) = waiting.next()
        {
            let client = Arc::clone(client);
            requests.spawn(async move { (index, Backups::show(&client, &id).await) });
        }
        let Some(result) = requests.join_next().await else { break };
        let (index, backup) = result?;
        if let Some(result) = results.get_mut(index) {
            *result = Some(backup);
        }
    }
    let results = ids.iter().zip(results).map(|(id, result)| {
        result.context("a request has no result")?.with_context(|| format!("backup {id}"))
    });
    results.collect()
}
