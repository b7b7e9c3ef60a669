//! Credentials and project of requests. Both are replaced during a run: a token can expire, and a
//! cached project can be deleted.

use std::future::{self, Future};
use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::{Mutex, watch};

use super::error::ApiError;
use super::refusal::Refusal;
use super::session::Session;
use crate::settings::Credentials;

/// Credentials and project of a request.
#[derive(Debug, Clone)]
pub(crate) struct Identity {
    /// A password is sent only in the body of a login.
    pub(crate) credentials: Credentials,
    /// `None` for requests that belong to no project, such as those to IAM.
    pub(crate) project_id: Option<String>,
}

/// Future that a [`CredentialRefresh`] returns.
pub(crate) type Renewed<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Identity>, ApiError>> + Send + 'a>>;

/// Refreshes credentials that the service rejected.
pub(crate) trait CredentialRefresh: Send + Sync {
    /// Returns another identity, or `None` if no other may work.
    ///
    /// Called at most once per run: a second rejection could lock the credentials.
    fn renew<'a>(&'a self, refused: &'a ApiError) -> Renewed<'a>;
}

/// Current identity of a client, shared by all its requests.
pub(super) struct IdentityCell {
    state: watch::Sender<State>,
    /// Locked by the refreshing request; the others wait for its outcome.
    renewal: Mutex<Option<Arc<dyn CredentialRefresh>>>,
    /// Replaces keys before they expire.
    session: Option<Arc<Session>>,
}

/// Current identity, and whether the service accepts it.
struct State {
    access: Arc<Identity>,
    acceptance: Acceptance,
}

/// Whether the service accepts an identity.
enum Acceptance {
    /// Not rejected so far.
    Accepted,
    /// Rejected; a refresh is in progress.
    Refreshing,
    /// Rejected for good.
    Rejected(Refusal),
}

/// Holds requests back until the refresh has ended. Dropped without an outcome, it releases them.
struct RefreshGuard<'a> {
    state: &'a watch::Sender<State>,
}

impl IdentityCell {
    pub(super) fn new(
        access: Identity,
        renewal: Option<Arc<dyn CredentialRefresh>>,
        session: Option<Arc<Session>>,
    ) -> Self {
        let state = State { access: Arc::new(access), acceptance: Acceptance::Accepted };
        Self { state: watch::Sender::new(state), renewal: Mutex::new(renewal), session }
    }

    /// Returns the identity for the next request. Waits while a refresh is in progress, since each
    /// rejected request may count towards the lock of an access key.
    ///
    /// # Errors
    ///
    /// The rejection, if there is no other identity.
    pub(super) async fn current(&self) -> Result<Arc<Identity>, ApiError> {
        loop {
            self.state
                .subscribe()
                .wait_for(|state| !matches!(state.acceptance, Acceptance::Refreshing))
                .await
                .ok();
            if let Acceptance::Rejected(refusal) = &self.state.borrow().acceptance {
                return Err(ApiError::Refused(refusal.clone()));
            }
            let current = self.latest();
            let Some(session) = &self.session else { return Ok(current) };
            let credentials = session.credentials().await;
            // The keys may have been replaced or rejected meanwhile.
            let is_current = |state: &State| {
                Arc::ptr_eq(&state.access, &current)
                    && matches!(state.acceptance, Acceptance::Accepted)
            };
            if credentials == current.credentials {
                if is_current(&self.state.borrow()) {
                    return Ok(current);
                }
                continue;
            }
            let project_id = current.project_id.clone();
            self.state.send_if_modified(|state| {
                let is_current = is_current(state);
                if is_current {
                    state.access = Arc::new(Identity { credentials, project_id });
                }
                is_current
            });
        }
    }

    /// Returns true if an identity was rejected, or is being refreshed.
    pub(super) fn is_rejected(&self, access: &Arc<Identity>) -> bool {
        self.state.borrow().rejects(access)
    }

    /// Waits until an identity is rejected. Unsent requests with it are then pointless.
    pub(super) async fn rejection(&self, access: &Arc<Identity>) {
        let rejected = self.state.subscribe().wait_for(|state| state.rejects(access)).await.is_ok();
        if !rejected {
            // The sender is a field of `self`, so it cannot be closed.
            future::pending::<()>().await;
        }
    }

    /// Returns the project of the next request.
    pub(super) fn project_id(&self) -> Option<String> {
        self.latest().project_id.clone()
    }

    /// Returns the current identity, even if its keys expire soon.
    pub(super) fn latest(&self) -> Arc<Identity> {
        Arc::clone(&self.state.borrow().access)
    }

    fn replace(&self, access: Identity) {
        let access = Arc::new(access);
        self.state.send_replace(State { access, acceptance: Acceptance::Accepted });
    }

    /// Returns true if an identity other than `refused` is available, so the request may be
    /// repeated. Concurrent rejections share one refresh.
    ///
    /// # Errors
    ///
    /// Those of the refresh.
    pub(super) async fn renew(
        &self,
        refused: &Arc<Identity>,
        fault: &ApiError,
    ) -> Result<bool, ApiError> {
        let mut renewal = self.renewal.lock().await;
        if !Arc::ptr_eq(refused, &self.latest()) {
            return Ok(true);
        }
        let rejection = fault.refusal().filter(|_| fault.is_unauthenticated());
        let guard = rejection.map(|_| RefreshGuard::begin(&self.state));
        // Keys may stop working before they expire. New keys cannot lock an access key, as
        // repeating the same ones could.
        if rejection.is_some()
            && let Some(session) = &self.session
            && session.has_others_than(&refused.credentials).await
        {
            return Ok(true);
        }
        let renewed = match renewal.take() {
            Some(renewal) => renewal.renew(fault).await,
            None => Ok(None),
        };
        if let Ok(Some(access)) = renewed {
            self.replace(access);
            return Ok(true);
        }
        if let Some((guard, rejection)) = guard.zip(rejection) {
            guard.reject(rejection);
        }
        renewed.map(|_| false)
    }
}

