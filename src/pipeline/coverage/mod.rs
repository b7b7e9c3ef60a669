//! `cbr backups coverage`: whether each resource has a recent usable backup.
//!
//! Backups are collected by resource, then judged with the vaults, policies and resources. Nothing
//! is claimed from a source that could not be read: the state is [`State::Unknown`]. Pure; knows
//! nothing of requests and formats.

mod gaps;
mod judge;
mod row;
mod schedule;
mod state;

use std::collections::HashMap;
use std::ops::ControlFlow;

pub(crate) use gaps::{Gap, gap_columns, gaps};
pub(crate) use judge::{Assessment, Inventory, Knowledge, Source, assess, sort_worst_first};
#[cfg(test)]
use row::COVERAGE_COLUMNS;
pub(crate) use row::{NAMED_COLUMNS, columns};
pub(crate) use state::State;

use crate::record::backup::{Backup, Field};
use crate::record::json::Json;
use crate::record::row::{Row, RowSink};
use crate::time;

/// The backups so far, by resource.
pub(crate) struct Coverage {
    /// Returns the service's time in microseconds since 1970, known after its first answer.
    now: Box<dyn Fn() -> i64 + Send + Sync>,
    /// Project of the client. Backups of other projects are shared, and do not cover this project.
    project_id: Option<String>,
    /// True if replicas are usable too.
    include_replicas: bool,
    /// True to keep the time of each usable backup.
    keeps_times: bool,
    resources: HashMap<Box<str>, Backups>,
}

/// The backups of a resource. Times are in microseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Backups {
    pub(crate) name: Option<String>,
    pub(crate) resource_type: Option<String>,
    /// Vault of the newest backup.
    pub(crate) vault_id: Option<String>,
    /// Number of usable backups.
    pub(crate) usable: u64,
    /// Number of usable backups whose age is unknown.
    pub(crate) undated: u64,
    pub(crate) oldest: Option<i64>,
    pub(crate) newest: Option<i64>,
    /// Time and status of the newest backup, usable or not.
    pub(crate) last_try: Option<(i64, String)>,
    /// Times of the usable backups, if they are kept.
    times: Vec<i64>,
}

impl Coverage {
    /// Starts without backups. `now` returns the service's time in microseconds since 1970.
    pub(crate) fn new(
        now: impl Fn() -> i64 + Send + Sync + 'static,
        project_id: Option<String>,
        include_replicas: bool,
    ) -> Self {
        Self {
            now: Box::new(now),
            project_id,
            include_replicas,
            keeps_times: false,
            resources: HashMap::new(),
        }
    }

    /// Keeps the time of each usable backup if wanted.
    pub(crate) fn keeping_times(self, keeps_times: bool) -> Self {
        Self { keeps_times, ..self }
    }

    /// Returns the backups by the id of the resource.
    pub(crate) fn into_resources(self) -> HashMap<Box<str>, Backups> {
        self.resources
    }

    /// Returns true if the backup is shared by another project.
    fn is_foreign(&self, backup: &Backup<'_>) -> bool {
        let owner = backup.get(Field::project_id).map(Json::text);
        owner.zip(self.project_id.as_deref()).is_some_and(|(owner, own)| owner != own)
    }

    /// Returns true if the backup could be restored now.
    fn is_usable(&self, backup: &Backup<'_>) -> bool {
        let is = |field, wanted: &str| backup.get(field).is_some_and(|it| it.text() == wanted);
        let expiry = backup.get(Field::expired_at).map(|expiry| time::instant(&expiry.text()));
        let is_kept = match expiry {
            // An unreadable expiry may be in the past.
            Some(expiry) => expiry.is_some_and(|expiry| expiry > (self.now)()),
            None => true,
        };
        is(Field::status, "available")
            && is_kept
            && (self.include_replicas || !is(Field::image_type, "replication"))
    }
}

impl RowSink for Coverage {
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
        let backup = row.backup();
        let text = |field| backup.get(field).map(|value| value.text());
        let Some(id) = text(Field::resource_id).filter(|id| !id.is_empty()) else {
            return Ok(ControlFlow::Continue(()));
        };
        if self.is_foreign(&backup) {
            return Ok(ControlFlow::Continue(()));
        }
        let is_usable = self.is_usable(&backup);
        let created = text(Field::created_at).and_then(|at| time::instant(&at));
        let resource = match self.resources.get_mut(&*id) {
            Some(resource) => resource,
            None => self.resources.entry(id.into()).or_default(),
        };
        resource.usable += u64::from(is_usable);
        let Some(created) = created else {
            resource.undated += u64::from(is_usable);
            return Ok(ControlFlow::Continue(()));
        };
        if resource.last_try.as_ref().is_none_or(|(newest, _)| created > *newest) {
            let owned = |field| text(field).map(|text| text.into_owned());
            resource.name = owned(Field::resource_name).or(resource.name.take());
            resource.resource_type = owned(Field::resource_type).or(resource.resource_type.take());
            resource.vault_id = owned(Field::vault_id).or(resource.vault_id.take());
            resource.last_try = Some((created, owned(Field::status).unwrap_or_default()));
        }
        if is_usable {
            if self.keeps_times {
                resource.times.push(created);
            }
            resource.newest = resource.newest.max(Some(created));
            resource.oldest = Some(resource.oldest.map_or(created, |oldest| oldest.min(created)));
        }
        Ok(ControlFlow::Continue(()))
    }
}

#[cfg(test)]
mod model;
#[cfg(test)]
mod tests;
