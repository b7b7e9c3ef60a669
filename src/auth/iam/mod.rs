//! The identity service (IAM): exchanges a password for a token, and a project's name for its id.
//! It is used only if the settings are incomplete without it.
//!
//! Owns the requests and how their answers are read. [`api`](crate::api) sends, retries and redacts
//! them; [`settings`](crate::settings) has the address of IAM and the credentials.
//!
//! | module | what it owns |
//! |---|---|
//! | [`connect`](mod@connect) | settings to a client, through IAM if needed |
//! | [`login`], [`project`] | the requests, and how their answers are read |
//! | [`renewal`] | a new token or project id after a rejection |
//! | [`account`] | the projects of an account |
//! | [`cache`] | project ids between runs |
//!
//! Source: IAM API reference, "Obtaining a User Token Through Password Authentication", "Verifying
//! a Token", "Querying Project Information", "Querying the List of Projects Accessible to an IAM
//! User".

mod account;
mod cache;
mod connect;
mod login;
mod project;
mod renewal;

use std::sync::Arc;

use crate::api::{ApiError, Client, ClientOptions, Identity};
use crate::settings::{Credentials, Endpoint};

pub(crate) use account::{NotTried, Sessions, one_project, projects};
pub(crate) use cache::Cache;
pub(crate) use connect::{cached_project, connect, connect_from_cache, scope};
pub(crate) use project::IamProject;

/// IAM at one address, with the credentials of one user.
#[derive(Clone)]
struct Iam {
    endpoint: Endpoint,
    credentials: Credentials,
    options: ClientOptions,
}

impl Iam {
    /// Returns a client for requests without a project.
    fn client(&self) -> Result<Client, ApiError> {
        let access = Identity { credentials: self.credentials.clone(), project_id: None };
        // IAM throttles on its own.
        let options = ClientOptions { throttle: Arc::default(), ..self.options.clone() };
        Client::new(self.endpoint.clone(), access, None, &options)
    }

    /// Adds the failed action to an error, such as `cannot log in`.
    fn failed(&self, doing: &'static str) -> impl FnOnce(ApiError) -> ApiError {
        let address = self.endpoint.base().to_owned();
        move |fault| ApiError::Identity { doing, address, fault: Box::new(fault) }
    }
}
