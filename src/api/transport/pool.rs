//! Shared connections, and their replacement after a failure.
//!
//! After a request failed, its retry needs a connection that shares nothing with the failed one.
//! The HTTP client may reuse an idle connection that is dead too, and HTTP/2 uses one connection
//! for everything. So the whole client is replaced. Requests in flight keep their client.

use std::sync::{Arc, PoisonError, RwLock};

use crate::api::ApiError;

/// Builds a client that has no connection yet.
type Build = dyn Fn() -> Result<reqwest::Client, ApiError> + Send + Sync;

/// The client in use, and how to build another one.
pub(super) struct Pool {
    build: Box<Build>,
    current: RwLock<Arc<reqwest::Client>>,
}

impl Pool {
    /// Builds the first client.
    ///
    /// # Errors
    ///
    /// Those of `build`.
    pub(super) fn new(
        build: impl Fn() -> Result<reqwest::Client, ApiError> + Send + Sync + 'static,
    ) -> Result<Self, ApiError> {
        let current = RwLock::new(Arc::new(build()?));
        Ok(Self { build: Box::new(build), current })
    }

    /// Returns the client for the next request.
    pub(super) fn current(&self) -> Arc<reqwest::Client> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces a client whose connections may be dead. Requests that fail together replace it
    /// once. If no other client can be built, this one stays in use.
    pub(super) fn replace(&self, failed: &Arc<reqwest::Client>) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        if Arc::ptr_eq(&current, failed)
            && let Ok(client) = (self.build)()
        {
            *current = Arc::new(client);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::super::no_tls;
    use super::*;

    #[test]
    fn a_client_is_replaced_once() {
        let built = Arc::new(AtomicU32::new(0));
        let count = Arc::clone(&built);
        let pool = Pool::new(move || match count.fetch_add(1, Ordering::Relaxed) {
            0 | 1 => {
                Ok(reqwest::Client::builder().tls_backend_preconfigured(no_tls()?).build().unwrap())
            }
            _ => Err(ApiError::TimedOut),
        })
        .unwrap();
        let first = pool.current();
        assert!(Arc::ptr_eq(&first, &pool.current()));
        pool.replace(&first);
        let second = pool.current();
        assert!(!Arc::ptr_eq(&first, &second));
        pool.replace(&first);
        assert!(Arc::ptr_eq(&second, &pool.current()));
        assert_eq!(built.load(Ordering::Relaxed), 2);
        // The third cannot be built.
        pool.replace(&second);
        assert!(Arc::ptr_eq(&second, &pool.current()));
        assert_eq!(built.load(Ordering::Relaxed), 3);
    }
}
