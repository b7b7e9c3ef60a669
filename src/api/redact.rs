//! Removes secrets from text of the service. A gateway may echo rejected credentials or the whole
//! request.

use serde_json::Value;

use crate::settings::Credentials;

/// Secrets of one request, each with its replacement.
pub(super) struct Redaction(Vec<(String, &'static str)>);

const REDACTED: &str = "[redacted]";

/// Maximum number of characters of a body that `-vv` shows.
const MAX_BODY: usize = 4000;

impl Redaction {
    /// Creates the redaction for a request with these credentials and this `Authorization` header.
    pub(super) fn of(credentials: &Credentials, authorization: Option<&str>) -> Self {
        let mut redaction = Self(Vec::new());
        if let Some(authorization) = authorization {
            redaction.hide(authorization);
            let (_, signature) = authorization.rsplit_once('=').unwrap_or_default();
            redaction.hide(signature);
        }
        match credentials {
            Credentials::Password(login) => redaction.hide(login.password.reveal()),
            Credentials::Token(token) => redaction.hide(token.reveal()),
            Credentials::Key { access_key, secret_key, security_token } => {
                redaction.hide(secret_key.reveal());
                if let Some(token) = security_token {
                    redaction.hide(token.reveal());
                }
                redaction.replace(access_key, "[access key]");
            }
        }
        redaction
    }

    /// Adds a secret.
    pub(super) fn hide(&mut self, secret: &str) {
        self.replace(secret, REDACTED);
    }

    fn replace(&mut self, word: &str, stand_in: &'static str) {
        if word.is_empty() {
            return;
        }
        // Also replaces the JSON-escaped forms, for invalid bodies and messages about them.
        let escaped = word.escape_debug().to_string().replace("\\'", "'");
        for written in [escaped.replace('/', "\\/"), escaped, word.to_owned()] {
            self.0.push((written, stand_in));
        }
    }

    /// Returns the text with all secrets replaced.
    pub(super) fn text(&self, text: &str) -> String {
        let redacted =
            |text: String, (word, stand_in): &(String, &str)| text.replace(word, stand_in);
        self.0.iter().fold(text.to_owned(), redacted)
    }

    /// Returns a body as text with all secrets replaced. JSON can escape a text in many ways, so
    /// the decoded strings are searched.
    pub(super) fn body(&self, body: &[u8]) -> String {
        let text = match serde_json::from_slice::<Value>(body) {
            Ok(mut json) => {
                each_text(&mut json, &|text| *text = self.text(text));
                json.to_string()
            }
            Err(_) => String::from_utf8_lossy(body).into_owned(),
        };
        self.text(&text)
    }

    /// Returns the beginning of a body with all secrets replaced.
    ///
    /// Secrets are replaced before cutting, since half a secret would not be recognized.
    pub(super) fn beginning(&self, body: &[u8]) -> String {
        let redacted = self.body(body);
        // Field order and spaces are lost only if a secret was replaced.
        let plain = serde_json::from_slice::<Value>(body).map(|json| json.to_string());
        let has_secret = plain.map_or(true, |plain| plain != redacted);
        let text = if has_secret { redacted.into() } else { String::from_utf8_lossy(body) };
        match text.char_indices().nth(MAX_BODY) {
            Some((end, _)) => format!("{}… ({} bytes)", &text[..end], body.len()),
            None => text.into_owned(),
        }
    }
}

/// Changes every string value at any depth. Field names are unchanged.
fn each_text(json: &mut Value, change: &impl Fn(&mut String)) {
    match json {
        Value::String(text) => change(text),
        Value::Array(values) => values.iter_mut().for_each(|value| each_text(value, change)),
        Value::Object(fields) => fields.values_mut().for_each(|value| each_text(value, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::secret::Secret;

    #[test]
    fn all_secrets_of_a_request_are_redacted() {
        let secret = |text: &str| Secret::new(text.to_owned());
        let key = Credentials::Key {
            access_key: "AK".to_owned(),
            secret_key: secret("s/k"),
            security_token: Some(secret("t=k")),
        };
        let header = "SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, Signature=c0ffee";
        let token = Credentials::Token(secret("to\"ken"));
        let cases = [
            (&key, Some(header), "s/k t=k AK", "[redacted] [redacted] [access key]"),
            (&key, Some(header), r#"{"a":["s\u002fk"]}"#, r#"{"a":["[redacted]"]}"#),
            (
                &key,
                Some(header),
                "Authorization: SDK-HMAC-SHA256 Access=AK, SignedHeaders=host, \
              Signature=c0ffee",
                "Authorization: [redacted]",
            ),
            (&key, Some(header), "signature c0ffee is wrong", "signature [redacted] is wrong"),
            (&token, None, r#"{"a":{"b":"to\"ken"}}"#, r#"{"a":{"b":"[redacted]"}}"#),
            (&token, None, r#"to"ken"#, "[redacted]"),
            (&token, None, r#"error: "to\"ken""#, r#"error: "[redacted]""#),
            (&key, None, r"error: s\/k", "error: [redacted]"),
            (&token, None, "AK", "AK"),
        ];
        for (credentials, authorization, body, expected) in cases {
            assert_eq!(Redaction::of(credentials, authorization).body(body.as_bytes()), expected);
        }
    }
    #[test]
    fn bodies_keep_their_form_and_are_cut_after_redaction() {
        let redaction = Redaction::of(&Credentials::Token(Secret::new("to/ken".to_owned())), None);
        let long = format!("[\"{}to\\/ken\"]", "x".repeat(MAX_BODY - 5));
        let cut = format!("[\"{}[re… ({} bytes)", "x".repeat(MAX_BODY - 5), long.len());
        let cases = [
            (r#"{ "b": 1, "a": 2 }"#, r#"{ "b": 1, "a": 2 }"#),
            (r#"{ "b": "to\/ken", "a": 2 }"#, r#"{"a":2,"b":"[redacted]"}"#),
            ("<p>to/ken</p>", "<p>[redacted]</p>"),
            (&long, &cut),
        ];
        for (body, expected) in cases {
            assert_eq!(redaction.beginning(body.as_bytes()), expected, "{body}");
        }
    }
}
