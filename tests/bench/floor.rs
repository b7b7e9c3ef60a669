//! The floor: a bare client that sends the same requests as `cbr` and throws the answers away.
//!
//! It uses the same HTTP library with the same settings, and the same pages with the same overlap
//! and concurrency. It signs nothing, parses nothing and knows the number of rows beforehand. It is
//! a process of its own: this program, with an argument that is used for nothing else.

use std::env;
use std::sync::Arc;

use anyhow::Context as _;
use reqwest::{Client, RequestBuilder, redirect};
use rustls::{ClientConfig, RootCertStore};
use tokio::task::JoinSet;

/// Argument that turns this program into a floor; the number of backups follows.
pub(crate) const COMMAND: &str = "floor-of";

/// Variable with the token of the floor.
pub(crate) const TOKEN: &str = "CBR_TOKEN";

/// Concurrent requests, rows of a page, and rows from one page to the next: what
/// `cbr backups list` begins with.
const WINDOW: usize = 8;
pub(crate) const PAGE: u64 = 1000;
pub(crate) const STEP: u64 = PAGE - 1;

/// Returns the number of backups to fetch if this process is a floor.
pub(crate) fn requested() -> Option<u64> {
    let mut arguments = env::args().skip(1);
    (arguments.next()? == COMMAND).then(|| arguments.next()?.parse().ok())?
}

/// Fetches all backups. The first page is requested alone, because `cbr` learns the count from it.
#[tokio::main(worker_threads = 2)]
pub(crate) async fn fetch(backups: u64) -> anyhow::Result<()> {
    let bare = Bare::new()?;
    let mut offsets = (0..backups.saturating_sub(1).max(1)).step_by(STEP as usize);
    if let Some(first) = offsets.next() {
        throw_away(bare.page(first)).await?;
    }
    let mut under_way = JoinSet::new();
    for offset in offsets {
        if under_way.len() == WINDOW
            && let Some(page) = under_way.join_next().await
        {
            page??;
        }
        under_way.spawn(throw_away(bare.page(offset)));
    }
    while let Some(page) = under_way.join_next().await {
        page??;
    }
    Ok(())
}

async fn throw_away(request: RequestBuilder) -> anyhow::Result<()> {
    let mut response = request.send().await?.error_for_status()?;
    while response.chunk().await?.is_some() {}
    Ok(())
}

/// Returns the URL of the list, for the variables of a sandbox.
pub(crate) fn url(
    variable: impl Fn(&'static str) -> anyhow::Result<String>,
) -> anyhow::Result<String> {
    let (endpoint, project) = (variable("CBR_ENDPOINT")?, variable("CBR_PROJECT_ID")?);
    Ok(format!("{endpoint}/v3/{project}/backups?sort=created_at:desc,id:desc"))
}

/// The parts that all requests share.
struct Bare {
    client: Client,
    url: String,
    token: String,
}

impl Bare {
    fn new() -> anyhow::Result<Self> {
        let variable = |name: &'static str| env::var(name).context(name);
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let no_tls = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()?
            .with_root_certificates(RootCertStore::empty())
            .with_no_client_auth();
        let client = Client::builder()
            .redirect(redirect::Policy::none())
            .retry(reqwest::retry::never())
            .tcp_nodelay(true)
            .no_proxy()
            .tls_backend_preconfigured(no_tls);
        Ok(Self { client: client.build()?, url: url(variable)?, token: variable(TOKEN)? })
    }

    fn page(&self, offset: u64) -> RequestBuilder {
        let url = format!("{}&limit={PAGE}&offset={offset}", self.url);
        self.client.get(url).header("x-auth-token", &self.token)
    }
}
