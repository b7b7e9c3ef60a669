//! Recovery from rejected state: a new login replaces an expired token, and a new look-up replaces
//! a cached project id.

use jiff::{SignedDuration, Timestamp};

use super::cache::{Cache, Name};
use super::login::{self, Region, Session};
use super::{Iam, project};
use crate::api::{ApiError, CredentialRefresh, Identity, Renewed};
use crate::settings::{Credentials, Endpoint, Login, NameOrId, Setting, check_project_id};

/// Lifetime of a cached project id. The id never changes while the project exists.
const LONGEST: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Logs a user in, at first and when the token is rejected. Tokens are never written to disk.
pub(super) struct Logins {
    iam: Iam,
    login: Login,
    /// Project of the token.
    project: NameOrId,
    region: Region,
}

impl Logins {
    /// Creates the logins of a user for one project.
    pub(super) fn new(iam: Iam, login: Login, project: NameOrId, region: Region) -> Self {
        Self { iam, login, project, region }
    }

    /// Logs in.
    ///
    /// # Errors
    ///
    /// The login failed.
    pub(super) async fn log_in(&self) -> Result<Session, ApiError> {
        login::log_in(&self.iam, &self.login, &self.project, &self.region).await
    }
}

impl Session {
    /// Returns the identity of requests with this token.
    pub(super) fn access(&self) -> Identity {
        let project_id = self.scope.project.as_ref().map(|project| project.id.clone());
        Identity { credentials: Credentials::Token(self.token.clone()), project_id }
    }
}

impl CredentialRefresh for Logins {
    /// Logs in once more. A failure is not retried: a few of them lock the user.
    fn renew<'a>(&'a self, refused: &'a ApiError) -> Renewed<'a> {
        Box::pin(async move {
            if !matches!(refused, ApiError::Refused(refusal) if refusal.status == 401) {
                return Ok(None);
            }
            self.log_in().await.map(|session| Some(session.access()))
        })
    }
}

/// Looks up a project by name, with a cache between runs.
pub(super) struct Projects {
    iam: Iam,
    wanted: Setting,
    /// True if that is the name of the region.
    is_region: bool,
    cache: Cache,
    name: Name,
}

impl Projects {
    /// Creates a look-up for an access key. The project of a token changes with the token, so it is
    /// not cached.
    pub(super) fn new(
        iam: Iam,
        access_key: &str,
        wanted: Setting,
        is_region: bool,
        cache: Cache,
    ) -> Self {
        let name = Self::name(access_key, &iam.endpoint, &wanted);
        Self { iam, wanted, is_region, cache, name }
    }

    /// Returns the name of the cache entry.
    fn name(access_key: &str, iam: &Endpoint, wanted: &Setting) -> Name {
        Name::of(&["project", access_key, iam.base(), &wanted.value])
    }

    /// Returns the cached id.
    pub(super) fn cached(&self) -> Option<String> {
        cached_id(&self.cache, &self.name)
    }

    /// Returns the cached id without creating a look-up.
    pub(super) fn cached_in(
        cache: &Cache,
        access_key: &str,
        iam: &Endpoint,
        wanted: &Setting,
    ) -> Option<String> {
        cached_id(cache, &Self::name(access_key, iam, wanted))
    }

    /// Requests the id and caches it.
    ///
    /// # Errors
    ///
    /// Those of [`project::find`].
    pub(super) async fn find(&self) -> anyhow::Result<String> {
        let id = project::find(&self.iam, &self.wanted, self.is_region).await?;
        if let Ok(until) = Timestamp::now().checked_add(LONGEST) {
            self.cache.write(&self.name, until, id.clone());
        }
        Ok(id)
    }

    pub(super) fn access(&self, id: String) -> Identity {
        Identity { credentials: self.iam.credentials.clone(), project_id: Some(id) }
    }
}

fn cached_id(cache: &Cache, name: &Name) -> Option<String> {
    let id = cache.read(name)?;
    check_project_id(&id).ok().map(|()| id)
}

/// A cached project, which may no longer exist.
pub(super) struct CachedProject {
    pub(super) projects: Projects,
    pub(super) id: String,
}

impl CredentialRefresh for CachedProject {
    /// Removes the cache entry, so the next run looks the project up again. Looks it up at once
    /// unless the credentials were rejected: those are not sent twice.
    fn renew<'a>(&'a self, refused: &'a ApiError) -> Renewed<'a> {
        Box::pin(async move {
            self.projects.cache.remove(&self.projects.name);
            if matches!(refused, ApiError::Refused(refusal) if refusal.status == 401) {
                return Ok(None);
            }
            // If this fails too, the first error is reported.
            let found = self.projects.find().await.ok().filter(|id| *id != self.id);
            Ok(found.map(|id| self.projects.access(id)))
        })
    }
}
