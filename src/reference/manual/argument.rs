//! The flags and arguments of a command in a manual page.

use clap::Arg;
use clap::builder::PossibleValue;
use roff::{Inline, Roff, bold, italic, roman};

use super::prose::{Indent, prose};

/// Returns true if every command has the flag, which is described once.
pub(super) fn is_of_every_command(arg: &Arg) -> bool {
    arg.is_global_set() || arg.get_id() == "help"
}

/// Writes the arguments under their headings; first those without one. A section that begins with
/// them has no space before the first heading.
pub(super) fn list<'a>(page: &mut Roff, args: impl Iterator<Item = &'a Arg>, begins_section: bool) {
    let args: Vec<_> = args.filter(|arg| !arg.is_hide_set()).collect();
    let mut first = begins_section && args.iter().all(|arg| arg.get_help_heading().is_some());
    let mut headings = vec![None];
    for heading in args.iter().map(|arg| arg.get_help_heading()) {
        if !headings.contains(&heading) {
            headings.push(heading);
        }
    }
    for heading in headings {
        if let Some(heading) = heading {
            if !first {
                page.control("PP", []);
            }
            page.text([bold(heading)]);
            first = false;
        }
        for arg in args.iter().filter(|arg| arg.get_help_heading() == heading) {
            describe(page, arg);
        }
    }
}

/// Writes one argument: its names and its value, then its description.
fn describe(page: &mut Roff, arg: &Arg) {
    page.control("TP", []).text(term(arg));
    let mut help =
        arg.get_long_help().or(arg.get_help()).map(ToString::to_string).unwrap_or_default();
    if arg.get_action().takes_values() {
        help.push_str(&default(arg));
        help.push_str(&values(arg));
    }
    prose(page, &help, Indent::Term);
}

/// Writes `-o, --output FORMAT`.
fn term(arg: &Arg) -> Vec<Inline> {
    let short = arg.get_short().map(|name| format!("-{name}"));
    let long = arg.get_long_and_visible_aliases().unwrap_or_default();
    let names = short.into_iter().chain(long.iter().map(|name| format!("--{name}")));
    let mut term = Vec::new();
    for name in names {
        if !term.is_empty() {
            term.push(roman(", "));
        }
        term.push(bold(name));
    }
    if arg.get_action().takes_values() {
        let optional = arg.get_num_args().is_some_and(|number| number.min_values() == 0);
        let (before, after) = match (arg.is_positional(), arg.is_require_equals_set(), optional) {
            (true, ..) => ("", ""),
            (_, true, true) => ("[=", "]"),
            (_, true, false) => ("=", ""),
            (_, false, true) => (" [", "]"),
            (_, false, false) => (" ", ""),
        };
        let value = arg.get_value_names().unwrap_or_default().join(" ");
        term.extend([roman(before), italic(value), roman(after)]);
    }
    term
}

/// Writes the possible values that are not in the text: as a list if they have descriptions.
fn values(arg: &Arg) -> String {
    let values = arg.get_possible_values();
    if values.is_empty() || arg.is_hide_possible_values_set() {
        return String::new();
    }
    let shown = values.iter().filter(|value| !value.is_hide_set());
    if values.iter().any(|value| value.get_help().is_some()) {
        let item = |value: &PossibleValue| match value.get_help() {
            Some(help) => format!("\n- {}: {help}", value.get_name()),
            None => format!("\n- {}", value.get_name()),
        };
        format!("\n\nPossible values:{}", shown.map(item).collect::<String>())
    } else {
        let names: Vec<_> = shown.map(PossibleValue::get_name).collect();
        format!(" [possible values: {}]", names.join(", "))
    }
}

fn default(arg: &Arg) -> String {
    let values: Vec<_> =
        arg.get_default_values().iter().map(|value| value.to_string_lossy()).collect();
    if values.is_empty() || arg.is_hide_default_value_set() {
        return String::new();
    }
    format!(" [default: {}]", values.join(","))
}
