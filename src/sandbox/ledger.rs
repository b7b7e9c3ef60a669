//! The account over time: what arrives in which order, and what it finds.

use std::sync::{Arc, Mutex, PoisonError};

use super::rows::Rows;

/// Everything that changes while the sandbox runs.
pub(super) struct Ledger {
    state: Mutex<State>,
}

struct State {
    requests: u64,
    lists: u64,
    /// Shared with the listings that are being answered, and copied when it changes.
    rows: Arc<Rows>,
}

/// One request, as it stands in the order of arrival.
pub(super) struct Arrival {
    /// Counts all requests, from 1.
    pub(super) request: u64,
    /// Counts the listings among them; none when it is no listing.
    pub(super) list: Option<u64>,
    /// The account at that moment.
    pub(super) rows: Arc<Rows>,
}

impl Ledger {
    pub(super) fn new(backups: u32) -> Self {
        let rows = Arc::new(Rows::new(backups));
        Self { state: Mutex::new(State { requests: 0, lists: 0, rows }) }
    }

    /// Takes a request in.
    pub(super) fn arrive(&self, is_list: bool) -> Arrival {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.requests += 1;
        if is_list {
            state.lists += 1;
        }
        Arrival {
            request: state.requests,
            list: is_list.then_some(state.lists),
            rows: Arc::clone(&state.rows),
        }
    }
}
