//! A text of paragraphs, tables and examples, and its layout on a screen.

use textwrap::Options;

/// The text of a topic.
#[derive(Debug, Default)]
pub(crate) struct Text(Vec<Block>);

/// A part of a text.
#[derive(Debug)]
pub(crate) enum Block {
    /// Wrapped at the width of the screen.
    Paragraph(String),
    /// A heading, and terms with their descriptions.
    Table(String, Vec<(String, String)>),
    /// A heading, and lines to type.
    Typed(String, Vec<String>),
}

/// Maximum width of a term beside its description. Longer terms are above it.
const LONGEST_TERM: usize = 28;

impl Text {
    /// Its parts, in order.
    pub(crate) fn blocks(&self) -> &[Block] {
        &self.0
    }

    /// Adds a paragraph.
    pub(super) fn paragraph(mut self, text: &str) -> Self {
        self.0.push(Block::Paragraph(text.to_owned()));
        self
    }

    /// Adds a table.
    pub(super) fn table(
        mut self,
        heading: &str,
        rows: impl IntoIterator<Item = (String, String)>,
    ) -> Self {
        self.0.push(Block::Table(heading.to_owned(), rows.into_iter().collect()));
        self
    }

    /// Adds lines to type.
    pub(super) fn typed(mut self, heading: &str, lines: &[&str]) -> Self {
        let lines = lines.iter().map(|line| (*line).to_owned()).collect();
        self.0.push(Block::Typed(heading.to_owned(), lines));
        self
    }

    /// Formats the text for this number of columns. Lines to type are never wrapped.
    pub(super) fn set(&self, width: usize) -> String {
        let blocks: Vec<_> = self.0.iter().map(|block| set(block, width)).collect();
        blocks.join("\n")
    }
}

fn set(block: &Block, width: usize) -> String {
    let mut text = String::new();
    match block {
        Block::Paragraph(paragraph) => {
            text.push_str(&textwrap::fill(paragraph, plain(width, "", "")));
            text.push('\n');
        }
        Block::Table(heading, rows) => {
            text.push_str(&format!("{heading}:\n"));
            let terms = rows.iter().map(|(term, _)| textwrap::core::display_width(term));
            let column = 2 + terms.filter(|term| *term <= LONGEST_TERM).max().unwrap_or(0) + 2;
            let rest = " ".repeat(column);
            for (term, explanation) in rows {
                let first = format!("{:<column$}", format!("  {term}"));
                let own_line = textwrap::core::display_width(term) > LONGEST_TERM;
                if own_line {
                    text.push_str(&format!("  {term}\n"));
                }
                let first = if own_line { rest.as_str() } else { first.as_str() };
                text.push_str(&textwrap::fill(explanation, plain(width, first, &rest)));
                text.push('\n');
            }
        }
        Block::Typed(heading, lines) => {
            text.push_str(&format!("{heading}:\n"));
            lines.iter().for_each(|line| text.push_str(&format!("  {line}\n")));
        }
    }
    text
}

/// Wraps a text without splitting words.
fn plain<'a>(width: usize, first: &'a str, rest: &'a str) -> Options<'a> {
    Options::new(width)
        .initial_indent(first)
        .subsequent_indent(rest)
        .break_words(false)
        .word_splitter(textwrap::WordSplitter::NoHyphenation)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_block_has_its_form() {
        let row = |term: &str, text: &str| (term.to_owned(), text.to_owned());
        let text = Text::default()
            .paragraph("One two three four five six.")
            .table(
                "Things",
                [
                    row("a", "the first of them all"),
                    row("bcd", "x"),
                    row("a-term-that-is-too-long-to-share", "its line"),
                ],
            )
            .typed("Examples", &["cbr backups list --output json"]);
        let expected = "\
One two three four
five six.

Things:
  a    the first
       of them all
  bcd  x
  a-term-that-is-too-long-to-share
       its line

Examples:
  cbr backups list --output json
";
        assert_eq!(text.set(18), expected);
    }
}
