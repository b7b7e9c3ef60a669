//! Trusted certificate authorities, from PEM files and directories.
//!
//! A configured file that cannot be used is an error. If it were skipped, the certificate would be
//! untrusted without an explanation.

use std::path::{Path, PathBuf};
use std::{env, io};

use reqwest::Certificate;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject as _};

use crate::api::ApiError;
use crate::settings::{CERT_DIR, CERT_FILE, Trust, shown};
use crate::text::small_file;

/// Limit in bytes for a file. A bundle of all public CAs is about 250 KB.
const LIMIT: u64 = 16 << 20;

/// Returns the CAs to trust instead of the system's. `None` means the system's CAs, or no check.
///
/// # Errors
///
/// A file or directory cannot be read, or holds no certificate.
pub(super) fn read(trust: &Trust) -> Result<Option<Vec<Certificate>>, ApiError> {
    let certificates_found = match trust {
        Trust::Unchecked => return Ok(None),
        Trust::System => return check_blank_variables().map(|()| None),
        Trust::File { origin, path } => of_file(path).map_err(|why| refuse(origin, path, &why))?,
        Trust::Text { origin, pem } => {
            of_pem(pem.as_bytes()).map_err(|why| refuse(origin, Path::new("its PEM text"), &why))?
        }
        Trust::Environment { file, directories } => {
            let mut certificates_found = Vec::new();
            if let Some(path) = file {
                certificates_found = of_file(path).map_err(|why| refuse(CERT_FILE, path, &why))?;
            }
            let directories = directories.as_deref().unwrap_or_default();
            let directories = env::split_paths(directories).filter(|path| *path != PathBuf::new());
            for path in directories {
                // If a file provides CAs, a directory may be empty.
                let more = of_directory(&path).and_then(|more| {
                    let none = more.is_empty() && file.is_none();
                    if none { Err(NONE.to_owned()) } else { Ok(more) }
                });
                certificates_found.extend(more.map_err(|why| refuse(CERT_DIR, &path, &why))?);
            }
            certificates_found
        }
    };
    // A bundle may contain certificates that rustls cannot read, for which reqwest rejects the
    // whole bundle.
    let readable = certificates_found.iter().filter(|der| is_authority(der));
    readable
        .map(|der| Certificate::from_der(der).map_err(setup))
        .collect::<Result<_, _>>()
        .map(Some)
}

/// Rejects blank variables: `cbr` treats them as unset, but the loader of the system's CAs does
/// not.
fn check_blank_variables() -> Result<(), ApiError> {
    let set = [CERT_FILE, CERT_DIR].into_iter().find(|name| env::var_os(name).is_some());
    set.map_or(Ok(()), |name| {
        let (reason, hint) = (format!("{name} is empty"), format!("unset {name}"));
        Err(ApiError::Setup { reason, hint })
    })
}

const NONE: &str = "holds no certificate in PEM form (-----BEGIN CERTIFICATE-----)";

/// Reads the certificates of a file. At least one must be usable.
fn of_file(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let bytes = small_file::read(path, LIMIT).map_err(|error| unreadable(&error))?;
    of_pem(&bytes)
}

fn of_pem(text: &[u8]) -> Result<Vec<CertificateDer<'static>>, String> {
    let certificates = CertificateDer::pem_slice_iter(text);
    let certificates =
        certificates.collect::<Result<Vec<_>, _>>().map_err(|error| match error {
            pem::Error::MissingSectionEnd { .. } => "ends within a certificate".to_owned(),
            error => format!("is not PEM: {error}"),
        })?;
    if certificates.iter().any(is_authority) { Ok(certificates) } else { Err(NONE.to_owned()) }
}

/// Reads the certificates of the files in a directory; other files are skipped.
fn of_directory(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let files = path.read_dir().map_err(|error| unreadable(&error))?;
    let texts = files.flatten().filter_map(|file| small_file::read(&file.path(), LIMIT).ok());
    let mut certificates_found: Vec<CertificateDer<'static>> = Vec::new();
    for text in texts {
        certificates_found.extend(CertificateDer::pem_slice_iter(&text).flatten());
    }
    // `openssl rehash` links each file a second time.
    certificates_found.sort_unstable_by(|one, other| one.as_ref().cmp(other.as_ref()));
    certificates_found.dedup();
    Ok(certificates_found)
}

fn is_authority(certificate: &CertificateDer<'static>) -> bool {
    RootCertStore::empty().add(certificate.clone()).is_ok()
}

fn unreadable(error: &io::Error) -> String {
    format!("cannot be read: {error}")
}

fn refuse(origin: &str, path: &Path, why: &str) -> ApiError {
    ApiError::Setup {
        reason: format!("{origin}: {} {why}", shown(&path.display().to_string())),
        hint: format!("{origin} takes the CA certificates to trust, as PEM"),
    }
}

fn setup(error: reqwest::Error) -> ApiError {
    ApiError::Setup {
        reason: error.to_string(),
        hint: "pass the CA certificates to trust with --ca-file".to_owned(),
    }
}
