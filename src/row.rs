//! One backup on its way from the listing to the output: its text, and the view of it from the moment
//! that something looks inside, so that no record is parsed twice by what stands between the two.

use std::cell::OnceCell;

use crate::backup::Backup;

/// One backup.
pub(crate) struct Row<'a> {
    json: &'a str,
    view: OnceCell<Backup<'a>>,
}

impl<'a> Row<'a> {
    /// The record as the service sent it.
    pub(crate) fn new(json: &'a str) -> Self {
        Self { json, view: OnceCell::new() }
    }

    /// The record as the service sent it.
    pub(crate) fn json(&self) -> &'a str {
        self.json
    }

    /// Its fields.
    ///
    /// # Errors
    ///
    /// If it is no JSON object.
    pub(crate) fn backup(&self) -> anyhow::Result<&Backup<'a>> {
        if let Some(view) = self.view.get() {
            return Ok(view);
        }
        let view = Backup::parse(self.json)?;
        Ok(self.view.get_or_init(|| view))
    }
}
