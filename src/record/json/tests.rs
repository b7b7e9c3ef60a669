//! Compares the scanner with a full parser.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

use super::plain::LANES;
use super::*;

fn fields(json: &str) -> Option<Vec<(String, &str)>> {
    let mut fields = Vec::new();
    Json::new(json).fields(|name, value| fields.push((name.into_owned(), value.as_sent())))?;
    Some(fields)
}

#[test]
fn fields_of_an_object() {
    let cases = [
        ("{}", vec![]),
        (" { } ", vec![]),
        (r#"{"b":1,"a":null}"#, vec![("b", "1"), ("a", "null")]),
        (
            "{ \"a\" : [ 1, {\"]\": \"}\"} ] ,\r\n\t\"b\" : \"x \\\" y\\\\\" }",
            vec![("a", r#"[ 1, {"]": "}"} ]"#), ("b", r#""x \" y\\""#)],
        ),
        (r#"{"a\"":{},"":[]}"#, vec![("a\"", "{}"), ("", "[]")]),
        (
            r#"{"\u0061":1,"n\u0061\u006De":2,"\\u0061":3}"#,
            vec![("a", "1"), ("name", "2"), (r"\u0061", "3")],
        ),
        (
            r#"{"\ud83d\ude80":1,"\ud83d":2,"a\uDE80":3}"#,
            vec![("🚀", "1"), (r"\ud83d", "2"), (r"a\uDE80", "3")],
        ),
        (r#"{"id":1,"id":-2.5e9}"#, vec![("id", "1"), ("id", "-2.5e9")]),
    ];
    for (json, expected) in cases {
        let expected = expected.into_iter().map(|(name, value)| (name.to_owned(), value));
        assert_eq!(fields(json), Some(expected.collect()), "{json}");
    }
}

#[test]
fn values_that_are_not_objects_have_no_fields() {
    let cases = [
        "",
        "null",
        "7",
        "\"a\"",
        "[1]",
        "{",
        "{]",
        "{a:1}",
        "{\"a\"}",
        "{\"a\" 1}",
        "{\"a\":}x",
        "{\"a\":1",
        "{\"a\":1,}",
        "{\"a\":1}x",
        "{\"a\":\"",
        "{\"a\":\"\\",
        "{\"a\":[}",
        "}",
    ];
    for json in cases {
        assert_eq!(fields(json), None, "{json}");
    }
}

/// Returns random JSON with `depth` levels of nesting.
fn random(random: &mut fastrand::Rng, depth: usize) -> Value {
    let words = ["", "a", "\"", "\\", "{", "}", "[", "]", ",", ":", "中", "\n", "é\u{1b}", "\\\""];
    let mut word =
        || -> String { (0..random.usize(..4)).map(|_| words[random.usize(..14)]).collect() };
    let (name, text) = (word(), word());
    match random.u8(..if depth == 0 { 4 } else { 7 }) {
        0 => Value::Null,
        1 => random.bool().into(),
        2 => random.i64(..).into(),
        3 => text.into(),
        4 => (0..random.usize(..4)).map(|_| self::random(random, depth - 1)).collect(),
        _ => {
            let names = (0..random.usize(..4)).map(|at| format!("{name}{at}"));
            names.map(|name| (name, self::random(random, depth - 1))).collect()
        }
    }
}

#[test]
fn fields_are_those_that_a_full_parser_finds() {
    let mut rng = fastrand::Rng::with_seed(7);
    let mut objects = 0;
    for _ in 0..5_000 {
        let value = random(&mut rng, 4);
        for json in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let parsed: Option<BTreeMap<String, &RawValue>> =
                serde_json::from_str(&json).ok().flatten();
            let found = fields(&json).map(|fields| fields.into_iter().collect());
            objects += usize::from(parsed.is_some());
            let parsed: Option<BTreeMap<String, &str>> = parsed.map(|fields| {
                fields.into_iter().map(|(name, value)| (name, value.get())).collect()
            });
            assert_eq!(found, parsed, "{json}");
            assert_eq!(compact(&json), value.to_string(), "{json}");
        }
    }
    assert!(objects > 1000);
}

/// Returns true if all of the text is one value.
fn is_json(text: &str) -> bool {
    let mut scanner = Scanner::new(text);
    scanner.value().is_some() && scanner.end().is_some()
}

#[track_caller]
fn agrees_with_serde(text: &str) -> bool {
    let expected = serde_json::from_str::<&RawValue>(text).is_ok();
    assert_eq!(is_json(text), expected, "{text:?}");
    // Accessors must not panic on any text.
    let json = Json::new(text);
    let _ = json.fields(|_, value| drop((value.text(), value.one_line(), value.elements())));
    expected
}

#[test]
fn validation_agrees_with_a_full_parser() {
    let numbers =
        ["0", "-0", "1", "10", "-1.5", "0.0", "1e5", "1E+5", "1.25e-7", "123456789012345678901"];
    let no_numbers =
        ["", "-", "+1", "01", "-01", "1.", ".5", "1.e5", "1e", "1e+", "0x1", "1_0", "NaN", "١"];
    let strings = [r#""""#, r#""a""#, r#""\u4e2d\"\\\/\b\f\n\r\t""#, r#""\ud83d""#, "\"中\u{7f}\""];
    let no_strings = [
        r#"""#,
        r#""a"#,
        r#""\""#,
        r#""\x""#,
        r#""\u12""#,
        r#""\u12g4""#,
        "\"\n\"",
        "\"\u{1f}\"",
        "'a'",
    ];
    let others =
        ["null", "true", "false", "[]", "{}", "[1, 2]", " \t\r\n[ ] ", r#"{"a":1 , "a":2}"#];
    let no_others = [
        "nul",
        "nulls",
        "True",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{,}",
        r#"{"a"}"#,
        "{1:2}",
        "[1]]",
        "[}",
        "\u{c}1",
        "\u{feff}1",
        "1 1",
    ];
    for text in numbers.iter().chain(&strings).chain(&others) {
        assert!(agrees_with_serde(text), "{text:?}");
    }
    for text in no_numbers.iter().chain(&no_strings).chain(&no_others) {
        assert!(!agrees_with_serde(text), "{text:?}");
    }
}

/// Texts that are not a value, whatever follows.
const NO_VALUES: [&str; 16] = [
    "",
    "}",
    "]",
    ",",
    ":",
    "-",
    "1.",
    "1e",
    "nul.",
    "fal]e",
    "tru",
    "\"a",
    "\"\\x\"",
    "[1}",
    "{\"a\":[1}",
    "{\"a\"}",
];

#[test]
fn a_failed_read_is_final() {
    let reads: [fn(&mut Scanner<'_>) -> bool; 3] = [
        |scanner| scanner.value().is_some(),
        |scanner| scanner.object(|scanner, _| scanner.value().map(drop)).is_some(),
        |scanner| scanner.array(|scanner| scanner.value().map(drop)).is_some(),
    ];
    for text in NO_VALUES {
        for behind in ["", ",1", " 1", "}", "]", "{}", "[]", "\"\"", ":1}"] {
            let text = format!("{text}{behind}");
            for read in reads {
                let mut scanner = Scanner::new(&text);
                if read(&mut scanner) {
                    continue;
                }
                for read in reads {
                    assert!(!read(&mut scanner), "{text:?}");
                }
                assert!(scanner.end().is_none(), "{text:?}");
            }
        }
    }
}

#[test]
fn an_ignored_failure_stays_a_failure() {
    for text in NO_VALUES {
        for (before, behind) in [("", ""), ("1,", ""), ("", ",2"), ("1,", ",2")] {
            let array = format!("[{before}{text}{behind}]");
            let object = format!("{{\"a\":{}}}", array[1..array.len() - 1].replace(',', ",\"b\":"));
            let mut ignored = 0;
            let mut scanner = Scanner::new(&array);
            let read = scanner.array(|scanner| {
                ignored += usize::from(scanner.value().is_none());
                Some(())
            });
            // An array may be empty, and a comma may end it early.
            assert!(read.is_none() || ignored == 0, "{array}");
            let mut scanner = Scanner::new(&object);
            let read = scanner.object(|scanner, _| {
                ignored += usize::from(scanner.value().is_none());
                Some(())
            });
            assert!(read.is_none() && scanner.end().is_none(), "{object}");
        }
    }
}

#[test]
fn strings_of_every_length_end_where_they_end() {
    for length in 0..4 * LANES {
        for (at, special) in (0..=length).flat_map(|at| {
            ["\"", "\\\"", "\u{1f}", "\\", "\u{7f}", "é", "\\u00e9"].map(|special| (at, special))
        }) {
            let text =
                format!("[\"{}{special}{}\", \"\"]", "a".repeat(at), "b".repeat(length - at));
            agrees_with_serde(&text);
        }
    }
}

#[test]
fn any_depth_is_accepted() {
    for (open, inner, close) in [("[", "", "]"), ("{\"a\":", "1", "}"), ("[{\"a\":[", "", "]}]")] {
        for levels in [1, 127, 128, 129, 100_000] {
            let (open, close) = (open.repeat(levels), close.repeat(levels));
            assert!(agrees_with_serde(&format!("{open}{inner}{close}")), "{levels}");
            assert!(!agrees_with_serde(&format!("{open}{inner}{}", &close[1..])), "{levels}");
        }
    }
}

#[test]
fn broken_json_is_rejected_as_by_a_full_parser() {
    let parts = [
        "", "\"", "\\", "{", "}", "[", "]", ",", ":", "é", "\n", " ", "0", "1", "-", ".", "e", "u",
        "a", "null", "\u{1}",
    ];
    let (mut rng, mut good, mut bad) = (fastrand::Rng::with_seed(11), 0, 0);
    for _ in 0..20_000 {
        let mut json = random(&mut rng, 3).to_string();
        for _ in 0..=rng.usize(..2) {
            let boundaries: Vec<_> =
                json.char_indices().map(|(at, _)| at).chain([json.len()]).collect();
            let start = boundaries[rng.usize(..boundaries.len())];
            let later: Vec<_> = boundaries.iter().filter(|&&at| at >= start).take(3).collect();
            let end = *later[rng.usize(..later.len())];
            json.replace_range(start..end, parts[rng.usize(..parts.len())]);
        }
        *(if agrees_with_serde(&json) { &mut good } else { &mut bad }) += 1;
    }
    assert!(good > 1000 && bad > 1000, "{good} {bad}");
}

#[test]
fn text_of_every_kind_of_value() {
    let cases = [
        (r#""autobk_b629""#, "autobk_b629"),
        (r#""""#, ""),
        (r#"" a ""#, " a "),
        (r#""a, b""#, "a, b"),
        (r#""a \"b\"\n\u4e2d""#, "a \"b\"\n中"),
        (r#""half \ud83d pair""#, r"half \ud83d pair"),
        ("40", "40"),
        ("-1.50e+400", "-1.50e+400"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("true", "true"),
        ("[ ]", "[]"),
        (r#"{ "a b" : [ 1, "c \" d" ] }"#, r#"{"a b":[1,"c \" d"]}"#),
    ];
    for (json, expected) in cases {
        let value = Json::new(json);
        assert_eq!(value.text(), expected, "{json}");
        let unquoted = value.unquoted().filter(|_| !json.contains('\\'));
        assert_eq!(unquoted, (!json.contains(['\\', '{', '['])).then_some(expected), "{json}");
    }
}

#[test]
fn only_unicode_text_is_a_string() {
    let cases = [
        (r#""""#, Some("")),
        (r#""a""#, Some("a")),
        (r#""\u0061\n""#, Some("a\n")),
        (r#""\ud83d\ude80""#, Some("🚀")),
        (r#""\\ud800""#, Some(r"\ud800")),
        (r#""\ud800""#, None),
        (r#""a\udc00""#, None),
        ("null", None),
        ("7", None),
        ("[]", None),
    ];
    for (json, expected) in cases {
        assert_eq!(Json::new(json).string().as_deref(), expected, "{json}");
    }
}

#[test]
fn one_line_touches_only_what_has_several() {
    let cases = [
        ("{ \"a\": 1 }", "{ \"a\": 1 }"),
        ("{\n  \"a\": 1\n}", "{\"a\":1}"),
        ("{\r\n\t\"a b\": \"c\\\\\",\r\"d\": \" \\\" \"}", "{\"a b\":\"c\\\\\",\"d\":\" \\\" \"}"),
    ];
    for (json, expected) in cases {
        let line = Json::new(json).one_line();
        assert_eq!(line, expected);
        assert_eq!(matches!(line, Cow::Borrowed(_)), json == expected);
    }
}

#[test]
fn elements_of_an_array() {
    let texts =
        |json| -> Vec<_> { Json::new(json).elements().into_iter().map(Json::as_sent).collect() };
    assert_eq!(texts(r#"[ {"a": 1}, 2 ]"#), [r#"{"a": 1}"#, "2"]);
    assert!(texts("[]").is_empty() && texts("7").is_empty() && texts("{}").is_empty());
}
