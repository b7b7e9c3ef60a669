//! ids: the id of each record on a line of its own, for loops and `xargs`.

use std::io::Write;
use std::mem;

use anyhow::Context as _;

use super::screen_text::visible;
use super::spool::{FAULT, Spool};
use super::{Output, Render};
use crate::backup::Backup;
use crate::json::Json;
use crate::row::Row;

pub(super) struct Ids(Spool);

impl Ids {
    pub(super) fn new() -> Self {
        Self(Spool::new())
    }

    /// One line, whatever the id is. No id of the service holds a character that has to be escaped for that.
    fn write(&mut self, id: Option<Json<'_>>) -> anyhow::Result<()> {
        let id = id.map(Json::text).unwrap_or_default();
        writeln!(self.0, "{}", visible(&id)).context(FAULT)
    }
}

impl Render for Ids {
    fn push(&mut self, record: &str) -> anyhow::Result<()> {
        self.write(Backup::parse(record)?.id())
    }

    fn push_row(&mut self, row: Row<'_>) -> anyhow::Result<()> {
        self.write(row.id())
    }

    fn drain(&mut self, out: &mut dyn Output) -> anyhow::Result<()> {
        mem::replace(&mut self.0, Spool::new()).copy_to(out)
    }

    fn finish(mut self: Box<Self>, out: &mut dyn Output) -> anyhow::Result<()> {
        self.drain(out)
    }
}
