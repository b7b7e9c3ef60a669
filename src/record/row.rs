//! Backups inside the text of a response, with the spans of their fields.
//!
//! Knows nothing of the source of the text.

use std::borrow::Cow;
use std::ops::{ControlFlow, Range};
use std::sync::Arc;

use anyhow::Context as _;

use super::backup::{Backup, Field, FieldSpans, NOT_AN_OBJECT};
use super::json::{Json, Scanner};
use super::target::{self, TargetTag};

/// The text of a response.
type Text = dyn AsRef<str> + Send + Sync;

/// Accepts backups one at a time, in their final order.
pub(crate) trait RowSink {
    /// Accepts the next backup. `Break` stops the source.
    ///
    /// # Errors
    ///
    /// If the backup cannot be stored or written.
    fn push(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>>;

    /// Called after each page. Complete rows may then be written.
    ///
    /// # Errors
    ///
    /// If they cannot be written.
    fn page_end(&mut self) -> anyhow::Result<()> {
        Ok(())
    }
}

/// The backups of one response.
pub(crate) struct Rows {
    text: Arc<Text>,
    spans: Vec<RowSpan>,
}

/// Byte range of a backup, with those of its fields.
pub(crate) struct RowSpan {
    range: Range<usize>,
    fields: FieldSpans,
    /// True if there may be line breaks between its tokens.
    breaks_lines: bool,
}

/// A backup in the text of its response.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    text: &'a str,
    span: &'a RowSpan,
}

impl Rows {
    /// Creates rows from the spans that [`RowSpan::read`] found in this text.
    pub(crate) fn new(text: Arc<Text>, spans: Vec<RowSpan>) -> Self {
        Self { text, spans }
    }

    /// Returns the length of the text of the [tagged](Self::tagged) backups, in bytes.
    pub(crate) fn tagged_length(&self, tag: &TargetTag) -> usize {
        self.spans.iter().map(|span| span.range.len() + tag.len()).sum()
    }

    /// Returns the text and spans of these backups, each with the target as its first member.
    /// Appends to `text`. A member of that name that the service sent is left out.
    pub(crate) fn tagged(&self, tag: &TargetTag, mut text: String) -> (String, Vec<RowSpan>) {
        let from = (*self.text).as_ref();
        let tagged = |span: &RowSpan| {
            if span.fields.has(Field::_target) {
                let record = target::without(span.row(from).json());
                if let Ok(span) = RowSpan::alone(&record) {
                    return span.tagged(&record, tag, &mut text);
                }
            }
            span.tagged(from, tag, &mut text)
        };
        let spans = self.spans.iter().map(tagged).collect();
        (text, spans)
    }

    /// Returns the memory size of the text and the spans.
    pub(crate) fn bytes(&self) -> usize {
        (*self.text).as_ref().len() + size_of_val(self.spans.as_slice())
    }

    /// Iterates over the rows at `indexes`.
    pub(crate) fn at(&self, indexes: &[usize]) -> impl Iterator<Item = Row<'_>> {
        let text = (*self.text).as_ref();
        indexes.iter().filter_map(move |index| Some(Row { text, span: self.spans.get(*index)? }))
    }
}

impl RowSpan {
    /// Parses the next backup, or returns `None` if the next value is not an object.
    pub(crate) fn read(scanner: &mut Scanner<'_>) -> Option<Self> {
        let start = scanner.position();
        let fields = FieldSpans::read(scanner)?;
        let (range, breaks_lines) = (start..scanner.position(), scanner.breaks_lines());
        Some(Self { range, fields, breaks_lines })
    }

    /// Parses a text that consists of one backup.
    ///
    /// # Errors
    ///
    /// If the text is not a JSON object.
    pub(crate) fn alone(record: &str) -> anyhow::Result<Self> {
        let mut scanner = Scanner::new(record);
        let span = Self::read(&mut scanner);
        span.filter(|_| scanner.end().is_some()).context(NOT_AN_OBJECT)
    }

    /// Appends the backup with its target to `to`, and returns its span there.
    fn tagged(&self, from: &str, tag: &TargetTag, to: &mut String) -> Self {
        let Self { range, fields, breaks_lines } = self;
        let start = to.len();
        let target = tag.push(from.get(range.clone()).unwrap_or_default(), to);
        let distance = (start + tag.len()) as i64 - range.start as i64;
        let fields = fields.moved(distance, tag, target);
        Self { range: start..to.len(), fields, breaks_lines: *breaks_lines }
    }

    /// Returns the backup in the parsed text.
    pub(crate) fn row<'a>(&'a self, text: &'a str) -> Row<'a> {
        Row { text, span: self }
    }
}

