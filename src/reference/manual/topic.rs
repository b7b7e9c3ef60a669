//! A topic of `cbr help` as a section of a page, or as a page of its own.

use clap::Command;
use roff::{Roff, bold, roman};

use super::begin_named;
use super::prose::{Indent, prose};
use crate::reference::help::{Block, topic};

/// Returns the page of a topic.
pub(super) fn page(program: &Command, name: &str, about: &str) -> Roff {
    let section_of_manual = ["7", "Miscellaneous"];
    let mut page = begin_named(program, &format!("cbr-{name}"), about, section_of_manual);
    section(&mut page, program, "DESCRIPTION", name);
    page.control("SH", ["SEE ALSO"]);
    page.text([bold("cbr"), roman("(1)")]);
    page
}

/// Writes a topic under this heading, if there is such a topic.
pub(super) fn section(page: &mut Roff, program: &Command, heading: &str, name: &str) {
    let Some(text) = topic(program, name) else { return };
    page.control("SH", [heading]);
    for (index, block) in text.blocks().iter().enumerate() {
        if index > 0 {
            page.control("PP", []);
        }
        match block {
            Block::Paragraph(text) => prose(page, text, Indent::Section),
            Block::Table(heading, rows) => {
                page.text([bold(heading.replace('`', ""))]);
                for (term, explanation) in rows {
                    page.control("TP", []).text([bold(term)]);
                    prose(page, explanation, Indent::Term);
                }
            }
            Block::Typed(heading, lines) => {
                page.text([bold(heading)]);
                let lines: Vec<_> = lines.iter().map(|line| format!("  {line}")).collect();
                prose(page, &lines.join("\n"), Indent::Section);
            }
        }
    }
}
