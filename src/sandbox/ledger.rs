//! State of the account over time: which request arrives when, and what it finds.

use std::sync::{Arc, Mutex, PoisonError};

use super::args::SandboxArgs;
use super::changes::{Change, Changed, Churn};
use super::rows::Rows;

/// Everything that changes while the sandbox runs.
pub(super) struct Ledger {
    changes: Vec<Change>,
    state: Mutex<State>,
}

struct State {
    requests: u64,
    lists: u64,
    churn: Option<Churn>,
    /// Shared with the listings that are being answered, and copied when it changes.
    rows: Arc<Rows>,
}

/// One request, as it stands in the order of arrival.
pub(super) struct Arrival {
    /// Counts all requests, from 1.
    pub(super) request: u64,
    /// Counts the listings among them; none when it is no listing.
    pub(super) list: Option<u64>,
    /// What had changed just before.
    pub(super) changed: Changed,
    /// The account at that moment.
    pub(super) rows: Arc<Rows>,
}

impl Ledger {
    pub(super) fn new(args: &SandboxArgs) -> Self {
        let state = State {
            requests: 0,
            lists: 0,
            churn: args.churn.map(Churn::new),
            rows: Arc::new(Rows::new(args.backups)),
        };
        Self { changes: args.changes.clone(), state: Mutex::new(state) }
    }

    /// Takes a request in; when it is for a listing, after the changes that come before it.
    pub(super) fn arrive(&self, is_list: bool) -> Arrival {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let state = &mut *state;
        let mut changed = Changed::default();
        state.requests += 1;
        if is_list {
            state.lists += 1;
            for change in self.changes.iter().filter(|change| change.is_due(state.lists)) {
                change.apply(Arc::make_mut(&mut state.rows), &mut changed);
            }
            // A client cannot tell a change before its first request from one long before.
            if let Some(churn) = state.churn.as_mut().filter(|_| state.lists > 1) {
                churn.apply(Arc::make_mut(&mut state.rows), &mut changed);
            }
        }
        Arrival {
            request: state.requests,
            list: is_list.then_some(state.lists),
            changed,
            rows: Arc::clone(&state.rows),
        }
    }
}
