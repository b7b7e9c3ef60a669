//! The proxy of the environment: whether one is in the way, and which variable names it.
//!
//! The HTTP client finds its proxy by itself; this finds the same one, to name it when it fails. The
//! URL of a proxy may hold a password, and so its value is never shown whole.

use hyper_util::client::proxy::matcher::Matcher;
use reqwest::Url;

use crate::api::ApiError;

/// The variables for https, in the order in which the HTTP client looks at them.
const VARIABLES: [&str; 4] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"];

/// A proxy that requests go through.
#[derive(Debug)]
pub(super) struct Proxy {
    variable: &'static str,
    /// Host and port.
    address: String,
    /// Whether the variable holds a user name, and so a password.
    has_password: bool,
}

impl Proxy {
    /// The proxy on the way to an https URL, if there is one.
    ///
    /// # Errors
    ///
    /// A variable does not hold the URL of a proxy: it would be passed by without a word.
    pub(super) fn to(url: &str) -> Result<Option<Self>, ApiError> {
        let set = VARIABLES.into_iter().filter_map(|name| {
            let value = std::env::var_os(name).filter(|value| !value.is_empty())?;
            Some((name, value.to_string_lossy().into_owned()))
        });
        let set: Vec<_> = set.collect();
        if let Some((name, _)) = set.iter().find(|(_, value)| !is_proxy(value)) {
            return Err(ApiError::Setup {
                reason: format!("{name} is not the URL of an HTTP proxy"),
                hint: format!("write {name} as http://HOST:PORT"),
            });
        }
        let target = url.parse().ok();
        let found = target.and_then(|target| Matcher::from_env().intercept(&target));
        Ok(found.zip(set.first()).map(|(proxy, (variable, _))| Self {
            variable,
            address: proxy.uri().authority().map(ToString::to_string).unwrap_or_default(),
            has_password: proxy.basic_auth().is_some(),
        }))
    }

    /// Its address, without the password, and the variable.
    pub(super) fn shown(self) -> (String, &'static str) {
        let Self { variable, address, has_password } = self;
        (if has_password { format!("{address} (password not shown)") } else { address }, variable)
    }

    /// No connection came about. The HTTP client has words for what the proxy says, and no type.
    pub(super) fn fault(&self, reason: &str) -> ApiError {
        let wants_password = reason.contains("proxy authorization required");
        let reason = if wants_password && self.has_password {
            "it refuses the user name and password that it was given"
        } else if wants_password {
            "it wants a user name and a password"
        } else if reason.ends_with("tunnel error: unsuccessful") {
            "it makes no connection to the service"
        } else {
            let inner = "tunnel error: failed to create underlying connection: ";
            reason.strip_prefix(inner).unwrap_or(reason)
        };
        let Self { variable, address, has_password } = self;
        let (address, reason) = (address.clone(), reason.to_owned());
        ApiError::Proxy { variable, address, reason, wants_password, has_password: *has_password }
    }
}

fn is_proxy(value: &str) -> bool {
    let url = if value.contains("://") { value } else { &format!("http://{value}") };
    Url::parse(url)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.host().is_some())
}
