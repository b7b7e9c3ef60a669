//! The settings of a run, and the client that uses them.

use std::sync::Arc;
use std::time::Instant;

use super::auth;
use crate::api::{
    self, Client, ClientOptions, ExpiringKeys, MetadataService, RequestLog, RetryPolicy, Session,
};
use crate::auth::iam::{self, Cache};
use crate::cli::auth::{CheckArgs, ShowArgs};
use crate::settings::config::Config;
use crate::settings::{
    ConnectionArgs, ConnectionError, Environment, Home, Metadata, Resolution, Trust,
};
use crate::terminal::console::Console;
use crate::terminal::stdout::Stdout;

/// `cbr auth show`.
pub(crate) fn show_settings(
    args: &ShowArgs,
    connection: &ConnectionArgs,
    console: &Console,
    check_defaults: impl Fn(&Config) -> Result<(), ConnectionError>,
) -> anyhow::Result<()> {
    let resolution = settings(connection, console);
    let run = auth::RunSettings {
        connection,
        proxy: resolution.endpoint.as_ref().ok().map(|place| api::proxy_to(&place.endpoint)),
        broken_default: connection.own_file.config.as_ref().and_then(|it| check_defaults(it).err()),
        kept_project: iam::kept_project(&resolution, &Cache::of_process()),
    };
    auth::show(args, &resolution, &run, &mut Stdout)
}

/// `cbr auth check`.
pub(crate) async fn check_settings(
    args: &CheckArgs,
    connection: &ConnectionArgs,
    console: &Arc<Console>,
) -> anyhow::Result<()> {
    let journal = Arc::new(RequestLog::new(Arc::clone(console)));
    let (resolution, means) = settings_and_means(connection, console, &journal).await?;
    auth::check(args, resolution, &means, &mut Stdout).await
}

/// Returns the settings of this run that are known without a request.
pub(super) fn settings(args: &ConnectionArgs, console: &Console) -> Resolution {
    let resolution = resolve(args, &Metadata::NotAsked);
    tell(&resolution, console);
    resolution
}

fn resolve(args: &ConnectionArgs, metadata: &Metadata) -> Resolution {
    Resolution::new(args, &Environment::of_process(), Home::of_process, metadata)
}

/// Prints the warnings of the settings.
fn tell(resolution: &Resolution, console: &Console) {
    for warning in &resolution.warnings {
        console.warn(warning);
    }
    if resolution.trust == Trust::Unchecked {
        console.alarm(UNCHECKED);
    }
}

const UNCHECKED: &str = "--insecure: certificates are not checked; anyone on the network path can \
                         read and change the traffic";

/// Returns the settings of this run and the options for its requests. Without other credentials,
/// requests those of the server that it runs on.
async fn settings_and_means(
    args: &ConnectionArgs,
    console: &Console,
    journal: &Arc<RequestLog>,
) -> anyhow::Result<(Resolution, ClientOptions)> {
    let deadline = args.timeout.and_then(|timeout| Instant::now().checked_add(timeout));
    let mut resolution = resolve(args, &Metadata::NotAsked);
    let mut session = None;
    if let Some(address) = &resolution.to_ask {
        let service = MetadataService::new(address.clone(), Arc::clone(journal))?;
        let metadata = match service.server().await {
            Ok((server, expires)) => {
                let credentials = server.credentials.clone();
                let keys = ExpiringKeys { credentials, expires };
                session = Some(Arc::new(Session::new(service, keys)));
                Metadata::Gave(server)
            }
            Err(why) => Metadata::Nothing(why),
        };
        resolution = resolve(args, &metadata);
    }
    tell(&resolution, console);
    let means = ClientOptions {
        retry_policy: RetryPolicy { retries: args.retries, deadline },
        log: Arc::clone(journal),
        trust: resolution.trust.clone(),
        origin: Arc::new(resolution.origin()),
        session,
    };
    Ok((resolution, means))
}

pub(super) async fn client(
    args: &ConnectionArgs,
    console: &Console,
    journal: &Arc<RequestLog>,
) -> anyhow::Result<Client> {
    let (resolution, means) = settings_and_means(args, console, journal).await?;
    iam::connect(resolution, Cache::of_process(), &means).await
}
