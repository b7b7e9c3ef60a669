//! Signs one request with an access key: `SDK-HMAC-SHA256`.
//!
//! Pure: the parts of a request and the time go in, the text of the `Authorization` header comes
//! out. Knows no clock, no HTTP client and no environment, so every stage can be held against
//! published vectors. Also owns the one encoder: the canonical query that is signed is the query
//! that is sent.
//!
//! Source: Huawei Cloud "API Request Signing Guide", chapter "Signing algorithm".

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use ring::{digest, hmac};

/// The name of the algorithm, as it stands in the `Authorization` header.
pub(crate) const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// Everything but the unreserved characters of RFC 3986 is percent-encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parts of a request that a signature covers.
pub(crate) struct Signable<'a> {
    /// In upper case, such as `GET`.
    pub(crate) method: &'a str,
    /// The path as it goes on the wire.
    pub(crate) path: &'a str,
    /// The query as it goes on the wire: what [`canonical_query`] returned.
    pub(crate) query: &'a str,
    /// The headers to sign, names in lower case; one of them must be `x-sdk-date`.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// The bytes that are sent, empty for a GET.
    pub(crate) body: &'a [u8],
}

/// Percent-encodes one component of a path or query.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Sorts and encodes the pairs of a query. A key may repeat.
pub(crate) fn canonical_query(pairs: &[(&str, String)]) -> String {
    let mut sorted: Vec<_> = pairs.iter().map(|(key, value)| (*key, value.as_str())).collect();
    sorted.sort_unstable();
    let encoded: Vec<_> =
        sorted.iter().map(|(key, value)| format!("{}={}", encode(key), encode(value))).collect();
    encoded.join("&")
}

/// The canonical path: every segment decoded and encoded anew, with a slash at the end that the
/// path on the wire does not have.
fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut canonical: String = decoded.split('/').map(encode).collect::<Vec<_>>().join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

/// The names of the signed headers, sorted and joined by semicolons.
fn signed_names(headers: &[(&str, &str)]) -> String {
    let mut names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.join(";")
}

/// The text whose hash is signed.
pub(crate) fn canonical_request(request: &Signable<'_>) -> String {
    let mut headers = request.headers.to_vec();
    headers.sort_unstable();
    let mut text = String::with_capacity(512);
    for part in [request.method, &canonical_path(request.path), request.query] {
        text.push_str(part);
        text.push('\n');
    }
    for (name, value) in headers {
        text.push_str(name);
        text.push(':');
        text.push_str(value.trim());
        text.push('\n');
    }
    text.push('\n');
    text.push_str(&signed_names(request.headers));
    text.push('\n');
    text.push_str(&hex(digest::digest(&digest::SHA256, request.body).as_ref()));
    text
}

/// The text that the key signs. `date` is the value of `x-sdk-date`, such as `20240229T081530Z`.
pub(crate) fn string_to_sign(date: &str, canonical_request: &str) -> String {
    let hash = digest::digest(&digest::SHA256, canonical_request.as_bytes());
    format!("{ALGORITHM}\n{date}\n{}", hex(hash.as_ref()))
}

/// The signature in lower-case hexadecimal digits.
pub(crate) fn signature(secret_key: &str, string_to_sign: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret_key.as_bytes());
    hex(hmac::sign(&key, string_to_sign.as_bytes()).as_ref())
}

/// The value of the `Authorization` header.
pub(crate) fn authorization(
    access_key: &str,
    secret_key: &str,
    date: &str,
    request: &Signable<'_>,
) -> String {
    let signature = signature(secret_key, &string_to_sign(date, &canonical_request(request)));
    let names = signed_names(request.headers);
    format!("{ALGORITHM} Access={access_key}, SignedHeaders={names}, Signature={signature}")
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