impl<'a> Row<'a> {
    /// Returns the backup as the service sent it.
    pub(crate) fn json(self) -> &'a str {
        self.text.get(self.span.range.clone()).unwrap_or_default()
    }

    /// Returns the backup on one line.
    pub(crate) fn one_line(self) -> Cow<'a, str> {
        let json = self.json();
        if self.span.breaks_lines { Json::new(json).one_line() } else { Cow::Borrowed(json) }
    }

    /// Returns the fields of the backup.
    pub(crate) fn backup(self) -> Backup<'a> {
        Backup::at(self.text, self.span.range.clone(), &self.span.fields)
    }

    /// Returns the `id`, unless it is absent or null.
    pub(crate) fn id(self) -> Option<Json<'a>> {
        self.span.fields.find(Field::id, self.text)
    }

    /// Returns `created_at`, unless it is absent or null.
    pub(crate) fn created_at(self) -> Option<Json<'a>> {
        self.span.fields.find(Field::created_at, self.text)
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::record::column::COLUMNS;

    /// Every column has the same value as in the tagged text parsed again.
    #[test]
    fn a_tagged_row_is_what_its_text_says() {
        let tag = TargetTag::new(Some("eu-de"), Some("p1"), Some("\"x\""), None);
        let page = r#" [{"id":"a","name":null,"extend_info":{"bootable":true},"status":"available"},
            { "id": "b",
              "resource_size": 40, "children": [] } ]"#;
        let mut scanner = Scanner::new(page);
        let mut spans = Vec::new();
        let read = scanner.array(|scanner| {
            spans.push(RowSpan::read(scanner)?);
            Some(())
        });
        assert!(read.is_some());
        let rows = Rows::new(Arc::new(page.to_owned()), spans);
        let (text, spans) = rows.tagged(&tag, String::new());
        assert_eq!(text.len(), rows.tagged_length(&tag));
        let tagged = Rows::new(Arc::new(text), spans);
        let lines: Vec<_> = tagged.at(&[0, 1]).map(|row| row.one_line().into_owned()).collect();
        let target = r#""_target":{"region":"eu-de","project_id":"p1","project_name":"\"x\""}"#;
        assert!(lines[0].starts_with(&format!("{{{target},\"id\":\"a\"")), "{}", lines[0]);
        assert!(lines[1].starts_with(&format!("{{{target},\"id\":\"b\"")), "{}", lines[1]);
        for (row, line) in tagged.at(&[0, 1]).zip(&lines) {
            let reparsed = RowSpan::alone(line).unwrap();
            for column in COLUMNS {
                let text = |row: Row<'_>| {
                    column.value(&row.backup()).map(|value| value.text().into_owned())
                };
                assert_eq!(text(row), text(reparsed.row(line)), "{}", column.name);
            }
        }
    }

    /// A service could send a member of this name, which would stand for the target elsewhere.
    #[test]
    fn a_target_that_the_service_sent_is_left_out() {
        let tag = TargetTag::new(Some("eu-de"), None, None, None);
        let cases = [
            (r#"{"_target":{"region":"x"},"id":"a"}"#, r#""id":"a"}"#),
            (r#"{"id":"a","_t\u0061rget":"x"}"#, r#""id":"a"}"#),
            (r#"{"id":"a", "_target":1,"name":"b","_target":2}"#, r#""id":"a","name":"b"}"#),
            (r#"{"_target":null,"id":"a"}"#, r#""id":"a"}"#),
            (r#"{ "id" : "a" , "_target":1,"\ud800" :7 }"#, r#""id" : "a","\ud800" :7}"#),
            (r#"{"id":"a","name":"_target"}"#, r#""id":"a","name":"_target"}"#),
        ];
        for (record, rest) in cases {
            let rows =
                Rows::new(Arc::new(record.to_owned()), vec![RowSpan::alone(record).unwrap()]);
            let (text, spans) = rows.tagged(&tag, String::new());
            assert_eq!(text, format!(r#"{{"_target":{{"region":"eu-de"}},{rest}"#));
            let (row, reparsed) = (spans[0].row(&text), RowSpan::alone(&text).unwrap());
            for row in [row, reparsed.row(&text)] {
                let region = row.backup().in_target("region").map(Json::as_sent);
                assert_eq!(region, Some("\"eu-de\""), "{record}");
                assert_eq!(row.id().map(Json::as_sent), Some("\"a\""), "{record}");
            }
        }
    }

    /// Collects the ids of rows, for tests of other sinks.
    #[derive(Default)]
    pub(crate) struct Ids(pub(crate) String);

    impl RowSink for Ids {
        fn push(&mut self, row: Row<'_>) -> anyhow::Result<ControlFlow<()>> {
            self.0.extend(row.id().map(|id| id.text().into_owned()));
            Ok(ControlFlow::Continue(()))
        }
    }
}
