//! Endpoint: a base URL that secrets may be sent to.

#[cfg(test)]
mod tests;

use std::net::IpAddr;

use reqwest::Url;

use super::{ConnectionError, Setting, address, regions};
use crate::text::suggest;

/// Scheme, host and port of the service, and for some the region as path. `https`, or `http` to
/// this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Endpoint {
    url: Url,
    /// The flag, variable or file that names it.
    origin: String,
}

/// Placeholder for the region in an address.
const REGION_PLACEHOLDER: &str = "{region}";

/// Replaces `{region}` in an address by the region. Without a region, the address is unchanged and
/// rejected later.
pub(super) fn with_region(address: &mut Setting, region: Option<&Setting>) {
    if let Some(region) = region.filter(|it| is_label(&it.value) && it.value.contains('-')) {
        address.value = address.value.replace(REGION_PLACEHOLDER, &region.value);
    }
}

/// Returns true if an address depends on the region.
pub(super) fn has_placeholder(address: &Setting) -> bool {
    address.value.contains(REGION_PLACEHOLDER)
}

/// Returns true if a text can be a part of a host.
fn is_label(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Checks that a text is a valid endpoint.
///
/// # Errors
///
/// Why not.
pub(crate) fn check(text: &str) -> Result<(), String> {
    let example = Setting::new("it", text.replace(REGION_PLACEHOLDER, "eu-de"));
    let Err(error) = Endpoint::parse(&example) else { return Ok(()) };
    let message = error.to_string();
    let message = message.strip_prefix("it: ").or_else(|| message.strip_prefix("it "));
    Err(format!("{}; {}", message.unwrap_or_default(), error.hint))
}

impl Endpoint {
    /// Returns the endpoint of a region.
    ///
    /// # Errors
    ///
    /// The region is not known.
    pub(super) fn of_region(Setting { origin, value }: &Setting) -> Result<Self, ConnectionError> {
        let unknown = || {
            let hint = suggest::nearest(value, regions::names()).map_or_else(
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
        let host = regions::service_host(value).ok_or_else(unknown)?;
        let url = Url::parse(&format!("https://{host}")).map_err(|_| unknown())?;
        Ok(Self { url, origin: origin.clone() })
    }

    /// Returns the endpoint of a service in a region of the cloud with a user's domain.
    ///
    /// # Errors
    ///
    /// Domain and region do not form a host.
    pub(super) fn below(
        service: &str,
        region: &Setting,
        cloud: &Setting,
    ) -> Result<(Self, String), ConnectionError> {
        let refuse = |what: String| {
            ConnectionError::new(
                format!("{what} cannot be a part of a host"),
                "write the region as eu-de and HW_CLOUD as myhuaweicloud.com, or give --endpoint",
            )
        };
        // A region with a dot in it would lead to a name that a customer of the cloud can have.
        if !is_label(&region.value) {
            return Err(refuse(format!("{}: `{}`", region.origin, region.value.escape_debug())));
        }
        // The value may be a URL with a secret instead of a domain.
        if !cloud.value.split('.').all(is_label) {
            return Err(refuse(cloud.origin.clone()));
        }
        let host = format!("https://{service}.{}.{}", region.value, cloud.value);
        let setting = Setting::new(format!("{} and {}", region.origin, cloud.origin), host);
        Ok((Self::parse(&setting)?, setting.origin))
    }

    /// Returns the endpoint of this service in a region of the known cloud whose identity service
    /// is at `iam`.
    pub(super) fn beside(region: &Setting, iam: &Self) -> Option<Self> {
        let domain = regions::of_identity(iam.url.host_str()?).filter(|_| iam.is_https())?;
        let domain = Setting::new("", domain);
        let found = regions::is_region_name(&region.value)
            .then(|| Self::below("cbr", region, &domain).ok());
        found.flatten().map(|(found, _)| found)
    }

    /// Returns true if a catalogue of the identity service at `self` can name `service`. That of a
    /// known cloud names hosts of this service there, and nothing else.
    pub(crate) fn lists(&self, service: &Self) -> bool {
        let host = |endpoint: &Self| endpoint.url.host_str().unwrap_or_default().to_owned();
        let (iam, service) = (host(self), host(service));
        regions::of_identity(&iam)
            .is_none_or(|domain| regions::of_service(&service) == Some(domain))
    }

    /// Returns the endpoint that a catalogue of IAM names, with or without API version and project.
    /// `None` if secrets must not be sent to it.
    pub(crate) fn of_catalog(url: &str) -> Option<Self> {
        let mut url = Url::parse(url).ok()?;
        let segments: Vec<_> = url.path_segments()?.filter(|segment| !segment.is_empty()).collect();
        if !matches!(segments.as_slice(), [] | ["v3"] | ["v3", _]) {
            return None;
        }
        url.set_path("");
        Self::parse(&Setting::new("catalogue", url.as_str())).ok()
    }

    /// Parses an endpoint that a user wrote.
    ///
    /// # Errors
    ///
    /// It is not one, or secrets must not be sent to it.
    pub(super) fn parse(Setting { origin, value }: &Setting) -> Result<Self, ConnectionError> {
        let refuse = |reason: &str, hint: &str| {
            let message = match address::without_secrets(value) {
                Some(address) => format!("{origin}: `{address}` {reason}"),
                None => format!("{origin} {reason}"),
            };
            Err(ConnectionError::new(message, hint))
        };
        let example = "write it as https://cbr.eu-de.otc.t-systems.com";
        if value.contains('@') {
            return refuse("holds a user name or password, which would be ignored", example);
        }
        if value.contains(REGION_PLACEHOLDER) {
            let hint = "give --region, or --all-projects for every region";
            return refuse("has {region} in it, which needs a region such as eu-de", hint);
        }
        let Ok(url) = Url::parse(value) else {
            return refuse("is not a URL", example);
        };
        if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
            return refuse("is not an https URL", example);
        }
        // The path of some gateways is the region. A version in it would be sent twice.
        let path = url.path().trim_matches('/');
        let is_region = is_label(path) && path.contains('-');
        if !(path.is_empty() || is_region) || url.query().is_some() || url.fragment().is_some() {
            return refuse("has more than scheme, host and port", example);
        }
        let endpoint = Self { url, origin: origin.clone() };
        if endpoint.url.scheme() == "http" && !endpoint.is_loopback() {
            return refuse(
                "would send credentials unencrypted",
                "use https; http only goes to this machine",
            );
        }
        Ok(endpoint)
    }

    /// Parses an IAM address that a user wrote, often with the API version at its end, and returns
    /// it with its origin.
    ///
    /// # Errors
    ///
    /// It is not one, or secrets must not be sent to it.
    pub(super) fn of_identity(setting: &Setting) -> Result<(Self, String), ConnectionError> {
        let value = setting.value.trim_end_matches('/');
        let value = value.strip_suffix("/v3").unwrap_or(value);
        let endpoint = Self::parse(&Setting::new(&setting.origin, value)).map_err(|error| {
            ConnectionError { hint: error.hint.replace("//cbr.", "//iam."), ..error }
        })?;
        Ok((endpoint, setting.origin.clone()))
    }

    /// Returns the flag, variable or file that names it.
    pub(crate) fn origin(&self) -> &str {
        &self.origin
    }

    /// Returns true if this is an address of this machine.
    pub(crate) fn is_loopback(&self) -> bool {
        let host = self.url.host_str().unwrap_or_default();
        let address = host.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        host == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// Returns true if TLS is used.
    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// Returns the `Host` header: with the port only if it is not the scheme's default.
    pub(crate) fn host(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        self.url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Returns the path, without a trailing slash: empty, or the region.
    pub(crate) fn path(&self) -> &str {
        self.url.path().trim_end_matches('/')
    }

    /// Returns scheme, host, port and path, without a trailing slash.
    pub(crate) fn base(&self) -> &str {
        self.url.as_str().trim_end_matches('/')
    }
}
