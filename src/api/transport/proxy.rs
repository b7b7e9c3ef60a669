//! The proxy of the environment: which variable names it, and whether requests to a host go through
//! it.
//!
//! Only this module reads the variables, so messages name the one in use. A variable may contain a
//! password, so nothing before its last `@` is ever shown.

use std::env;
use std::ffi::OsString;

use percent_encoding::percent_decode_str;
use reqwest::Url;

use super::no_proxy::NoProxy;
use crate::api::ApiError;
use crate::text::secret::Secret;

/// A proxy for requests.
#[derive(Debug)]
pub(super) struct Proxy {
    variable: &'static str,
    /// Scheme, host and port.
    url: Url,
    /// User name and password.
    login: Option<(String, Secret)>,
}

/// Why a value does not name a proxy.
#[derive(Debug, PartialEq, Eq)]
enum Flaw {
    /// Not a URL, or another kind of proxy.
    NotAProxy,
    /// The text before the last `@` may or may not be a password.
    Ambiguous,
    /// User name or password cannot be sent.
    Unsendable,
}

impl Proxy {
    /// Returns the proxy for an https URL, if there is one.
    ///
    /// # Errors
    ///
    /// The variable in effect is not the URL of a proxy. It is not skipped, since the connection
    /// would silently be direct.
    pub(super) fn to(url: &str) -> Result<Option<Self>, ApiError> {
        Self::with(url, |name| env::var_os(name))
    }

    fn with(
        url: &str,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<Self>, ApiError> {
        let text = |name: &str| Some(variable(name)?.to_string_lossy().trim().to_owned());
        let host = Url::parse(url).ok();
        let host = host.as_ref().and_then(Url::host_str).unwrap_or_default();
        let Some(name) = variable_in_effect(text) else { return Ok(None) };
        // An empty variable does not override the other.
        let exceptions = ["NO_PROXY", "no_proxy"].into_iter().filter_map(text);
        let exceptions = exceptions.into_iter().find(|value| !value.is_empty());
        if exceptions.is_some_and(|exceptions| NoProxy::new(&exceptions).contains(host)) {
            return Ok(None);
        }
        let value = variable(name).and_then(|value| value.into_string().ok());
        let parsed = value.ok_or(Flaw::Unsendable).and_then(|value| parse(value.trim()));
        let (url, login) = parsed.map_err(|flaw| flaw.error(name))?;
        Ok(Some(Self { variable: name, url, login }))
    }

    /// Returns the proxy for the HTTP client.
    ///
    /// # Errors
    ///
    /// None that are known.
    pub(super) fn for_client(&self) -> Result<reqwest::Proxy, ApiError> {
        let proxy = reqwest::Proxy::https(self.url.clone());
        let proxy = proxy.map_err(|_| Flaw::NotAProxy.error(self.variable))?;
        Ok(match &self.login {
            Some((user, password)) => proxy.basic_auth(user, password.reveal()),
            None => proxy,
        })
    }

    /// Returns the address without the password, and the variable.
    pub(super) fn shown(self) -> (String, &'static str) {
        let address = self.address();
        let shown = match self.login {
            Some(_) => format!("{address} (password not shown)"),
            None => address,
        };
        (shown, self.variable)
    }

    /// Returns host and port.
    fn address(&self) -> String {
        let host = self.url.host_str().unwrap_or_default();
        let port = self.url.port_or_known_default();
        port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
    }

    /// Returns the error for a failed connection. The HTTP client reports the proxy's answer as
    /// text only.
    pub(super) fn fault(&self, reason: &str) -> ApiError {
        let has_password = self.login.is_some();
        let wants_password = reason.contains("proxy authorization required");
        let reason = if wants_password && has_password {
            "it rejects the user name and password"
        } else if wants_password {
            "it requires a user name and a password"
        } else if reason.ends_with("tunnel error: unsuccessful") {
            "it does not connect to the service"
        } else {
            let inner = "tunnel error: failed to create underlying connection: ";
            reason.strip_prefix(inner).unwrap_or(reason)
        };
        let (variable, address, reason) = (self.variable, self.address(), reason.to_owned());
        ApiError::Proxy { variable, address, reason, wants_password, has_password }
    }
}

impl Flaw {
    fn error(&self, name: &str) -> ApiError {
        let (reason, hint) = match self {
            Self::NotAProxy => (
                format!("{name} is not the URL of an HTTP proxy"),
                format!("write {name} as http://HOST:PORT"),
            ),
            Self::Ambiguous => (
                format!("{name} holds a /, ? or # before its last @"),
                format!(
                    "in the user name and password of {name}, write @ as %40, / as %2F, ? as %3F and # as %23"
                ),
            ),
            Self::Unsendable => (
                format!("{name} holds a control character, or is not UTF-8"),
                format!("write {name} as http://USER:PASSWORD@HOST:PORT, in UTF-8"),
            ),
        };
        ApiError::Setup { reason, hint }
    }
}

/// Returns the variable that names the proxy for https. The variables for https take precedence
/// over those for all schemes. An empty one means no proxy.
fn variable_in_effect(text: impl Fn(&str) -> Option<String>) -> Option<&'static str> {
    for names in [["HTTPS_PROXY", "https_proxy"], ["ALL_PROXY", "all_proxy"]] {
        let values = names.map(|name| (name, text(name)));
        let named =
            values.iter().find(|(_, value)| value.as_ref().is_some_and(|value| !value.is_empty()));
        if let Some((name, _)) = named {
            return Some(name);
        }
        if values.iter().any(|(_, value)| value.is_some()) {
            return None;
        }
    }
    None
}

