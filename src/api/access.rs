//! As whom requests are made and about which project, and how that is put right while a run goes on: a
//! token that a login gave can end, and a project that was looked up once can be gone.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::error::ApiError;
use super::session::Session;
use crate::connection::Credentials;

/// As whom, and about which project.
#[derive(Debug, Clone)]
pub(crate) struct Access {
    /// A password is not sent with a request: it is in the body of a login.
    pub(crate) credentials: Credentials,
    /// `None` where what is asked for belongs to no project, as with IAM.
    pub(crate) project_id: Option<String>,
}

/// What a [`Renewal`] comes to.
pub(crate) type Renewed<'a> =
    Pin<Box<dyn Future<Output = Result<Option<Access>, ApiError>> + Send + 'a>>;

/// Knows of another access where one was refused.
pub(crate) trait Renewal: Send + Sync {
    /// An access in place of the one that was refused like that; `None` if there is none that is better.
    ///
    /// Is called once in a run at most: refused once more, the credentials would soon be locked.
    fn renew<'a>(&'a self, refused: &'a ApiError) -> Renewed<'a>;
}

/// The access of a client, which all its requests share.
pub(super) struct Holder {
    current: RwLock<Arc<Access>>,
    /// Taken by whoever renews; the others wait for the outcome.
    renewal: Mutex<Option<Arc<dyn Renewal>>>,
    /// Gives other keys before those that are in use expire.
    session: Option<Arc<Session>>,
}

impl Holder {
    pub(super) fn new(
        access: Access,
        renewal: Option<Arc<dyn Renewal>>,
        session: Option<Arc<Session>>,
    ) -> Self {
        Self { current: RwLock::new(Arc::new(access)), renewal: Mutex::new(renewal), session }
    }

    /// The access to make the next request with.
    pub(super) async fn current(&self) -> Arc<Access> {
        let current = self.held();
        let Some(session) = &self.session else { return current };
        let credentials = session.credentials().await;
        if credentials == current.credentials {
            return current;
        }
        self.hold(Access { credentials, project_id: current.project_id.clone() });
        self.held()
    }

    /// The project of the next request.
    pub(super) fn project_id(&self) -> Option<String> {
        self.held().project_id.clone()
    }

    /// The access as it is, whether it ends soon or not.
    pub(super) fn held(&self) -> Arc<Access> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    fn hold(&self, access: Access) {
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(access);
    }

    /// Whether there is another access than `refused` by now, so that the request may be made again. Of
    /// requests that are refused at one time, the first renews, and the others have the good of it.
    ///
    /// # Errors
    ///
    /// What the renewal came to.
    pub(super) async fn renew(
        &self,
        refused: &Arc<Access>,
        fault: &ApiError,
    ) -> Result<bool, ApiError> {
        let mut renewal = self.renewal.lock().await;
        if !Arc::ptr_eq(refused, &self.held()) {
            return Ok(true);
        }
        // Keys may stop working before they expire. Others are no second try of the same ones, which
        // could lock an access key.
        if fault.is_unauthenticated()
            && let Some(session) = &self.session
            && session.has_others_than(&refused.credentials).await
        {
            return Ok(true);
        }
        let Some(renewal) = renewal.take() else { return Ok(false) };
        let Some(access) = renewal.renew(fault).await? else { return Ok(false) };
        self.hold(access);
        Ok(true)
    }
}
