//! HTTP transport: client with certificates, proxies and time-outs, and the mapping of its errors.
//!
//! Knows nothing of credentials or request contents: the service and IAM share this code.
//!
//! | module | what it owns |
//! |---|---|
//! | [`certificates`] | the authorities that are trusted, from the files that name them |
//! | [`pool`] | connections that are shared, and replaced after a failure |
//! | [`proxy`], [`no_proxy`] | the proxy of the environment, and the hosts that are reached without it |

mod certificates;
mod no_proxy;
mod pool;
mod proxy;

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use reqwest::header::{ACCEPT_ENCODING, HeaderMap, HeaderValue};
use reqwest::{ClientBuilder, Response, redirect};

use pool::Pool;
use proxy::Proxy;

use super::ApiError;
use super::distrust::Distrust;
use super::encoding::{ACCEPTED, BodyDecoder};
use super::silence::Silence;
use super::utf8_body::Utf8Body;
use crate::settings::{Endpoint, Trust};

/// Time limit for connecting.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
/// Silence after which an HTTP/2 connection with open requests is pinged, and time limit for the
/// reply. A slow service replies, a dead connection does not.
const PING: Duration = Duration::from_secs(10);
/// Maximum size of a body. A page of 1000 backups is about 1 MiB.
const LARGEST_BODY: usize = 16 << 20;

/// Transport to one endpoint.
pub(crate) struct Transport {
    pool: Pool,
    trust: Trust,
    proxy: Option<Proxy>,
}

impl Transport {
    /// Creates a transport without sending anything. https uses `trust` and the proxy of the
    /// environment. Plain http is only for this machine and uses no proxy.
    ///
    /// # Errors
    ///
    /// The certificates or the proxy cannot be used.
    pub(crate) fn to(endpoint: &Endpoint, trust: &Trust) -> Result<Self, ApiError> {
        if !endpoint.is_https() {
            return Self::plain(CONNECT_TIMEOUT);
        }
        let proxy = Proxy::to(endpoint.base())?;
        // Fails only if a provider is already installed, which works too.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (authorities, unchecked) = (certificates::read(trust)?, *trust == Trust::Unchecked);
        let for_client = proxy.as_ref().map(Proxy::for_client).transpose()?;
        let pool = Pool::new(move || {
            let http = match &authorities {
                Some(authorities) => builder().tls_certs_only(authorities.clone()),
                None => builder(),
            };
            let http = match &for_client {
                Some(proxy) => http.proxy(proxy.clone()),
                None => http,
            };
            let http = http.tls_danger_accept_invalid_certs(unchecked);
            build(http.connect_timeout(CONNECT_TIMEOUT))
        })?;
        Ok(Self { pool, trust: trust.clone(), proxy })
    }

    /// Creates a transport for plain http without a proxy. It does not read the system's
    /// certificates, which takes time.
    ///
    /// # Errors
    ///
    /// None that are known.
    pub(super) fn plain(connect_timeout: Duration) -> Result<Self, ApiError> {
        let pool = Pool::new(move || {
            let http = builder().tls_backend_preconfigured(no_tls()?);
            build(http.connect_timeout(connect_timeout))
        })?;
        Ok(Self { pool, trust: Trust::System, proxy: None })
    }

    /// Returns the client that sends the next request. Follows no redirect and repeats nothing.
    pub(crate) fn http(&self) -> Arc<reqwest::Client> {
        self.pool.current()
    }

    /// Makes later requests open new connections, after a request failed on one of `http`.
    pub(crate) fn leave(&self, http: &Arc<reqwest::Client>) {
        self.pool.replace(http);
    }

