//! As whom requests are made and about which project, and how that is put right while a run goes on: a
//! token that a login gave can end, and a project that was looked up once can be gone.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::Mutex;

use super::error::ApiError;
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
}

impl Holder {
    pub(super) fn new(access: Access, renewal: Option<Arc<dyn Renewal>>) -> Self {
        Self { current: RwLock::new(Arc::new(access)), renewal: Mutex::new(renewal) }
    }

    /// The access to make the next request with.
    pub(super) fn current(&self) -> Arc<Access> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
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
        if !Arc::ptr_eq(refused, &self.current()) {
            return Ok(true);
        }
        let Some(renewal) = renewal.take() else { return Ok(false) };
        let Some(access) = renewal.renew(fault).await? else { return Ok(false) };
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(access);
        Ok(true)
    }
}
