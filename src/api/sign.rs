//! Signs one request with an access key: `SDK-HMAC-SHA256`.
//!
//! Pure: the parts of a request and the time go in, the `Authorization` header comes out. Knows no
//! clock, no HTTP client and no environment, so every stage is tested with published vectors. Also
//! owns the only encoder, so the signed query is the sent query.
//!
//! Source: Huawei Cloud "API Request Signing Guide", chapter "Signing algorithm".

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use ring::{digest, hmac};

use crate::text::hex::hex;

/// Name of the algorithm in the `Authorization` header.
pub(crate) const ALGORITHM: &str = "SDK-HMAC-SHA256";

/// Everything but the unreserved characters of RFC 3986 is percent-encoded.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// The parts of a request that a signature covers.
pub(crate) struct Signable<'a> {
    /// In upper case, such as `GET`.
    pub(crate) method: &'a str,
    /// The path as sent.
    pub(crate) path: &'a str,
    /// The query as sent: the result of [`canonical_query`].
    pub(crate) query: &'a str,
    /// The headers to sign, names in lower case; one of them must be `x-sdk-date`.
    pub(crate) headers: &'a [(&'a str, &'a str)],
    /// The body as sent, empty for a GET.
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

/// Returns the canonical path: every segment decoded and encoded again. It ends in a slash, unlike
/// the sent path.
fn canonical_path(path: &str) -> String {
    let decoded = percent_decode_str(path).decode_utf8_lossy();
    let mut canonical: String = decoded.split('/').map(encode).collect::<Vec<_>>().join("/");
    if !canonical.ends_with('/') {
        canonical.push('/');
    }
    canonical
}

/// Returns the names of the signed headers, sorted and joined by semicolons.
fn signed_names(headers: &[(&str, &str)]) -> String {
    let mut names: Vec<_> = headers.iter().map(|(name, _)| *name).collect();
    names.sort_unstable();
    names.join(";")
}

/// Returns the text whose hash is signed.
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

/// Returns the text that the key signs. `date` is the value of `x-sdk-date`, such as
/// `20240229T081530Z`.
pub(crate) fn string_to_sign(date: &str, canonical_request: &str) -> String {
    let hash = digest::digest(&digest::SHA256, canonical_request.as_bytes());
    format!("{ALGORITHM}\n{date}\n{}", hex(hash.as_ref()))
}

/// Returns the signature in lower-case hexadecimal digits.
pub(crate) fn signature(secret_key: &str, string_to_sign: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret_key.as_bytes());
    hex(hmac::sign(&key, string_to_sign.as_bytes()).as_ref())
}

/// Returns the value of the `Authorization` header.
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

#[cfg(test)]
mod tests {
    use super::*;

    const PROJECT: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";
    const DATE: &str = "20240229T081530Z";
    const ACCESS_KEY: &str = "AKEXAMPLE0000000000X";
    const SECRET_KEY: &str = "SKexample0123456789abcdefghijklmnopqrSTU";