    /// Reads a body of up to [`LARGEST_BODY`] bytes after decompression. `buffer` returns a buffer
    /// for the announced size.
    ///
    /// # Errors
    ///
    /// The body breaks off, stalls, is too large, or is damaged gzip.
    pub(crate) async fn body(
        &self,
        mut response: Response,
        silence: Silence<'_>,
        buffer: impl FnOnce(usize) -> Vec<u8>,
    ) -> Result<Utf8Body, ApiError> {
        let announced = response.content_length().unwrap_or(0).min(LARGEST_BODY as u64);
        let body = Utf8Body::within(buffer(announced as usize));
        let mut body = BodyDecoder::new(response.headers(), body, LARGEST_BODY);
        while let Some(chunk) =
            silence.wait_for(response.chunk()).await?.map_err(|error| self.fault(&error))?
        {
            body.push(&chunk)?;
        }
        body.finish()
    }

    /// Maps an error of the HTTP client.
    pub(crate) fn fault(&self, error: &reqwest::Error) -> ApiError {
        if error.is_timeout() {
            return ApiError::TimedOut;
        }
        if let Some(distrust) = Distrust::of(error, &self.trust) {
            return ApiError::Untrusted(distrust);
        }
        let reason = chain(error);
        if let (None, true, Some(host)) = (&self.proxy, is_unknown_host(&reason), error.url()) {
            let host = host.host_str().unwrap_or_default().to_owned();
            return ApiError::UnknownHost { host, origin: None };
        }
        match &self.proxy {
            Some(proxy) if error.is_connect() => proxy.fault(&reason),
            _ => ApiError::Unreachable { reason, was_connected: !error.is_connect() },
        }
    }
}

/// Returns host and port of the proxy for an endpoint, and the variable that names it.
///
/// # Errors
///
/// A variable does not hold the URL of a proxy.
pub(crate) fn proxy_to(endpoint: &Endpoint) -> Result<Option<(String, &'static str)>, ApiError> {
    if !endpoint.is_https() {
        return Ok(None);
    }
    Ok(Proxy::to(endpoint.base())?.map(|proxy| proxy.shown()))
}

/// Returns the options of every request.
fn builder() -> ClientBuilder {
    let encoding = (ACCEPT_ENCODING, HeaderValue::from_static(ACCEPTED));
    reqwest::Client::builder()
        .default_headers(HeaderMap::from_iter([encoding]))
        .user_agent(concat!("cbr/", env!("CARGO_PKG_VERSION")))
        // An HTTP client forwards X-Auth-Token when it follows a redirect to another host.
        .redirect(redirect::Policy::none())
        // This module reads the proxy variables itself, to name them in messages.
        .no_proxy()
        // Each attempt needs a date and signature of its own.
        .retry(reqwest::retry::never())
        .tcp_nodelay(true)
        .http2_keep_alive_interval(PING)
        .http2_keep_alive_timeout(PING)
}

fn build(http: ClientBuilder) -> Result<reqwest::Client, ApiError> {
    http.build().map_err(|error| ApiError::Setup {
        reason: chain(&error),
        hint: "pass the CA certificates to trust with --ca-file".to_owned(),
    })
}

/// Returns TLS settings without trusted certificates, for plain http.
fn no_tls() -> Result<rustls::ClientConfig, ApiError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ApiError::Setup {
            reason: error.to_string(),
            hint: "this is a bug in cbr; please report it".to_owned(),
        })?;
    Ok(builder.with_root_certificates(rustls::RootCertStore::empty()).with_no_client_auth())
}

/// Returns true if DNS says that the host does not exist. Temporary failures may be retried. Only
/// the text distinguishes them: `std` keeps no code.
fn is_unknown_host(reason: &str) -> bool {
    if reason.contains("invalid dns name") {
        return true;
    }
    reason.contains("dns error") && !reason.contains("emporar") && !reason.contains("ry again")
}

/// Returns the error chain from the outside in, without the URL and without repetitions.
fn chain(error: &reqwest::Error) -> String {
    let mut reasons: Vec<String> = Vec::new();
    let mut source = error.source();
    while let Some(error) = source {
        // The HTTP client's internals do not matter to a user.
        let reason = error.to_string().replace("client error (Connect)", "");
        if !reason.is_empty() && !reasons.iter().any(|known| known.contains(&reason)) {
            reasons.push(reason);
        }
        source = error.source();
    }
    if reasons.is_empty() { error.to_string() } else { reasons.join(": ") }
}
