//! A backup where it came: in the text of an answer, together with others.
//!
//! The text is kept for as long as one of its backups is. Knows nothing of where it came from.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::backup::{Backup, Places};
use crate::json::{Json, Scanner};

/// The text of an answer.
type Text = dyn AsRef<str> + Send + Sync;

/// One backup.
#[derive(Clone)]
pub(crate) struct Row {
    text: Arc<Text>,
    place: Range<usize>,
    fields: Places,
}

impl Row {
    /// Reads the backup that is next in `text`; nothing if there is none.
    pub(crate) fn read(text: Arc<Text>, scanner: &mut Scanner<'_>) -> Option<Self> {
        let start = scanner.position();
        let fields = Places::read(scanner)?;
        Some(Self { text, place: start..scanner.position(), fields })
    }

    /// The backup as the service sent it.
    pub(crate) fn json(&self) -> &str {
        (*self.text).as_ref().get(self.place.clone()).unwrap_or_default()
    }

    /// Its fields.
    pub(crate) fn backup(&self) -> Backup<'_> {
        Backup::at((*self.text).as_ref(), &self.fields)
    }

    /// Its `id`, as the others only if it is not null.
    pub(crate) fn id(&self) -> Option<Json<'_>> {
        self.fields.id.find((*self.text).as_ref())
    }

    /// Its `created_at`.
    pub(crate) fn created_at(&self) -> Option<Json<'_>> {
        self.fields.created_at.find((*self.text).as_ref())
    }
}

impl fmt::Debug for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.json())
    }
}
