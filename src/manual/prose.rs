//! Help text to roff. The text is as clap has it: paragraphs, `- ` before an item, and blanks before
//! what is to be typed.

use roff::{Inline, Roff, bold, roman};

/// Where a paragraph begins on the line.
#[derive(Debug, Clone, Copy)]
pub(super) enum Paragraph {
    /// At the margin of the section.
    Flush,
    /// Below a term.
    Indented,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Line {
    Blank,
    Item,
    Typed,
    Text,
}

/// Writes the text; what stands between backticks is bold.
pub(super) fn prose(page: &mut Roff, text: &str, paragraph: Paragraph) {
    let lines: Vec<_> = text.lines().map(|line| (kind(line), line)).collect();
    for block in lines.chunk_by(|(one, _), (next, _)| one == next) {
        let (kind, lines) = (block[0].0, block.iter().map(|(_, line)| line.trim()));
        match kind {
            Line::Blank => {
                let request = match paragraph {
                    Paragraph::Flush => "PP",
                    Paragraph::Indented => "IP",
                };
                page.control(request, []);
            }
            Line::Item => {
                // Without the distance between paragraphs.
                page.control("RS", []).control("PD", ["0"]);
                for line in lines {
                    page.control("IP", ["\\(bu", "2"]);
                    page.text(marked(line.trim_start_matches("- ")));
                }
                page.control("PD", []).control("RE", []);
            }
            Line::Typed => {
                page.control("RS", ["4"]).control("nf", []);
                for line in lines {
                    page.text([roman(line)]);
                }
                page.control("fi", []).control("RE", []);
            }
            Line::Text => {
                for line in lines {
                    page.text(marked(line));
                }
            }
        }
    }
}

fn kind(line: &str) -> Line {
    match line {
        _ if line.trim().is_empty() => Line::Blank,
        _ if line.starts_with("- ") => Line::Item,
        _ if line.starts_with("  ") => Line::Typed,
        _ => Line::Text,
    }
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
        let text = "First `--flag`\nof two.\n\nItems:\n- a: b\n- .c\nTyped:\n  cbr x | 'y'\n    z";
        let mut page = Roff::new();
        prose(&mut page, text, Paragraph::Indented);
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
.RS 4
.nf
cbr x | 'y'
z
.fi
.RE
";
        assert_eq!(page.to_roff(), expected);
    }
}
