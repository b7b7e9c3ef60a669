//! An address as messages show it: scheme, host and port.
//!
//! Other parts of a URL may be secret, such as a password or a token in the query.

use reqwest::Url;

/// Returns scheme, host and port of a URL, with `…` for anything else in it; `None` for a text that
/// is not clearly a URL with a host: it may be a misplaced token.
pub(crate) fn without_secrets(text: &str) -> Option<String> {
    // A raw `/` or `#` in a password ends the host too early, so that a part of the password would
    // be shown.
    let url = Url::parse(text).ok().filter(|_| !text.contains('@'))?;
    let host = url.host_str().filter(|host| !host.is_empty())?;
    let port = url.port().map_or_else(String::new, |port| format!(":{port}"));
    let is_whole =
        matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none();
    let rest = if is_whole { "" } else { "…" };
    Some(format!("{}://{host}{port}{rest}", url.scheme()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_but_scheme_host_and_port_is_shown() {
        let cases = [
            ("https://cbr.example.com", Some("https://cbr.example.com")),
            ("https://cbr.example.com:8443/", Some("https://cbr.example.com:8443")),
            ("http://[::1]:1", Some("http://[::1]:1")),
            ("ftp://example.com", Some("ftp://example.com")),
            ("https://example.com/v3", Some("https://example.com…")),
            ("https://example.com/?token=hunter2", Some("https://example.com…")),
            ("https://example.com?hunter2", Some("https://example.com…")),
            ("https://example.com#hunter2", Some("https://example.com…")),
            ("https://user:hunter2@example.com", None),
            ("https://hunter2@example.com", None),
            ("https://user:2/hunter2@example.com", None),
            ("https://example.com/?user=a@hunter2", None),
            ("user:hunter2", None),
            ("hunter2", None),
            ("hunter2.hunter2", None),
            ("mailto:hunter2", None),
            ("file:///hunter2", None),
            ("", None),
        ];
        for (text, expected) in cases {
            assert_eq!(without_secrets(text).as_deref(), expected, "{text}");
        }
    }
}
