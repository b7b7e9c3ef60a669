//! Makes untrusted text safe for a terminal, measures and shortens it.
//!
//! Anyone who may create a backup chooses its name and description, and other text is untrusted
//! too. Characters that move the cursor, reorder text or are invisible are replaced by escapes,
//! such as `\u{1b}`.

use std::borrow::Cow;

use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Invisible character that joins emoji.
const ZERO_WIDTH_JOINER: char = '\u{200d}';

/// Marks text that was shortened.
const ELLIPSIS: char = '…';

/// Returns the width of `text` in terminal cells.
pub(crate) fn cells(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.width() }
}

/// Escapes invisible characters and those that act on a terminal.
pub(crate) fn visible(text: &str) -> Cow<'_, str> {
    if is_printable(text) || text.chars().all(is_visible_base) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for cluster in text.graphemes(true) {
        push_visible(&mut escaped, cluster);
    }
    Cow::Owned(escaped)
}

/// Same as [`visible`], with the width in terminal cells.
pub(crate) fn visible_cells(text: &str) -> (Cow<'_, str>, usize) {
    if is_printable(text) {
        return (Cow::Borrowed(text), text.len());
    }
    let escaped = visible(text);
    let cells = cells(&escaped);
    (escaped, cells)
}

/// Returns true if all characters are printable ASCII or blanks, as in almost all text. Checks all
/// bytes, which is faster than stopping at the first mismatch.
fn is_printable(text: &str) -> bool {
    text.bytes().fold(true, |all, byte| all & matches!(byte, b' '..=b'~'))
}

/// Adds a cluster, with unsafe characters escaped. Marks and joiners are safe only after a visible
/// base character.
fn push_visible(escaped: &mut String, cluster: &str) {
    let mut chars = cluster.chars().peekable();
    let base = chars.peek().copied().filter(|&first| is_visible_base(first));
    while let Some(char) = chars.next() {
        let is_safe = match char {
            ZERO_WIDTH_JOINER => {
                base.is_some() && chars.peek().is_some_and(|&next| is_visible_base(next))
            }
            // Selects the plain or the colored form of a symbol.
            '\u{fe0e}' | '\u{fe0f}' => base.is_some_and(|base| !base.is_alphanumeric()),
            _ => base.is_some() && !char.is_control() && !is_unseen(char),
        };
        if is_safe {
            escaped.push(char);
        } else {
            escaped.extend(char.escape_default());
        }
    }
}

/// Returns true for a visible character that has a width.
fn is_visible_base(char: char) -> bool {
    char.width().is_some_and(|cells| cells > 0) && !is_unseen(char)
}

/// Returns true for Unicode's default-ignorable characters (which include the bidirectional
/// controls), line and paragraph separators, and annotation marks: invisible, or with an effect
/// elsewhere.
pub(crate) fn is_unseen(char: char) -> bool {
    matches!(char,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Replaces unsafe characters in JSON text by JSON escapes, which keeps the value. They can occur
/// only in strings, except for whitespace between tokens.
pub(crate) fn json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for char in text.chars() {
        if is_unseen(char) || (char.is_control() && !char.is_ascii_whitespace()) {
            for unit in char.encode_utf16(&mut [0; 2]) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(char);
        }
    }
    escaped
}

/// Shortens `text` to `width` cells, with `…` for the removed part.
pub(crate) fn shortened(text: &str, width: usize) -> Cow<'_, str> {
    // No character has more cells than bytes.
    if text.len() <= width || cells(text) <= width {
        return Cow::Borrowed(text);
    }
    let mut shortened = String::new();
    let mut taken = 1;
    for cluster in text.graphemes(true) {
        taken += cluster.width();
        if taken > width {
            break;
        }
        shortened.push_str(cluster);
    }
    shortened.push(ELLIPSIS);
    Cow::Owned(shortened)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn visible_text_is_left_as_it_is() {
        let cases = [
            "",
            "autobk_b629",
            "a  b\\n",
            "备份 生产环境",
            "café cafe\u{301}",
            "👍🏽 👨\u{200d}👩\u{200d}👧\u{200d}👦 🇨🇳 ❤\u{fe0f}",
            "한글 \u{1112}\u{1161}\u{11ab}",
            "क\u{94d}ष",
            "=SUM(A1)",
        ];
        for text in cases {
            assert_eq!(visible(text), text);
        }
    }

    #[test]
    fn unsafe_characters_are_escaped() {
        let cases = [
            ("a\nb\tc\rd\0", r"a\nb\tc\rd\u{0}"),
            ("\r\n", r"\r\n"),
            ("\u{1b}[31mred\u{1b}[0m", r"\u{1b}[31mred\u{1b}[0m"),
            ("\u{9b}31m\u{7f}", r"\u{9b}31m\u{7f}"),
            ("a\u{202e}gpj.exe", r"a\u{202e}gpj.exe"),
            (
                "\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}",
                r"\u{2066}x\u{2069}\u{200e}\u{200f}\u{61c}",
            ),
            ("pay\u{200b}pal\u{feff}", r"pay\u{200b}pal\u{feff}"),
            ("vm\u{200d}1", r"vm\u{200d}1"),
            ("vm\u{200c}1 vm\u{fe0f}1", r"vm\u{200c}1 vm\u{fe0f}1"),
            ("\u{301}a", r"\u{301}a"),
            ("a\u{34f}b\u{ad}c\u{2028}d", r"a\u{34f}b\u{ad}c\u{2028}d"),
            ("a\u{3164}b\u{e0041}", r"a\u{3164}b\u{e0041}"),
            ("中\u{1b}文", r"中\u{1b}文"),
        ];
        for (text, expected) in cases {
            assert_eq!(visible(text), expected, "{text:?}");
        }
    }

    #[test]
    fn control_characters_are_always_escaped() {
        for char in '\0'..=char::MAX {
            let text = format!("a{char}b");
            let escaped = visible(&text);
            assert!(!escaped.chars().any(char::is_control), "{char:?}");
            assert!(cells(&escaped) >= 2, "{char:?}");
        }
    }

    #[test]
    fn json_keeps_its_value() {
        let sent = "{\"a\":\t\"中\u{202e}\u{9b}\u{7f}\u{e0041}\\n👨\u{200d}👩\"}";
        let escaped = json(sent);
        assert_eq!(escaped, "{\"a\":\t\"中\\u202e\\u009b\\u007f\\udb40\\udc41\\n👨\\u200d👩\"}");
        let [sent, escaped]: [serde_json::Value; 2] =
            [sent, &escaped].map(|text| serde_json::from_str(text).unwrap());
        assert_eq!(sent, escaped);
    }

    #[test]
    fn shortened_counts_cells_and_keeps_clusters() {
        let cases = [
            ("autobk_b629", 11, "autobk_b629"),
            ("autobk_b629", 8, "autobk_…"),
            ("生产数据库", 10, "生产数据库"),
            ("生产数据库", 9, "生产数据…"),
            ("生产数据库", 8, "生产数…"),
            ("cafe\u{301} noir", 5, "cafe\u{301}…"),
            ("👨\u{200d}👩\u{200d}👧abcd", 4, "👨\u{200d}👩\u{200d}👧a…"),
            ("👨\u{200d}👩\u{200d}👧abcd", 2, "…"),
            ("ab", 1, "…"),
        ];
        for (text, width, expected) in cases {
            assert_eq!(shortened(text, width), expected, "{text} {width}");
            assert!(cells(expected) <= width, "{text} {width}");
        }
    }
}
