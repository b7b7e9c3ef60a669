//! Differential test: compares random pages, most of them damaged, with a reader based on
//! `serde_json`.
//!
//! The reference reader collects the members of each object with their texts. It has every rule of
//! [`scan_text`](super::scan_text) in its simplest form.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use fastrand::Rng;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::read_page;
use crate::api::body::Body;
use crate::api::utf8_body::Utf8Body;
use crate::listing::{Key, Order, report, seeds};
use crate::record::backup::Field;

/// Fields whose values are compared.
const FIELDS: [Field; 5] =
    [Field::id, Field::name, Field::status, Field::extend_info, Field::children];

/// Result of reading a page.
#[derive(Debug, PartialEq)]
struct Reading {
    count: Option<u64>,
    rows: Vec<ReadRow>,
}

/// Result of reading one record.
#[derive(Debug, PartialEq)]
struct ReadRow {
    json: String,
    key: Key,
    fields: [Option<String>; FIELDS.len()],
}

/// Reads a page as `cbr` does, from chunks of random lengths.
fn read(body: &[u8], random: &mut Rng) -> Option<Reading> {
    let mut incoming = Utf8Body::within(Vec::new());
    let mut rest = body;
    while !rest.is_empty() {
        let (chunk, behind) = rest.split_at(random.usize(1..=rest.len()));
        incoming.push(chunk);
        rest = behind;
    }
    let body = Arc::new(Body::new(incoming.into_text().ok()?, &Arc::default()));
    let page = read_page(&body, &Order::default()).ok()?;
    let indexes: Vec<_> = page.records.iter().map(|record| record.index).collect();
    let rows = page.rows.at(&indexes).zip(&page.records).map(|(row, record)| {
        let field = |field| Some(row.backup().get(field)?.as_sent().to_owned());
        ReadRow { json: row.json().to_owned(), key: record.key, fields: FIELDS.map(field) }
    });
    Some(Reading { count: page.count, rows: rows.collect() })
}

/// Reads a page with `serde_json`.
fn reference(body: &[u8]) -> Option<Reading> {
    let Members(page) = serde_json::from_str(str::from_utf8(body).ok()?).ok()?;
    let only = |wanted: &str| match page.get(wanted).map(Vec::as_slice) {
        None => Some(None),
        Some([value]) => Some(Some(*value)),
        Some(_) => None,
    };
    let records: Vec<&RawValue> = serde_json::from_str(only("backups")??.get()).ok()?;
    let count = only("count")?.and_then(|count| count.get().parse().ok());
    let rows = records.into_iter().map(|record| {
        let Members(members) = serde_json::from_str(record.get()).ok()?;
        let last = |field: Field| Some(members.get(field.name())?.last()?.get().to_owned());
        let id: String = serde_json::from_str(&last(Field::id)?).ok()?;
        Some(ReadRow {
            json: record.get().to_owned(),
            key: Key::of(&id),
            fields: FIELDS.map(|field| last(field).filter(|value| value != "null")),
        })
    });
    Some(Reading { count, rows: rows.collect::<Option<_>>()? })
}

