//! The settings of a run, and the client that uses them.

use std::sync::Arc;
use std::time::Instant;

use crate::api::{
    Client, ClientOptions, ExpiringKeys, MetadataService, RequestLog, RetryPolicy, Session,
    Throttle,
};
use crate::auth::iam::{self, Cache, Sessions};
use crate::settings::{ConnectionArgs, Environment, Home, Metadata, Resolution, Trust};
use crate::terminal::console::Console;

/// Returns the settings of this run that are known without a request.
pub(super) fn settings(args: &ConnectionArgs, console: &Console) -> Resolution {
    let resolution = resolve(args, &Metadata::NotRequested);
    tell(&resolution, console);
    resolution
}

fn resolve(args: &ConnectionArgs, metadata: &Metadata) -> Resolution {
    Resolution::new(args, &Environment::of_process(), Home::of_process, metadata)
}

/// Prints the warnings of the settings.
pub(super) fn tell(resolution: &Resolution, console: &Console) {
    for warning in &resolution.warnings {
        console.warn(warning);
    }
    if resolution.trust == Trust::Unchecked {
        warn_unchecked(console);
    }
}

/// Warns of `--insecure`.
pub(super) fn warn_unchecked(console: &Console) {
    console.alarm(UNCHECKED);
}

const UNCHECKED: &str = "--insecure: certificates are not checked; anyone on the network path can \
                         read and change the traffic";

/// The settings of one account, which may have several targets.
pub(super) struct Account {
    metadata: Metadata,
    /// Renews the keys of the metadata service.
    session: Option<Arc<Session>>,
    throttle: Arc<Throttle>,
    deadline: Option<Instant>,
    log: Arc<RequestLog>,
}

impl Account {
    /// Creates an account. Without other credentials in `args`, requests those of the server that
    /// it runs on.
    ///
    /// # Errors
    ///
    /// The address of that service cannot be used.
    pub(super) async fn open(
        args: &ConnectionArgs,
        deadline: Option<Instant>,
        log: &Arc<RequestLog>,
    ) -> anyhow::Result<Self> {
        let mut account = Self {
            metadata: Metadata::NotRequested,
            session: None,
            throttle: Arc::default(),
            deadline,
            log: Arc::clone(log),
        };
        if let Some(address) = resolve(args, &Metadata::NotRequested).metadata_to_request {
            let service = MetadataService::new(address, Arc::clone(log))?;
            account.metadata = match service.server().await {
                Ok((server, expires)) => {
                    let credentials = server.credentials.clone();
                    let keys = ExpiringKeys { credentials, expires };
                    account.session = Some(Arc::new(Session::new(service, keys)));
                    Metadata::Available(server)
                }
                Err(why) => Metadata::Nothing(why),
            };
        }
        Ok(account)
    }

    /// Returns the settings of one target, and the options for its requests.
    pub(super) fn resolve(&self, args: &ConnectionArgs) -> (Resolution, ClientOptions) {
        let resolution = resolve(args, &self.metadata);
        let options = ClientOptions {
            retry_policy: RetryPolicy { retries: args.retries, deadline: self.deadline },
            log: Arc::clone(&self.log),
            trust: resolution.trust.clone(),
            origin: Arc::new(resolution.origin()),
            session: self.session.clone(),
            throttle: Arc::clone(&self.throttle),
        };
        (resolution, options)
    }
}

/// Returns the deadline of the run, if there is one.
pub(super) fn deadline(args: &ConnectionArgs) -> Option<Instant> {
    args.timeout.and_then(|timeout| Instant::now().checked_add(timeout))
}

/// Returns the settings of this run and the options for its requests.
pub(super) async fn settings_and_options(
    args: &ConnectionArgs,
    console: &Console,
    log: &Arc<RequestLog>,
) -> anyhow::Result<(Resolution, ClientOptions)> {
    let account = Account::open(args, deadline(args), log).await?;
    let (resolution, options) = account.resolve(args);
    tell(&resolution, console);
    Ok((resolution, options))
}

/// Returns the client of a run with one target.
///
/// # Errors
///
/// Names what is missing or invalid, or the request that failed.
pub(super) async fn client(
    args: &ConnectionArgs,
    console: &Console,
    log: &Arc<RequestLog>,
) -> anyhow::Result<Client> {
    let (resolution, options) = settings_and_options(args, console, log).await?;
    iam::connect(resolution, Cache::of_process(), &Sessions::default(), &options).await
}
