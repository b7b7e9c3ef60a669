//! A request as a command for sh, bash and zsh, which reads the secrets from the environment.
//!
//! A signature contains its date and expires, so the command signs the request itself, with
//! openssl: the steps are those of [`sign`], on the same canonical request. No program gets a
//! secret as an argument, which all users of a machine can see: curl reads headers with secrets
//! from stdin, and openssl only hashes, since it accepts the key of an HMAC as an argument only.
//! The shell itself computes the HMAC (RFC 2104; a secret key is shorter than a block of 64 bytes).

use super::{Destination, shell_quoted, trust, variables};
use crate::api::{UnsentRequest, sign};
use crate::settings::Credentials;

/// Placeholder for `$date` until the text is escaped; no header can contain it.
const DATE: &str = "\u{1}";
/// Placeholder for `$CBR_SECURITY_TOKEN`.
const SECURITY_TOKEN: &str = "\u{2}";

/// Returns the command, with a line feed.
pub(super) fn command(
    connection: &Destination<'_>,
    credentials: &Credentials,
    draft: &UnsentRequest,
    url: &str,
) -> String {
    let url = shell_quoted(url);
    let project = shell_quoted(&format!("x-project-id: {}", connection.project_id));
    let curl = format!(
        "curl -sS{} {url} \\\n  -H 'accept: application/json' \\\n  -H {project} \\\n",
        trust(connection)
    );
    match credentials {
        Credentials::Token(_) | Credentials::Password(_) => {
            format!("{curl}  -H @- <<END\nx-auth-token: ${{CBR_TOKEN:?}}\nEND\n")
        }
        Credentials::Key { security_token, .. } => {
            let guards = variables(credentials)
                .into_iter()
                .map(|name| format!(" \"${{{name}:?}}\""))
                .collect::<String>();
            let token = security_token.is_some();
            let token_header = if token { "x-security-token: $CBR_SECURITY_TOKEN\n" } else { "" };
            let (canonical, names) = canonical(connection, draft, token);
            format!(
                "(:{guards}
date=$(date -u +%Y%m%dT%H%M%SZ)
hash=$(printf %s \"{canonical}\" | openssl dgst -sha256 | sed 's/.* //')
octet() {{ printf \"\\\\$(printf %03o $1)\"; }}
pad() {{
  left=64
  for byte in $(printf %s \"$CBR_SECRET_KEY\" | od -An -v -tu1); do octet $((byte ^ $1)); left=$((left - 1)); done
  while [ $left -gt 0 ]; do octet $1; left=$((left - 1)); done
}}
signature=$({{ pad 92
  {{ pad 54; printf '{algorithm}\\n%s\\n%s' \"$date\" \"$hash\"; }} | openssl dgst -sha256 -binary
}} | openssl dgst -sha256 | sed 's/.* //')
{curl}  -H @- <<END
{token_header}x-sdk-date: $date
authorization: {algorithm} Access=$CBR_ACCESS_KEY, SignedHeaders={names}, Signature=$signature
END
)
",
                algorithm = sign::ALGORITHM
            )
        }
    }
}

/// Returns the canonical request for double quotes, and the names of the signed headers.
fn canonical(connection: &Destination<'_>, draft: &UnsentRequest, token: bool) -> (String, String) {
    let host = connection.endpoint.host();
    let mut headers = vec![
        ("host", host.as_str()),
        ("x-project-id", connection.project_id),
        ("x-sdk-date", DATE),
    ];
    if token {
        headers.push(("x-security-token", SECURITY_TOKEN));
    }
    let names = headers.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(";");
    let query = sign::canonical_query(&draft.pairs);
    let path =
        format!("{}/v3/{}{}", connection.endpoint.path(), connection.project_id, draft.below);
    let signable =
        sign::Signable { method: "GET", path: &path, query: &query, headers: &headers, body: b"" };
    let mut text = sign::canonical_request(&signable);
    for special in ['\\', '"', '$', '`'] {
        text = text.replace(special, &format!("\\{special}"));
    }
    (text.replace(DATE, "$date").replace(SECURITY_TOKEN, "$CBR_SECURITY_TOKEN"), names)
}