    /// A published request with the result of each stage.
    struct Vector<'a> {
        name: &'a str,
        keys: (&'a str, &'a str),
        date: &'a str,
        method: &'a str,
        path: String,
        query: Vec<(&'a str, &'a str)>,
        headers: Vec<(&'a str, &'a str)>,
        body: &'a str,
        /// Given only by some sources.
        canonical_request: Option<String>,
        hash: &'a str,
        signed_headers: &'a str,
        signature: &'a str,
    }

    /// A, B and D were made with the vendor's Python signer, E is in the vendor's documentation.
    fn vectors() -> Vec<Vector<'static>> {
        let host = ("host", "cbr.cn-north-4.myhuaweicloud.com");
        let (project, date) = (("x-project-id", PROJECT), ("x-sdk-date", DATE));
        vec![
            Vector {
                name: "A: repeated key, reserved characters, Chinese, empty value",
                keys: (ACCESS_KEY, SECRET_KEY),
                date: DATE,
                method: "GET",
                path: format!("/v3/{PROJECT}/backups"),
                query: vec![
                    ("status", "error"),
                    ("status", "available"),
                    ("sort", "created_at:desc"),
                    ("name", "夜间备份 2024 ~ok"),
                    ("resource_name", "db::primary +1/2"),
                    ("limit", "50"),
                    ("marker", ""),
                    ("show_replication", "true"),
                    ("status", "creating"),
                ],
                headers: vec![date, host, project],
                body: "",
                canonical_request: Some(format!(
                    "GET\n/v3/{PROJECT}/backups/\nlimit=50&marker=&name=%E5%A4%9C%E9%97%B4%E5%A4%87\
                     %E4%BB%BD%202024%20~ok&resource_name=db%3A%3Aprimary%20%2B1%2F2&show_replication=\
                     true&sort=created_at%3Adesc&status=available&status=creating&status=error\n\
                     host:cbr.cn-north-4.myhuaweicloud.com\nx-project-id:{PROJECT}\nx-sdk-date:{DATE}\n\n\
                     host;x-project-id;x-sdk-date\n\
                     e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
                )),
                hash: "e03b5c86b304fecbe487c5b5803d0747e0eca2e861380a675b95951ca76b2911",
                signed_headers: "host;x-project-id;x-sdk-date",
                signature: "f1b6e6cbd00048b254d646cc3ad270a002c1122d2e083a36fd91dacabc86429c",
            },
            Vector {
                name: "B: body and security token",
                keys: (ACCESS_KEY, SECRET_KEY),
                date: DATE,
                method: "POST",
                path: format!("/v3/{PROJECT}/checkpoints"),
                query: vec![],
                headers: vec![
                    host,
                    project,
                    date,
                    ("content-type", "application/json"),
                    ("x-security-token", "STSTOKENexample=="),
                ],
                body: r#"{"checkpoint":{"vault_id":"3b5816b5-f29c-4172-9d9a-76c719a659ce","parameters":{"description":"夜间"}}}"#,
                canonical_request: Some(format!(
                    "POST\n/v3/{PROJECT}/checkpoints/\n\ncontent-type:application/json\n\
                     host:cbr.cn-north-4.myhuaweicloud.com\nx-project-id:{PROJECT}\nx-sdk-date:{DATE}\n\
                     x-security-token:STSTOKENexample==\n\n\
                     content-type;host;x-project-id;x-sdk-date;x-security-token\n\
                     4ba63153cddb2739abad2ce41213cee9ccb46994058c82fe7ba613bdfbed5816"
                )),
                hash: "245c85d98bb2bfcd5603313d4ff93136d64240543b414e7542948dc5243f9409",
                signed_headers: "content-type;host;x-project-id;x-sdk-date;x-security-token",
                signature: "b12db5d11101cb075de1822a41cbe2a0464312c257ecc6db488bee7d61bf874a",
            },
            Vector {
                name: "D: project look-up without a project",
                keys: (ACCESS_KEY, SECRET_KEY),
                date: DATE,
                method: "GET",
                path: "/v3/projects".to_owned(),
                query: vec![("name", "cn-north-4")],
                headers: vec![("host", "iam.cn-north-4.myhuaweicloud.com"), date],
                body: "",
                canonical_request: None,
                hash: "636c3461f2dfc6440ff6ac3f0fb3c7af351cbe960941f12820d1247458a19f55",
                signed_headers: "host;x-sdk-date",
                signature: "daf3b31beaef187e2ca5184f08e0a90a3cb10a79603fd1ff01ad8f1ed37d141c",
            },
            Vector {
                name: "E: the vendor's own example",
                keys: ("QTWAOYTTINDUT2QVKYUC", "MFyfvK41ba2giqM7Uio6PznpdUKGpownRZlmVmHc"),
                date: "20191115T033655Z",
                method: "GET",
                path: "/v1/77b6a44cba5143ab91d13ab9a8ff44fd/vpcs".to_owned(),
                query: vec![("limit", "2"), ("marker", "13551d6b-755d-4757-b956-536f674975c0")],
                headers: vec![
                    ("content-type", "application/json"),
                    ("host", "service.region.example.com"),
                    ("x-sdk-date", "20191115T033655Z"),
                ],
                body: "",
                canonical_request: None,
                hash: "b25362e603ee30f4f25e7858e8a7160fd36e803bb2dfe206278659d71a9bcd7a",
                signed_headers: "content-type;host;x-sdk-date",
                signature: "7be6668032f70418fcc22abc52071e57aff61b84a1d2381bb430d6870f4f6ebe",
            },
        ]
    }

    #[test]
    fn every_stage_agrees_with_the_vectors() {
        for vector in vectors() {
            let name = vector.name;
            let pairs: Vec<_> =
                vector.query.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
            let query = canonical_query(&pairs);
            let request = Signable {
                method: vector.method,
                path: &vector.path,
                query: &query,
                headers: &vector.headers,
                body: vector.body.as_bytes(),
            };
            let canonical = canonical_request(&request);
            if let Some(expected) = vector.canonical_request {
                assert_eq!(canonical, expected, "{name}");
            }
            let to_sign = string_to_sign(vector.date, &canonical);
            assert_eq!(
                to_sign,
                format!("SDK-HMAC-SHA256\n{}\n{}", vector.date, vector.hash),
                "{name}"
            );
            let (access_key, secret_key) = vector.keys;
            assert_eq!(signature(secret_key, &to_sign), vector.signature, "{name}");
            assert_eq!(
                authorization(access_key, secret_key, vector.date, &request),
                format!(
                    "SDK-HMAC-SHA256 Access={access_key}, SignedHeaders={}, Signature={}",
                    vector.signed_headers, vector.signature
                ),
                "{name}"
            );
        }
    }

    #[test]
    fn paths_are_encoded_by_segment_and_end_in_a_slash() {
        let cases = [
            ("/v3/p/backups", "/v3/p/backups/"),
            ("/v3/p/backups/", "/v3/p/backups/"),
            ("/v3/p/backups/a%20b", "/v3/p/backups/a%20b/"),
            ("/v3/p/%E5%A4%9C", "/v3/p/%E5%A4%9C/"),
            ("/", "/"),
        ];
        for (path, expected) in cases {
            assert_eq!(canonical_path(path), expected, "{path}");
        }
    }
}
