//! Backups where they came: in the text of an answer, each with its fields.
//!
//! Knows nothing of where the text came from.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use crate::backup::{Backup, Field, Places};
use crate::json::{Json, Names, Scanner};

/// The text of an answer.
type Text = dyn AsRef<str> + Send + Sync;

/// The backups of one answer.
pub(crate) struct Rows {
    text: Arc<Text>,
    found: Vec<Found>,
}

/// Where a backup stands in a text.
pub(crate) struct Found {
    place: Range<usize>,
    fields: Places,
    /// Whether there may be line breaks between its tokens.
    breaks_lines: bool,
}

/// One backup in its text.
#[derive(Clone, Copy)]
pub(crate) struct Row<'a> {
    text: &'a str,
    found: &'a Found,
}

impl Rows {
    /// What was [found](Found::read) in this text.
    pub(crate) fn new(text: Arc<Text>, found: Vec<Found>) -> Self {
        Self { text, found }
    }

    /// The rows with these indexes.
    pub(crate) fn at(&self, indexes: &[usize]) -> impl Iterator<Item = Row<'_>> {
        let text = (*self.text).as_ref();
        indexes.iter().filter_map(move |index| Some(Row { text, found: self.found.get(*index)? }))
    }
}

impl Found {
    /// Reads the backup that is next; nothing if there is none. `names` are those of the backups before it in
    /// the same text.
    pub(crate) fn read(
        scanner: &mut Scanner<'_>,
        names: &mut Names<Option<Field>>,
    ) -> Option<Self> {
        let start = scanner.position();
        let fields = Places::read(scanner, names)?;
        let (place, breaks_lines) = (start..scanner.position(), scanner.breaks_lines());
        Some(Self { place, fields, breaks_lines })
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
