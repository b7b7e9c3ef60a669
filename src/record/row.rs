//! Backups where they came: in the text of an answer, each with its fields.
//!
//! Knows nothing of where the text came from.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use anyhow::Context as _;

use super::backup::{Backup, Field, FieldSpans, NO_OBJECT};
use super::json::{Json, Names, Scanner};

/// The text of an answer.
type Text = dyn AsRef<str> + Send + Sync;

/// Makes a text of each backup that depends on no other one.
pub(crate) trait RowFormat: Send + Sync {
    /// Adds the text of a backup.
    fn push(&self, row: Row<'_>, text: &mut String);
}

/// The backups of one answer.
pub(crate) struct Rows {
    text: Arc<Text>,
    found: Vec<RowSpan>,
}

/// Their texts in some format.
pub(crate) struct Texts {
    text: Arc<Text>,
    /// Where each ends.
    ends: Vec<usize>,
}

/// Where a backup stands in a text.
pub(crate) struct RowSpan {
    place: Range<usize>,
    fields: FieldSpans,
    /// Whether there may be line breaks between its tokens.
    breaks_lines: bool,
}

/// One backup in its text.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    text: &'a str,
    found: &'a RowSpan,
}

impl Rows {
    /// What was [found](RowSpan::read) in this text.
    pub(crate) fn new(text: Arc<Text>, found: Vec<RowSpan>) -> Self {
        Self { text, found }
    }

    /// The rows with these indexes.
    pub(crate) fn at(&self, indexes: &[usize]) -> impl Iterator<Item = Row<'_>> {
        let text = (*self.text).as_ref();
        indexes.iter().filter_map(move |index| Some(Row { text, found: self.found.get(*index)? }))
    }
}

impl Texts {
    /// Texts that stand one after the other, and where each ends.
    pub(crate) fn new(text: Arc<Text>, ends: Vec<usize>) -> Self {
        Self { text, ends }
    }

    /// The texts with these indexes, of which all that follow each other are one.
    pub(crate) fn at(&self, indexes: &[usize]) -> impl Iterator<Item = &str> {
        let text = (*self.text).as_ref();
        let end = |index: usize| self.ends.get(index).copied();
        let runs = indexes.chunk_by(|index, next| index + 1 == *next);
        runs.filter_map(move |run| {
            let start = run.first()?.checked_sub(1).map_or(Some(0), end)?;
            text.get(start..end(*run.last()?)?)
        })
    }
}

impl RowSpan {
    /// Reads the backup that is next; nothing if there is none. `names` are those of the backups before it in
    /// the same text.
    pub(crate) fn read(
        scanner: &mut Scanner<'_>,
        names: &mut Names<Option<Field>>,
    ) -> Option<Self> {
        let start = scanner.position();
        let fields = FieldSpans::read(scanner, names)?;
        let (place, breaks_lines) = (start..scanner.position(), scanner.breaks_lines());
        Some(Self { place, fields, breaks_lines })
    }

    /// Reads a text that is one backup.
    ///
    /// # Errors
    ///
    /// It is no JSON object.
    pub(crate) fn alone(record: &str) -> anyhow::Result<Self> {
        let mut scanner = Scanner::new(record);
        let found = Self::read(&mut scanner, &mut Names::default());
        found.filter(|_| scanner.end().is_some()).context(NO_OBJECT)
    }

    /// The backup itself, in the text that was read.
    pub(crate) fn row<'a>(&'a self, text: &'a str) -> Row<'a> {
        Row { text, found: self }
    }
}

impl<'a> Row<'a> {
    /// The backup as the service sent it.
    pub(crate) fn json(self) -> &'a str {
        self.text.get(self.found.place.clone()).unwrap_or_default()
    }

    /// The same on one line.
    pub(crate) fn one_line(self) -> Cow<'a, str> {
        let json = self.json();
        if self.found.breaks_lines { Json::new(json).one_line() } else { Cow::Borrowed(json) }
    }

    /// Its fields.
    pub(crate) fn backup(self) -> Backup<'a> {
        Backup::at(self.text, &self.found.fields)
    }

    /// Its `id`, as the others only if it is not null.
    pub(crate) fn id(self) -> Option<Json<'a>> {
        self.found.fields.find(Field::id, self.text)
    }

    /// Its `created_at`.
    pub(crate) fn created_at(self) -> Option<Json<'a>> {
        self.found.fields.find(Field::created_at, self.text)
    }
}
