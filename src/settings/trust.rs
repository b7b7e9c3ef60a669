//! Trusted certificate authorities, and the setting that names them.
//!
//! Decides by names only: no file is opened here.

use std::path::PathBuf;

use super::{Environment, Setting};

/// CAs that must have issued a certificate. Each choice replaces the system's, as in `curl
/// --cacert`, OpenStack's client and OpenSSL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Trust {
    /// Any certificate is accepted: `--insecure`.
    Unchecked,
    /// CAs in a file (PEM), and the flag, variable or cloud that names it.
    File { origin: String, path: PathBuf },
    /// CAs in the setting itself, as PEM, which Terraform's provider accepts in place of a file.
    Text { origin: String, pem: String },
    /// Those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
    Environment { file: Option<PathBuf>, directories: Option<String> },
    /// Those of the system.
    System,
}

/// OpenSSL's variables, which other programs know too.
pub(crate) const CERT_FILE: &str = "SSL_CERT_FILE";
/// Directories, separated as in `PATH`.
pub(crate) const CERT_DIR: &str = "SSL_CERT_DIR";

impl Trust {
    /// Determines the CAs; `file` is the value of a flag, a cloud or `OS_CACERT`.
    pub(super) fn new(insecure: bool, file: Option<Setting>, environment: &Environment) -> Self {
        if insecure {
            return Self::Unchecked;
        }
        if let Some(Setting { origin, value }) = file {
            if value.contains("-----BEGIN") {
                return Self::Text { origin, pem: value };
            }
            return Self::File { origin, path: PathBuf::from(value) };
        }
        let file = environment.get(CERT_FILE).map(PathBuf::from);
        let directories = environment.get(CERT_DIR).map(str::to_owned);
        if file.is_none() && directories.is_none() {
            return Self::System;
        }
        Self::Environment { file, directories }
    }

    /// Returns the name of the CAs in messages.
    pub(crate) fn name(&self) -> String {
        match self {
            Self::Unchecked => "not checked".to_owned(),
            Self::File { path, .. } => shown(&path.display().to_string()),
            Self::Text { .. } => "PEM text".to_owned(),
            Self::Environment { file, directories } => {
                let file = file.as_ref().map(|file| file.display().to_string());
                let both: Vec<_> = file.into_iter().chain(directories.clone()).collect();
                shown(&both.join(" and "))
            }
            Self::System => "the system's".to_owned(),
        }
    }

    /// Returns the flag, variable or cloud that decides, if any.
    pub(crate) fn origin(&self) -> Option<&str> {
        match self {
            Self::Unchecked => Some("--insecure"),
            Self::File { origin, .. } | Self::Text { origin, .. } => Some(origin),
            Self::Environment { file: Some(_), directories: Some(_) } => {
                Some("SSL_CERT_FILE and SSL_CERT_DIR")
            }
            Self::Environment { file: Some(_), .. } => Some(CERT_FILE),
            Self::Environment { .. } => Some(CERT_DIR),
            Self::System => None,
        }
    }
}

/// Returns a path for messages. Cuts a very long text, which is a certificate instead of a path.
pub(crate) fn shown(path: &str) -> String {
    const LONGEST: usize = 200;
    let mut shown: String = path.chars().take(LONGEST).collect();
    if path.chars().count() > LONGEST {
        shown.truncate(shown.char_indices().nth(20).map_or(0, |(end, _)| end));
        shown.push('…');
    }
    shown.escape_debug().to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_to_the_user_decides() {
        let file = || Some(Setting::new("--ca-file", "ca.pem"));
        let (cert_file, cert_dir) = (("SSL_CERT_FILE", "f"), ("SSL_CERT_DIR", "a:b"));
        let both = "SSL_CERT_FILE and SSL_CERT_DIR";
        let cases: &[(bool, Option<Setting>, &[(&str, &str)], &str, Option<&str>)] = &[
            (true, file(), &[cert_file], "not checked", Some("--insecure")),
            (false, file(), &[cert_file], "ca.pem", Some("--ca-file")),
            (
                false,
                Some(Setting::new("OS_CACERT", "-----BEGIN CERTIFICATE-----\nMII\n")),
                &[],
                "PEM text",
                Some("OS_CACERT"),
            ),
            (
                false,
                Some(Setting::new("OS_CACERT", "MII/".repeat(100))),
                &[],
                "MII/MII/MII/MII/MII/…",
                Some("OS_CACERT"),
            ),
            (false, None, &[cert_file], "f", Some("SSL_CERT_FILE")),
            (false, None, &[cert_dir], "a:b", Some("SSL_CERT_DIR")),
            (false, None, &[cert_file, cert_dir], "f and a:b", Some(both)),
            (false, None, &[("SSL_CERT_FILE", "")], "the system's", None),
            (false, None, &[], "the system's", None),
        ];
        for (insecure, file, variables, name, origin) in cases {
            let trust = Trust::new(*insecure, file.clone(), &Environment::with(variables));
            assert_eq!((trust.name().as_str(), trust.origin()), (*name, *origin));
        }
    }
}
