//! Adds the zone to the times of a JSON record, for `--time utc`.
//!
//! The service sends times in UTC without a zone. All other bytes stay as sent.

use std::borrow::Cow;

use crate::time::timestamp::SentTime;

/// Suffix of the names of all times.
const TIME: &str = "_at\"";

/// Returns a record with its times in RFC 3339, with `Z` and every digit that was sent. Members of
/// these names that are not times are unchanged.
pub(super) fn with_zones(json: &str) -> Cow<'_, str> {
    let mut text = String::new();
    let (mut copied, mut at) = (0, 0);
    // True after the name of a time: the next string, or those of an array, are times.
    let mut is_time = false;
    while let Some(start) = json[at..].find('"').map(|next| at + next) {
        is_time &= json[at..start].bytes().all(|byte| b" \t\r\n[,".contains(&byte));
        let end = start + string_length(&json[start..]);
        let string = &json[start..end];
        at = end;
        let after = json[end..].trim_ascii_start();
        if after.starts_with(':') {
            is_time = string.ends_with(TIME);
            at = json.len() - after.len() + 1;
        } else if is_time && let Some(time) = SentTime::parse(string.trim_matches('"')) {
            text.push_str(&json[copied..=start]);
            time.push_exact(&mut text);
            copied = end - 1;
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    text.push_str(&json[copied..]);
    Cow::Owned(text)
}

/// Returns the length of the JSON string that `text` begins with.
pub(super) fn string_length(text: &str) -> usize {
    let mut is_escaped = false;
    for (index, byte) in text.bytes().enumerate().skip(1) {
        match byte {
            _ if is_escaped => is_escaped = false,
            b'\\' => is_escaped = true,
            b'"' => return index + 1,
            _ => {}
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_times_get_a_zone() {
        let cases = [
            ("{}", "{}"),
            (
                r#"{"created_at":"2026-11-19T23:57:42.5"}"#,
                r#"{"created_at":"2026-11-19T23:57:42.5Z"}"#,
            ),
            (
                r#"{"created_at" :
 "2026-11-19T23:57:42" , "b":1}"#,
                r#"{"created_at" :
 "2026-11-19T23:57:42Z" , "b":1}"#,
            ),
            (r#"{"a_at":"2026-11-19T23:57:42+08:00"}"#, r#"{"a_at":"2026-11-19T15:57:42Z"}"#),
            (r#"{"a_at":"2026-11-19T23:57:42Z"}"#, r#"{"a_at":"2026-11-19T23:57:42Z"}"#),
            (
                r#"{"c":[{"created_at":"2026-11-19T23:57:42"}],"x.created_at":["2026-11-19T00:00:00", "2026-11-18T00:00:00"],"n":"2026-11-18T00:00:00"}"#,
                r#"{"c":[{"created_at":"2026-11-19T23:57:42Z"}],"x.created_at":["2026-11-19T00:00:00Z", "2026-11-18T00:00:00Z"],"n":"2026-11-18T00:00:00"}"#,
            ),
            // Values that are not times, or do not have such a name.
            (r#"{"name":"2026-11-19T23:57:42"}"#, r#"{"name":"2026-11-19T23:57:42"}"#),
            (r#"{"a_at":"soon","b_at":null,"c_at":7}"#, r#"{"a_at":"soon","b_at":null,"c_at":7}"#),
            (
                r#"{"a_at":[{"b":"2026-11-19T23:57:42"}]}"#,
                r#"{"a_at":[{"b":"2026-11-19T23:57:42"}]}"#,
            ),
            (
                r#"{"d":"x\",\"a_at\":\"2026-11-19T23:57:42"}"#,
                r#"{"d":"x\",\"a_at\":\"2026-11-19T23:57:42"}"#,
            ),
            (
                r#"{"d":["created_at","2026-11-19T23:57:42"]}"#,
                r#"{"d":["created_at","2026-11-19T23:57:42"]}"#,
            ),
            (
                r#"{"a_at":null,"d":["2026-11-19T23:57:42"]}"#,
                r#"{"a_at":null,"d":["2026-11-19T23:57:42"]}"#,
            ),
        ];
        for (json, expected) in cases {
            assert_eq!(with_zones(json), expected, "{json}");
        }
    }
}