impl State {
    fn rejects(&self, access: &Arc<Identity>) -> bool {
        Arc::ptr_eq(&self.access, access) && !matches!(self.acceptance, Acceptance::Accepted)
    }
}

impl<'a> RefreshGuard<'a> {
    fn begin(state: &'a watch::Sender<State>) -> Self {
        state.send_if_modified(|state| {
            let is_new = matches!(state.acceptance, Acceptance::Accepted);
            if is_new {
                state.acceptance = Acceptance::Refreshing;
            }
            is_new
        });
        Self { state }
    }

    /// Marks the identity as rejected for good.
    fn reject(&self, refusal: &Refusal) {
        self.state.send_modify(|state| state.acceptance = Acceptance::Rejected(refusal.clone()));
    }
}

impl Drop for RefreshGuard<'_> {
    fn drop(&mut self) {
        self.state.send_if_modified(|state| {
            let is_open = matches!(state.acceptance, Acceptance::Refreshing);
            if is_open {
                state.acceptance = Acceptance::Accepted;
            }
            is_open
        });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex as StdMutex;

    use tokio::sync::oneshot;

    use super::*;
    use crate::text::secret::Secret;

    /// Answers on the test's signal.
    struct OnCommand(StdMutex<Option<oneshot::Receiver<Result<Option<Identity>, ApiError>>>>);

    impl CredentialRefresh for OnCommand {
        fn renew<'a>(&'a self, _: &'a ApiError) -> Renewed<'a> {
            let answer = self.0.lock().unwrap().take().unwrap();
            Box::pin(async move { answer.await.unwrap() })
        }
    }

    fn access(token: &str) -> Identity {
        Identity {
            credentials: Credentials::Token(Secret::new(token.to_owned())),
            project_id: None,
        }
    }

    fn refused(status: u16) -> ApiError {
        ApiError::Refused(Refusal::new(status, "", None, None, None))
    }

    /// Runs all other tasks until they wait.
    async fn settle() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    #[tokio::test]
    async fn requests_wait_during_a_refresh() {
        // Status of the rejection, outcome of the refresh, whether requests wait, and their result:
        // the token, or the status of the rejection.
        let cases: [(u16, Result<Option<Identity>, ApiError>, bool, Result<&str, u16>); 5] = [
            (401, Ok(Some(access("b"))), true, Ok("b")),
            (401, Ok(None), true, Err(401)),
            (401, Err(ApiError::TimedOut), true, Err(401)),
            // These never lock a key.
            (403, Ok(Some(access("b"))), false, Ok("a")),
            (404, Ok(None), false, Ok("a")),
        ];
        for (status, outcome, waits, expected) in cases {
            let message = format!("{status} {outcome:?}");
            let (command, answer) = oneshot::channel();
            let renewal = Arc::new(OnCommand(StdMutex::new(Some(answer))));
            let cell = Arc::new(IdentityCell::new(access("a"), Some(renewal), None));
            let first = cell.current().await.unwrap();
            let renewing = {
                let (cell, first) = (Arc::clone(&cell), Arc::clone(&first));
                tokio::spawn(async move { cell.renew(&first, &refused(status)).await })
            };
            settle().await;
            let withdrawn = {
                let (cell, first) = (Arc::clone(&cell), Arc::clone(&first));
                tokio::spawn(async move { cell.rejection(&first).await })
            };
            let next = {
                let cell = Arc::clone(&cell);
                tokio::spawn(async move { cell.current().await })
            };
            settle().await;
            assert_eq!(next.is_finished(), !waits, "{message}");
            assert_eq!(withdrawn.is_finished(), waits, "{message}");
            withdrawn.abort();
            let renewed = matches!(outcome, Ok(Some(_)));
            command.send(outcome).unwrap();
            assert_eq!(renewing.await.unwrap().ok() == Some(true), renewed, "{message}");
            let found = next.await.unwrap().map(|access| access.credentials.clone());
            let found = found.map_err(|fault| fault.refusal().map(|refusal| refusal.status));
            let expected = expected.map(|token| access(token).credentials).map_err(Some);
            assert_eq!(found, expected, "{message}");
        }
    }

    #[tokio::test]
    async fn concurrent_rejections_share_one_refresh() {
        let (command, answer) = oneshot::channel();
        let renewal = Arc::new(OnCommand(StdMutex::new(Some(answer))));
        let cell = IdentityCell::new(access("a"), Some(renewal), None);
        let first = cell.current().await.unwrap();
        command.send(Ok(Some(access("b")))).unwrap();
        for _ in 0..3 {
            assert!(cell.renew(&first, &refused(401)).await.unwrap());
        }
        // The new identity is not refreshed again.
        let second = cell.current().await.unwrap();
        assert!(!cell.renew(&second, &refused(401)).await.unwrap());
        assert!(cell.current().await.is_err());
    }

    #[tokio::test]
    async fn an_aborted_refresh_lets_requests_continue() {
        let (_command, answer) = oneshot::channel();
        let renewal = Arc::new(OnCommand(StdMutex::new(Some(answer))));
        let cell = Arc::new(IdentityCell::new(access("a"), Some(renewal), None));
        let first = cell.current().await.unwrap();
        let renewing = {
            let (cell, first) = (Arc::clone(&cell), Arc::clone(&first));
            tokio::spawn(async move { cell.renew(&first, &refused(401)).await })
        };
        settle().await;
        renewing.abort();
        assert!(renewing.await.is_err());
        assert!(Arc::ptr_eq(&cell.current().await.unwrap(), &first));
    }
}
