//! The list of one target, and the outcome of reading it.

use std::sync::Arc;

use crate::api::{Backups, Pair};
use crate::commands::targets::{FailedTarget, Target};
use crate::listing::{Order, Statistics};
use crate::record::target::TargetTag;

/// The list of one target.
pub(in crate::commands) struct ListSource {
    pub(in crate::commands) target: Target,
    /// Query parameters of the filters.
    pub(in crate::commands) query: Vec<Pair>,
    /// Tag of its rows, if needed.
    pub(super) tag: Option<Arc<TargetTag>>,
    /// True if no row can match, so nothing is requested.
    pub(super) is_empty: bool,
    /// Statistics of the reading.
    pub(super) statistics: Statistics,
    pub(super) state: State,
}

/// Outcome of reading the list of a target.
#[derive(Default)]
pub(super) enum State {
    /// Not read to its end.
    #[default]
    Stopped,
    /// The requested part is read and proven.
    Complete,
    /// Cannot be read or proven. The error is taken when it is reported.
    Failed(Option<anyhow::Error>),
}

impl ListSource {
    pub(super) fn backups(&self, query: &[Pair], order: Order) -> Backups {
        let client = Arc::clone(&self.target.client);
        Backups::new(client, query.to_vec(), order).tagged(self.tag.clone())
    }

    pub(super) fn has_failed(&self) -> bool {
        matches!(self.state, State::Failed(_))
    }

    pub(super) fn failure(&self) -> Option<&anyhow::Error> {
        match &self.state {
            State::Failed(error) => error.as_ref(),
            State::Stopped | State::Complete => None,
        }
    }

    pub(super) fn into_failed(self) -> Option<FailedTarget> {
        match self.state {
            State::Failed(Some(error)) => Some(FailedTarget { name: self.target.name, error }),
            _ => None,
        }
    }
}