/// The members of an object: the values of each name, in their order. Names that are not Unicode
/// text are left out.
struct Members<'a>(BTreeMap<String, Vec<&'a RawValue>>);

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members: BTreeMap<String, Vec<&RawValue>> = BTreeMap::new();
                while let Some(name) = map.next_key::<&RawValue>()? {
                    let value = map.next_value()?;
                    if let Ok(name) = serde_json::from_str(name.get()) {
                        members.entry(name).or_default().push(value);
                    }
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A page with the ranges of its members.
struct Page {
    text: String,
    members: Vec<(&'static str, Range<usize>)>,
}

const SCALARS: [&str; 22] = [
    "null",
    "true",
    "false",
    "0",
    "-0",
    "7",
    "1663",
    "18446744073709551616",
    "-1.50e+3",
    "1e400",
    r#""""#,
    r#""a""#,
    r#""a, {b}: [c]""#,
    r#""\"\\\/\b\f\n\r\t""#,
    r#""\u4e2d\uD83D\uDE80""#,
    r#""\ud800""#,
    r#""\\ud800""#,
    r#""\udc00\ud800""#,
    r#""中é🚀""#,
    r#""exactly 16 bytes""#,
    r#""a text of more than 16 bytes, and \n more""#,
    r#""6df2b54c-dd62-4059-a07c-1b8f24f2725d""#,
];

impl Page {
    /// A page with members in any order, some of them missing and some repeated.
    fn new(random: &mut Rng) -> Self {
        let mut names = Vec::new();
        for name in ["backups", "count", "offset", "limit", "links", "x"] {
            let times = if random.u8(..20) == 0 { random.usize(..=2) } else { 1 };
            names.extend(std::iter::repeat_n(name, times));
        }
        random.shuffle(&mut names);
        let mut page = Self { text: String::new(), members: Vec::new() };
        page.push_object(&names, random, |page, name, random| {
            let start = page.text.len();
            page.push_name(name, random);
            match name {
                "backups" if random.u8(..40) > 0 => page.push_records(random),
                "count" | "offset" | "limit" if random.u8(..4) > 0 => {
                    page.text.push_str(&random.u16(..).to_string());
                }
                _ => page.push_value(2, random),
            }
            page.members.push((name, start..page.text.len()));
        });
        page
    }

    fn push_records(&mut self, random: &mut Rng) {
        let number = random.usize(..4);
        self.push_items(['[', ']'], number, random, |page, _, random| {
            let mut names = Vec::new();
            for name in ["id", "name", "status", "extend_info", "children", "new"] {
                let times = match random.u8(..40) {
                    0 => 0,
                    1 => 2,
                    _ => 1,
                };
                names.extend(std::iter::repeat_n(name, times));
            }
            if random.bool() {
                random.shuffle(&mut names);
            }
            page.push_object(&names, random, |page, name, random| {
                page.push_name(name, random);
                if name == "id" && random.u8(..20) > 0 {
                    page.text.push_str(&format!("\"b{}\"", random.u8(..)));
                } else {
                    page.push_value(1, random);
                }
            });
        });
    }

    fn push_value(&mut self, depth: usize, random: &mut Rng) {
        match random.u8(..if depth == 0 { 4 } else { 6 }) {
            4 => {
                let number = random.usize(..3);
                self.push_items(['[', ']'], number, random, |page, _, random| {
                    page.push_value(depth - 1, random);
                });
            }
            5 => {
                let names = ["id", "a", "", "a"];
                let number = random.usize(..=names.len());
                self.push_object(&names[..number], random, |page, name, random| {
                    page.push_name(name, random);
                    page.push_value(depth - 1, random);
                });
            }
            _ => self.text.push_str(SCALARS[random.usize(..SCALARS.len())]),
        }
    }

    fn push_object(
        &mut self,
        names: &[&'static str],
        random: &mut Rng,
        mut push: impl FnMut(&mut Self, &'static str, &mut Rng),
    ) {
        self.push_items(['{', '}'], names.len(), random, |page, index, random| {
            push(page, names[index], random);
        });
    }

    fn push_items(
        &mut self,
        [open, close]: [char; 2],
        number: usize,
        random: &mut Rng,
        mut push: impl FnMut(&mut Self, usize, &mut Rng),
    ) {
        self.text.push(open);
        self.push_space(random);
        for index in 0..number {
            if index > 0 {
                self.text.push(',');
                self.push_space(random);
            }
            push(self, index, random);
            self.push_space(random);
        }
        self.text.push(close);
    }

    /// A name with its colon. Some names have escapes.
    fn push_name(&mut self, name: &str, random: &mut Rng) {
        let escaped = if random.u8(..24) == 0 { random.usize(..=name.len()) } else { name.len() };
        self.text.push('"');
        for (index, letter) in name.chars().enumerate() {
            if index == escaped {
                self.text.push_str(&format!("\\u{:04x}", u32::from(letter)));
            } else {
                self.text.push(letter);
            }
        }
        if random.u8(..200) == 0 {
            self.text.push_str(["\\ud83d", "\\n", "é"][random.usize(..3)]);
        }
        self.text.push('"');
        self.push_space(random);
        self.text.push(':');
        self.push_space(random);
    }

    fn push_space(&mut self, random: &mut Rng) {
        self.text.push_str(["", "", "", "", " ", "\n\t", "\r\n"][random.usize(..7)]);
    }

    /// The bytes of the page with one or two faults, and the members that have them. Each member is
    /// damaged equally often, whatever its length. A second fault may be in the next member.
    fn damaged(mut self, random: &mut Rng) -> (Vec<u8>, Vec<&'static str>) {
        let mut hit = Vec::new();
        let mut bytes = std::mem::take(&mut self.text).into_bytes();
        for _ in 0..random.usize(1..=2) {
            let range = match self.members.get(random.usize(..=self.members.len())) {
                Some((name, range)) => {
                    hit.push(*name);
                    range.clone()
                }
                None => 0..bytes.len(),
            };
            let at = random.usize(range.start..=range.end).min(bytes.len());
            let end = (at + random.usize(1..=3)).min(bytes.len());
            let part = PARTS[random.usize(..PARTS.len())].iter().copied();
            match random.u8(..10) {
                0..=3 => drop(bytes.drain(at..end)),
                4..=6 => drop(bytes.splice(at..end, part)),
                7..=8 => drop(bytes.splice(at..at, part)),
                _ => bytes.truncate(at),
            }
        }
        (bytes, hit)
    }
}

/// Inserted bytes. A single byte above 0x7f is not UTF-8.
const PARTS: [&[u8]; 30] = [
    b"\"",
    b"\\",
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"-",
    b".",
    b"+",
    b"e",
    b"0",
    b"7",
    b"n",
    b"u",
    b" ",
    b"\n",
    b"\0",
    b"\x1f",
    b"\x7f",
    b"\xff",
    b"\xc3",
    b"\xc3\xa9",
    b"\xed\xa0\x80",
    b"null",
    b"{}",
    b"[1",
    b"\"a\":",
    b"\xef\xbb\xbf",
];

/// Reads one case both ways. Returns the members with faults and whether the page was accepted, or
/// the difference.
fn play(seed: u64) -> Result<(Vec<&'static str>, bool), String> {
    let mut random = Rng::with_seed(seed);
    let page = Page::new(&mut random);
    let (body, hit) = if random.u8(..4) == 0 {
        (page.text.into_bytes(), Vec::new())
    } else {
        page.damaged(&mut random)
    };
    let (actual, expected) = (read(&body, &mut random), reference(&body));
    if actual == expected {
        return Ok((hit, actual.is_some()));
    }
    Err(format!("{}\nfound {actual:?}\nexpected {expected:?}", String::from_utf8_lossy(&body)))
}

#[test]
fn pages_are_read_as_serde_json_reads_them() {
    let cases = seeds(6_000);
    let number = cases.end - cases.start;
    let mut failures = Vec::new();
    // For each member with a fault, the pages that were refused and accepted.
    let mut outcomes: BTreeMap<&str, [u64; 2]> = BTreeMap::new();
    for seed in cases {
        match play(seed) {
            Ok((hit, accepted)) => {
                for name in hit {
                    outcomes.entry(name).or_default()[usize::from(accepted)] += 1;
                }
            }
            Err(difference) => failures.push((seed, difference)),
        }
    }
    report(&failures);
    // Each member was damaged often, in ways that matter and in ways that do not.
    if number >= 1_000 {
        assert_eq!(outcomes.len(), 6, "{outcomes:?}");
        let often =
            outcomes.values().all(|outcome| outcome.iter().all(|times| *times > number / 100));
        assert!(often, "{outcomes:?}");
    }
}
