//! The endpoint: a base URL that secrets may be sent to.

use std::net::IpAddr;

use reqwest::Url;

use super::{ConnectionError, Setting, region};
use crate::suggest;

/// Scheme, host and port of the service. `https`, or `http` to this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    url: Url,
}

/// Whether a text can be an endpoint.
///
/// # Errors
///
/// Why not.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let Err(error) = Endpoint::parse(&Setting::new("it", text)) else { return Ok(()) };
    let message = error.to_string();
    Err(format!("{}; {}", message.strip_prefix("it: ").unwrap_or(&message), error.hint))
}

impl Endpoint {
    /// The endpoint of a region.
    ///
    /// # Errors
    ///
    /// The region is not known.
    pub(super) fn of_region(Setting { origin, value }: &Setting) -> Result<Self, ConnectionError> {
        let unknown = || {
            let hint = suggest::nearest(value, region::names()).map_or_else(
                || {
                    "if the region is new, give its URL: --endpoint https://cbr.REGION.DOMAIN"
                        .to_owned()
                },
                |nearest| {
                    format!(
                        "did you mean {nearest}? If the region is new, give its URL with --endpoint"
                    )
                },
            );
            ConnectionError::new(
                format!("{origin}: unknown region `{}`", value.escape_debug()),
                hint,
            )
        };
        let host = region::host(value).ok_or_else(unknown)?;
        let url = Url::parse(&format!("https://{host}")).map_err(|_| unknown())?;
        Ok(Self { url })
    }

    /// An endpoint as someone wrote it.
    ///
    /// # Errors
    ///
    /// It is not one, or secrets must not be sent to it.
    pub(super) fn parse(Setting { origin, value }: &Setting) -> Result<Self, ConnectionError> {
        let refuse = |reason: &str, hint: &str| {
            let value = value.escape_debug();
            Err(ConnectionError::new(format!("{origin}: `{value}` {reason}"), hint))
        };
        let example = "write it as https://cbr.eu-de.otc.t-systems.com";
        let Ok(url) = Url::parse(value) else {
            return refuse("is not a URL", example);
        };
        if !url.username().is_empty() || url.password().is_some() {
            let message = format!("{origin} holds a user name or password, which would be ignored");
            return Err(ConnectionError::new(message, example));
        }
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return refuse("is not an https URL", example);
        }
        if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
            return refuse("has more than scheme, host and port", example);
        }
        let endpoint = Self { url };
        if endpoint.url.scheme() == "http" && !endpoint.is_loopback() {
            return refuse(
                "would send credentials unencrypted",
                "use https; http only goes to this machine",
            );
        }
        Ok(endpoint)
    }

    /// Whether this is an address of this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// Whether TLS is used.
    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The `Host` header: with the port only if it is not the scheme's own.
    pub(crate) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Scheme, host and port, without a slash at the end.
    pub(crate) fn base(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(value: &str) -> Result<Endpoint, String> {
        let setting = Setting::new("--endpoint", value);
        Endpoint::parse(&setting).map_err(|error| error.to_string())
    }

    #[test]
    fn https_anywhere_and_http_to_this_machine() {
        let cases = [
            ("https://cbr.eu-de.otc.t-systems.com", "cbr.eu-de.otc.t-systems.com"),
            ("https://cbr.eu-de.otc.t-systems.com:443/", "cbr.eu-de.otc.t-systems.com"),
            ("https://example.com:8443", "example.com:8443"),
            ("http://127.0.0.1:8080", "127.0.0.1:8080"),
            ("http://127.9.9.9", "127.9.9.9"),
            ("http://[::1]:80", "[::1]"),
            ("http://localhost:1", "localhost:1"),
        ];
        for (value, host) in cases {
            assert_eq!(
                parse(value).map(|endpoint| endpoint.host()),
                Ok(host.to_owned()),
                "{value}"
            );
        }
    }

    #[test]
    fn what_would_leak_or_cannot_be_used_is_refused() {
        let cases = [
            ("cbr.eu-de.otc.t-systems.com", "is not a URL"),
            ("ftp://example.com", "is not an https URL"),
            ("http://example.com", "unencrypted"),
            ("http://127.0.0.1.example.com", "unencrypted"),
            ("http://localhost.example.com", "unencrypted"),
            ("https://example.com/v3", "more than scheme, host and port"),
            ("https://example.com/?a=b", "more than scheme, host and port"),
            ("https://user:secret@example.com", "user name or password"),
            ("", "is not a URL"),
        ];
        for (value, expected) in cases {
            let error = parse(value).unwrap_err();
            assert!(error.contains(expected), "{value}: {error}");
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
