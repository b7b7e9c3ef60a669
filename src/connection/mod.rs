//! Where the requests go and as whom: flags and environment to a [`Connection`].
//!
//! Owns the order of sources and the rule that one source gives one complete set of credentials: an
//! access key of one and a secret key of another never meet, and a half set is an error that names
//! what is missing. Knows nothing of HTTP.

mod credentials;
mod endpoint;
mod environment;
pub(crate) mod region;

use std::time::Duration;

use clap::Args;

pub(crate) use credentials::Credentials;
pub(crate) use endpoint::Endpoint;
pub(crate) use environment::{Environment, VARIABLES};

use crate::number::whole;
use crate::{completions, time};

/// The flags of every command that asks the service.
#[derive(Args, Debug)]
#[command(next_help_heading = "Connection")]
pub(crate) struct ConnectionArgs {
    /// Region of the backups, such as eu-de; gives the endpoint [env: CBR_REGION]
    #[arg(long, value_name = "REGION", global = true, add = completions::one_of(region::names))]
    pub(crate) region: Option<String>,

    /// Project that the backups belong to (its id) [env: CBR_PROJECT_ID]
    #[arg(long, value_name = "ID", global = true)]
    pub(crate) project_id: Option<String>,

    /// Base URL of the service, in place of the region's [env: CBR_ENDPOINT]
    #[arg(long, value_name = "URL", global = true)]
    pub(crate) endpoint: Option<String>,

    /// Give the whole run at most this long, such as 30s or 5m [default: no limit, and 2 minutes for a single
    /// request]
    #[arg(long, value_name = "DURATION", allow_hyphen_values = true, global = true, value_parser = time::duration)]
    pub(crate) timeout: Option<Duration>,

    /// Try a request again at most this often when the service is unreachable, throttling or failing
    #[arg(long, value_name = "N", allow_negative_numbers = true, global = true, default_value_t = 5, value_parser = whole::<u32>(0..=100))]
    pub(crate) retries: u32,
}

impl ConnectionArgs {
    /// The first of these flags that was given, as far as its value tells.
    pub(crate) fn first_given(&self) -> Option<&'static str> {
        let Self { region, project_id, endpoint, timeout, retries: _ } = self;
        let given = [
            ("--region", region.is_some()),
            ("--project-id", project_id.is_some()),
            ("--endpoint", endpoint.is_some()),
            ("--timeout", timeout.is_some()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }
}

/// Everything that is needed to send a request.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Where the service is.
    pub(crate) endpoint: Endpoint,
    /// The project in every path, also sent as `X-Project-Id`.
    pub(crate) project_id: String,
    /// As whom.
    pub(crate) credentials: Credentials,
}

/// A setting that is missing, broken or contradictory. Leads to exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub(crate) struct ConnectionError {
    message: String,
    /// What would work.
    pub(crate) hint: String,
}

impl ConnectionError {
    fn new(message: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { message: message.into(), hint: hint.into() }
    }
}

impl Connection {
    /// Gathers the settings, flags first.
    ///
    /// # Errors
    ///
    /// Names the flag or variable that is missing or broken.
    pub(crate) fn resolve(
        args: &ConnectionArgs,
        environment: &Environment,
    ) -> Result<Self, ConnectionError> {
        let credentials = Credentials::from_environment(environment)?;
        let endpoint = Endpoint::resolve(args, environment)?;
        let project_id = project_id(args, environment, credentials.family)?;
        Ok(Self { endpoint, project_id, credentials: credentials.credentials })
    }
}

/// The project: the flag, our own variable, or the variable of the family that the credentials came
/// from. A project of one family never meets the keys of another.
fn project_id(
    args: &ConnectionArgs,
    environment: &Environment,
    family: &credentials::Family,
) -> Result<String, ConnectionError> {
    let found = Setting::given("--project-id", args.project_id.as_deref())
        .or_else(|| environment.setting("CBR_PROJECT_ID"))
        .or_else(|| environment.setting(family.project_id));
    let Some(Setting { origin, value }) = found else {
        return Err(ConnectionError::new(
            "no project id",
            "give --project-id or set CBR_PROJECT_ID; the console shows it under My Credentials",
        ));
    };
    // It becomes a segment of the path: anything else would ask for another path.
    if value.is_empty()
        || !value.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
    {
        return Err(ConnectionError::new(
            format!("{origin}: `{}` is not a project id", value.escape_debug()),
            "a project id is 32 hexadecimal digits, such as 0605767b5780d5762fc5c0118072a564",
        ));
    }
    Ok(value)
}

/// A value and where it came from.
#[derive(Debug)]
struct Setting {
    origin: &'static str,
    value: String,
}

impl Setting {
    fn given(flag: &'static str, value: Option<&str>) -> Option<Self> {
        value.map(|value| Self { origin: flag, value: value.to_owned() })
    }
}
