//! The identity service (IAM): a token for a user's password, the id of a project for its name, and
//! with them a client for the service. Asked only where the settings do not say it all.
//!
//! Knows what to ask and what to make of the answers. Requests, retries and what is never shown are
//! [`api`](crate::api)'s; where IAM is, and as whom to ask, [`settings`](crate::settings)'s.
//!
//! | module | what it owns |
//! |---|---|
//! | [`connect`](mod@connect) | settings to a client, through IAM where needed |
//! | [`login`], [`project`] | the two calls, and how their answers are read |
//! | [`renewal`] | a new token, or another project, where one was refused |
//! | [`cache`] | project ids that are kept between runs |
//!
//! Source: IAM API reference, "Obtaining a User Token Through Password Authentication", "Verifying
//! a Token", "Querying Project Information", "Querying the List of Projects Accessible to an IAM
//! User".

mod cache;
mod connect;
mod login;
mod project;
mod renewal;

use crate::api::{ApiError, Client, ClientOptions, Identity};
use crate::settings::{Credentials, Endpoint};

pub(crate) use cache::Cache;
pub(crate) use connect::{connect, kept, kept_project, scope};
pub(crate) use project::Found;

/// The IAM at one address, asked as one user.
#[derive(Clone)]
struct Iam {
    endpoint: Endpoint,
    credentials: Credentials,
    means: ClientOptions,
}

impl Iam {
    /// A client for requests that belong to no project.
    fn client(&self) -> Result<Client, ApiError> {
        let access = Identity { credentials: self.credentials.clone(), project_id: None };
        Client::new(self.endpoint.clone(), access, None, &self.means)
    }

    /// A failure with what it was about, such as `cannot log in`.
    fn failed(&self, doing: &'static str) -> impl FnOnce(ApiError) -> ApiError {
        let address = self.endpoint.base().to_owned();
        move |fault| ApiError::Identity { doing, address, fault: Box::new(fault) }
    }
}
