//! Help text to roff. The text has the form of clap: paragraphs, `- ` before an item, and blanks
//! before lines to type.

use roff::{Inline, Roff, bold, roman};

/// Indent of a text.
#[derive(Debug, Clone, Copy)]
pub(super) enum Indent {
    /// At the margin of a section.
    Section,
    /// Below a term.
    Term,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Item,
    Typed,
    Text,
}

/// Writes the text; text between backticks is bold.
pub(super) fn prose(page: &mut Roff, text: &str, indent: Indent) {
    let lines: Vec<_> = text.lines().collect();
    let mut blocks = lines.chunk_by(|line, next| kind(line) == kind(next)).peekable();
    while let Some(block) = blocks.next() {
        match kind(block[0]) {
            // What is typed begins a block of its own; a paragraph before it would be an empty one.
            Kind::Blank if blocks.peek().is_some_and(|next| kind(next[0]) == Kind::Typed) => {
                page.control("sp", []);
            }
            Kind::Blank => paragraph(page, indent),
            Kind::Item => items(page, block),
            Kind::Typed => typed(page, block, indent),
            Kind::Text => block.iter().for_each(|line| {
                page.text(marked(line));
            }),
        }
    }
}

fn kind(line: &str) -> Kind {
    match line {
        _ if line.trim().is_empty() => Kind::Blank,
        _ if line.starts_with("- ") => Kind::Item,
        _ if line.starts_with("  ") => Kind::Typed,
        _ => Kind::Text,
    }
}

fn paragraph(page: &mut Roff, indent: Indent) {
    let request = match indent {
        Indent::Section => "PP",
        Indent::Term => "IP",
    };
    page.control(request, []);
}

/// Writes a list, without space between the items.
fn items(page: &mut Roff, lines: &[&str]) {
    page.control("RS", []).control("PD", ["0"]);
    for line in lines {
        page.control("IP", ["\\(bu", "2"]).text(marked(line.trim_start_matches("- ")));
    }
    page.control("PD", []).control("RE", []);
}

/// Writes lines unchanged, indented.
fn typed(page: &mut Roff, lines: &[&str], indent: Indent) {
    let indent = match indent {
        Indent::Section => "4",
        Indent::Term => "11",
    };
    page.control("RS", [indent]).control("nf", []);
    for line in lines {
        page.text([roman(line.trim())]);
    }
    page.control("fi", []).control("RE", []);
}

fn marked(line: &str) -> Vec<Inline> {
    let pieces = line.split('`').enumerate();
    pieces.map(|(index, text)| if index % 2 == 1 { bold(text) } else { roman(text) }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_of_line_has_its_form() {
        let text =
            "First `--flag`\nof two.\n\nItems:\n- a: b\n- .c\nTyped:\n\n  cbr x | 'y'\n    z";
        let mut page = Roff::new();
        prose(&mut page, text, Indent::Term);
        let expected = "\
First \\fB\\-\\-flag\\fR
of two.
.IP
Items:
.RS
.PD 0
.IP \\(bu 2
a: b
.IP \\(bu 2
\\&.c
.PD
.RE
Typed:
.sp
.RS 11
.nf
cbr x | 'y'
z
.fi
.RE
";
        assert_eq!(page.to_roff(), expected);
    }
}
