//! The floor: a bare client that asks for what `cbr` asks for and throws the answers away.
//!
//! The same HTTP library with the same settings, the same pages with the same overlap, as many of
//! them at a time. It signs nothing, reads nothing of what comes, and knows the number of rows
//! beforehand. It runs as a process of its own, which is this program with an argument that nobody
//! else gives.

use std::env;
use std::sync::Arc;

use anyhow::Context as _;
use reqwest::{Client, RequestBuilder, redirect};
use rustls::{ClientConfig, RootCertStore};
use tokio::task::JoinSet;

/// The argument that makes a floor of this program; the number of backups follows.
pub(crate) const COMMAND: &str = "floor-of";

/// Where the floor finds its token.
pub(crate) const TOKEN: &str = "CBR_TOKEN";

/// Pages that are asked for at a time, the rows of a page, and how many of those the page before
/// did not have: the defaults of `cbr backups list`.
const WINDOW: usize = 8;
const PAGE: u64 = 1000;
const STEP: u64 = PAGE - 1;

/// How many backups to fetch, if this process is to be a floor.
pub(crate) fn requested() -> Option<u64> {
    let mut arguments = env::args().skip(1);
    (arguments.next()? == COMMAND).then(|| arguments.next()?.parse().ok())?
}

/// Fetches all backups. The first page comes alone: it is the one that tells `cbr` how many follow.
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

/// What the requests have in common.
struct Bare {
    client: Client,
    url: String,
    token: String,
}

impl Bare {
    fn new() -> anyhow::Result<Self> {
        let variable = |name| env::var(name).context(name);
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
        let (endpoint, project) = (variable("CBR_ENDPOINT")?, variable("CBR_PROJECT_ID")?);
        Ok(Self {
            client: client.build()?,
            url: format!("{endpoint}/v3/{project}/backups?sort=created_at:desc,id:desc"),
            token: variable(TOKEN)?,
        })
    }

    fn page(&self, offset: u64) -> RequestBuilder {
        let url = format!("{}&limit={PAGE}&offset={offset}", self.url);
        self.client.get(url).header("x-auth-token", &self.token)
    }
}