/// Parses `[SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/…]` as curl does: with one to three slashes.
/// User and password may contain anything except `/`, `?` and `#`.
fn parse(value: &str) -> Result<(Url, Option<(String, Secret)>), Flaw> {
    if value.contains(char::is_control) {
        return Err(Flaw::Unsendable);
    }
    let (scheme, rest) = match value.split_once(":/") {
        Some((scheme, rest)) if scheme.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            let slashes = rest.bytes().take(2).take_while(|byte| *byte == b'/').count();
            (scheme.to_ascii_lowercase(), rest.get(slashes..).unwrap_or_default())
        }
        _ => ("http".to_owned(), value),
    };
    let (login, rest) = match rest.rsplit_once('@') {
        Some((login, _)) if login.contains(['/', '?', '#']) => return Err(Flaw::Ambiguous),
        Some((login, rest)) => (Some(login), rest),
        None => (None, rest),
    };
    let host = rest.split('/').next().unwrap_or_default();
    // A URL parser would end the host at these, or drop them.
    if !matches!(scheme.as_str(), "http" | "https") || host.contains(['\\', '?', '#', ' ']) {
        return Err(Flaw::NotAProxy);
    }
    let url = Url::parse(&format!("{scheme}://{host}/")).map_err(|_| Flaw::NotAProxy)?;
    if url.host_str().is_none_or(str::is_empty) {
        return Err(Flaw::NotAProxy);
    }
    let login = login.filter(|login| !login.is_empty()).map(|login| {
        let (user, password) = login.split_once(':').unwrap_or((login, ""));
        Ok((decoded(user)?, Secret::new(decoded(password)?)))
    });
    Ok((url, login.transpose()?))
}

fn decoded(text: &str) -> Result<String, Flaw> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| Flaw::Unsendable)?;
    if text.contains(char::is_control) { Err(Flaw::Unsendable) } else { Ok(text.into_owned()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_read_as_curl_reads_it() {
        let cases = [
            ("http://h:3128", "http://h:3128/ - -"),
            ("h:3128", "http://h:3128/ - -"),
            ("h", "http://h/ - -"),
            ("HTTPS://h:3128/", "https://h:3128/ - -"),
            ("http://h:3128/path", "http://h:3128/ - -"),
            ("http:/h:3128", "http://h:3128/ - -"),
            ("http:///h:3128", "http://h:3128/ - -"),
            ("[::1]:3128", "http://[::1]:3128/ - -"),
            ("u:p@h:3128", "http://h:3128/ u p"),
            ("http://u:p@h", "http://h/ u p"),
            ("http://u@h", "http://h/ u "),
            ("http://@h", "http://h/ - -"),
            ("http://u:@h", "http://h/ u "),
            ("http://u:p@s@h:1", "http://h:1/ u p@s"),
            ("http://u@x:p@s@h:1", "http://h:1/ u@x p@s"),
            ("http://u:p:q@h:1", "http://h:1/ u p:q"),
            ("http://u:p%40%2F%23@h:1", "http://h:1/ u p@/#"),
            ("http://u:100%@h:1", "http://h:1/ u 100%"),
            (r"http://D\u:p\@h:1", r"http://h:1/ D\u p\"),
            ("http://D%5Cu:p@h:1", r"http://h:1/ D\u p"),
            ("http://jürgen:päss@h:1", "http://h:1/ jürgen päss"),
            ("http://bücher.example:1", "http://xn--bcher-kva.example:1/ - -"),
            ("http://u:a b@h:1", "http://h:1/ u a b"),
        ];
        for (value, expected) in cases {
            let (url, login) = parse(value).unwrap();
            let (user, password) = match &login {
                Some((user, password)) => (user.as_str(), password.reveal()),
                None => ("-", "-"),
            };
            assert_eq!(format!("{url} {user} {password}"), expected, "{value}");
        }
    }

    #[test]
    fn ambiguous_and_invalid_proxies_are_rejected() {
        let cases = [
            ("http://u:p/q@h:1", Flaw::Ambiguous),
            ("http://u:12/q@h:1", Flaw::Ambiguous),
            ("http://u:12#q@h:1", Flaw::Ambiguous),
            ("http://u:12?q@h:1", Flaw::Ambiguous),
            ("u:p/q@h", Flaw::Ambiguous),
            ("http://h:1/x@y", Flaw::Ambiguous),
            ("socks5://h:1080", Flaw::NotAProxy),
            ("http://:80", Flaw::NotAProxy),
            ("http://u:p@:80", Flaw::NotAProxy),
            ("http://u:p@", Flaw::NotAProxy),
            ("http://h:x", Flaw::NotAProxy),
            ("http://h:99999", Flaw::NotAProxy),
            (r"http://h\x:1", Flaw::NotAProxy),
            ("http://h#x", Flaw::NotAProxy),
            ("http://h x:1", Flaw::NotAProxy),
            ("http://", Flaw::NotAProxy),
            ("http://u:p\n@h:1", Flaw::Unsendable),
            ("http://u:p%0a@h:1", Flaw::Unsendable),
            ("http://u:%E9@h:1", Flaw::Unsendable),
            ("http://h\t:1", Flaw::Unsendable),
        ];
        for (value, expected) in cases {
            assert_eq!(parse(value).map(|_| ()), Err(expected), "{value:?}");
        }
    }

    #[test]
    fn the_variable_for_https_decides_unless_it_is_not_set() {
        let cases: &[(&[(&str, &str)], Option<&str>)] = &[
            (&[], None),
            (&[("HTTPS_PROXY", "h:1"), ("https_proxy", "h:2")], Some("HTTPS_PROXY h:1")),
            (&[("HTTPS_PROXY", ""), ("https_proxy", "h:2")], Some("https_proxy h:2")),
            (&[("ALL_PROXY", "h:1"), ("https_proxy", "h:2")], Some("https_proxy h:2")),
            (&[("ALL_PROXY", "h:1")], Some("ALL_PROXY h:1")),
            (&[("ALL_PROXY", " "), ("all_proxy", "h:1")], Some("all_proxy h:1")),
            (&[("https_proxy", ""), ("ALL_PROXY", "h:1")], None),
            (&[("HTTPS_PROXY", "\n"), ("ALL_PROXY", "h:1")], None),
            (&[("HTTPS_PROXY", " h:1\n")], Some("HTTPS_PROXY h:1")),
            // An unused variable need not be valid.
            (&[("HTTPS_PROXY", "h:1"), ("ALL_PROXY", "socks5://h")], Some("HTTPS_PROXY h:1")),
            (&[("HTTPS_PROXY", "h:1"), ("NO_PROXY", "example.com")], None),
            (&[("HTTPS_PROXY", "h:1"), ("NO_PROXY", ""), ("no_proxy", "example.com")], None),
            (
                &[("HTTPS_PROXY", "h:1"), ("NO_PROXY", "x"), ("no_proxy", "example.com")],
                Some("HTTPS_PROXY h:1"),
            ),
        ];
        for (variables, expected) in cases {
            let value = |wanted: &str| {
                let found = variables.iter().find(|(name, _)| *name == wanted)?;
                Some(OsString::from(found.1))
            };
            let found = Proxy::with("https://cbr.example.com", value).unwrap();
            let found = found.map(|proxy| format!("{} {}", proxy.variable, proxy.address()));
            assert_eq!(found.as_deref(), *expected, "{variables:?}");
        }
    }

    #[test]
    fn nothing_before_the_last_at_sign_is_shown() {
        let proxy = |value: &'static str| {
            Proxy::with("https://x", |name| (name == "HTTPS_PROXY").then(|| value.into()))
        };
        for value in ["http://hunter2:hunter2@hunter2@h:1", "hunter2@h:1"] {
            let proxy = proxy(value).unwrap().unwrap();
            assert!(!format!("{proxy:?}").contains("@hunter2"), "{proxy:?}");
            let fault = proxy.fault("").to_string();
            let (address, _) = proxy.shown();
            assert_eq!(address, "h:1 (password not shown)");
            assert!(!fault.contains("hunter2"), "{fault}");
        }
        for value in ["http://hunter2:1/hunter2@h", "ftp://hunter2@h", "http://hunter2\u{1}@h"] {
            let error = proxy(value).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
