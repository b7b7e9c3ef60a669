//! `--columns`: which columns to print, by their names, in groups, and by adding and dropping.

use std::ffi::OsStr;
use std::sync::LazyLock;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, ValueEnum};

use crate::record::column::{self, COLUMNS, Column};

/// One item of the list.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    action: Action,
    what: What,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Action {
    /// `name`
    Print,
    /// `+name`
    Add,
    /// `-name`
    Drop,
}

#[derive(Clone, Copy)]
enum What {
    Column(&'static Column),
    Group(Group),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Default,
    Wide,
    All,
}

/// The groups, and what they are, for help and completion.
pub(super) const GROUPS: [(&str, &str); 3] = [
    ("default", "what the format prints on its own; in json, jsonl and yaml the columns of table"),
    ("wide", "the columns of wide"),
    ("all", "every column"),
];

impl Choice {
    /// The columns that this stands for; `default` are those of the format.
    fn columns(self, default: &[Column]) -> Vec<Column> {
        match self.what {
            What::Column(column) => vec![*column],
            What::Group(Group::Default) => default.to_vec(),
            What::Group(Group::Wide) => column::wide_set(),
            What::Group(Group::All) => COLUMNS.to_vec(),
        }
    }

    /// A column that is asked for by its own name.
    pub(super) fn named(self) -> Option<&'static Column> {
        match (self.what, self.action) {
            (What::Column(column), Action::Print | Action::Add) => Some(column),
            _ => None,
        }
    }
}

/// A column that is to be printed.
#[derive(Clone, Copy)]
pub(super) struct Chosen {
    pub(super) column: Column,
    /// It was asked for by its own name, and does not give way.
    pub(super) is_named: bool,
}

impl Chosen {
    /// One of several that stand there together.
    pub(super) fn of_group(column: Column) -> Self {
        Self { column, is_named: false }
    }
}

/// The columns of a list of choices, from left to right; `default` are those of the format, from which a
/// list starts that begins by adding or dropping.
///
/// # Errors
///
/// If a column is named twice, or none is left. The message is for a usage error.
pub(super) fn chosen(choices: &[Choice], default: &[Column]) -> Result<Vec<Chosen>, String> {
    let starts_anew = choices.first().is_none_or(|choice| choice.action == Action::Print);
    let mut columns: Vec<_> = match starts_anew {
        true => Vec::new(),
        false => default.iter().copied().map(Chosen::of_group).collect(),
    };
    for choice in choices {
        for column in choice.columns(default) {
            let is_this = |there: &Chosen| there.column.name == column.name;
            let is_named = matches!(choice.what, What::Column(_));
            let there = columns.iter_mut().find(|there| is_this(there));
            match (choice.action, there) {
                (Action::Drop, _) => columns.retain(|there| !is_this(there)),
                (Action::Print, Some(_)) if is_named => {
                    let name = column.name;
                    return Err(format!(
                        "'{name}' stands twice in '--columns'; each column can be printed once"
                    ));
                }
                (Action::Print | Action::Add, Some(there)) => there.is_named |= is_named,
                (Action::Print | Action::Add, None) => columns.push(Chosen { column, is_named }),
            }
        }
    }
    if columns.is_empty() {
        return Err("'--columns' drops every column; name one to print".to_owned());
    }
    Ok(columns)
}

/// What stands in the list without a sign, for clap: its errors name the nearest.
impl ValueEnum for What {
    fn value_variants<'a>() -> &'a [Self] {
        static VARIANTS: LazyLock<Vec<What>> = LazyLock::new(|| {
            let groups = [Group::Default, Group::Wide, Group::All].map(What::Group);
            COLUMNS.iter().map(What::Column).chain(groups).collect()
        });
        &VARIANTS
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        match self {
            Self::Column(column) => column.to_possible_value(),
            Self::Group(group) => {
                let (name, help) = GROUPS[*group as usize];
                Some(PossibleValue::new(name).help(help))
            }
        }
    }
}

/// The error for an unknown name, with where all names are instead of all of them, among which the tip would get
/// lost.
fn without_wall(mut error: clap::Error) -> clap::Error {
    error.remove(ContextKind::ValidValue);
    let tip = "'cbr help columns' lists all columns".to_owned();
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

/// Reads one item.
#[derive(Clone)]
pub(super) struct ChoiceParser;

impl TypedValueParser for ChoiceParser {
    type Value = Choice;

    fn parse_ref(
        &self,
        command: &Command,
        arg: Option<&Arg>,
        value: &OsStr,
    ) -> Result<Choice, clap::Error> {
        let text = value.to_str().unwrap_or_default();
        let (action, name) = match text.as_bytes().first() {
            Some(b'+') => (Action::Add, OsStr::new(&text[1..])),
            Some(b'-') => (Action::Drop, OsStr::new(&text[1..])),
            _ => (Action::Print, value),
        };
        let what = EnumValueParser::<What>::new().parse_ref(command, arg, name);
        let what = what.map_err(without_wall)?;
        Ok(Choice { action, what })
    }

    /// The names, and, once a sign is typed, the same with the sign.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let plain = || What::value_variants().iter().filter_map(What::to_possible_value);
        let signed = |sign: char| {
            plain().map(move |value| {
                let name = format!("{sign}{}", value.get_name());
                let help = value.get_help().cloned().unwrap_or_default();
                PossibleValue::new(name).help(help).hide(true)
            })
        };
        Some(Box::new(plain().chain(signed('+')).chain(signed('-'))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn choices(list: &str) -> Vec<Choice> {
        let command = Command::new("cbr");
        let parse = |item| ChoiceParser.parse_ref(&command, None, OsStr::new(item)).unwrap();
        list.split(',').map(parse).collect()
    }

    /// The names that come of a list, with a mark at those that do not give way, where the format prints `id`, `name` and `status`.
    fn names(list: &str) -> Result<String, String> {
        let default: Vec<_> = COLUMNS
            .iter()
            .filter(|column| ["id", "name", "status"].contains(&column.name))
            .copied()
            .collect();
        let columns = chosen(&choices(list), &default)?;
        let mark = |chosen: &Chosen| if chosen.is_named { "!" } else { "" };
        let names = columns.iter().map(|chosen| [chosen.column.name, mark(chosen)].concat());
        Ok(names.collect::<Vec<_>>().join(","))
    }

    #[test]
    fn columns_are_named_added_and_dropped() {
        let cases = [
            ("status,id", "status!,id!"),
            ("default", "id,name,status"),
            ("default,+vault_id,-name", "id,status,vault_id!"),
            ("default,vault_id", "id,name,status,vault_id!"),
            ("+vault_id", "id,name,status,vault_id!"),
            ("+name", "id,name!,status"),
            ("+name,-name,+name", "id,status,name!"),
            ("-name", "id,status"),
            ("-vault_id", "id,name,status"),
            ("vault_id,+default", "vault_id!,id,name,status"),
            ("vault_id,default", "vault_id!,id,name,status"),
            ("name,default", "name!,id,status"),
            ("all,-all,id", "id!"),
            ("+extend_info.progress,-default", "extend_info.progress!"),
        ];
        for (list, expected) in cases {
            assert_eq!(names(list).as_deref(), Ok(expected), "{list}");
        }
        let count = |list: &str| names(list).unwrap().split(',').count();
        assert_eq!(count("all"), COLUMNS.len());
        assert_eq!(count("wide"), column::wide_set().len());
        assert_eq!(count("wide,+all"), COLUMNS.len());
    }

    #[test]
    fn a_column_stands_once_and_one_is_left() {
        for list in ["id,id", "default,id", "+vault_id,vault_id"] {
            assert!(names(list).unwrap_err().contains("stands twice"), "{list}");
        }
        for list in ["-default", "id,-id", "all,-all"] {
            assert!(names(list).unwrap_err().contains("drops every column"), "{list}");
        }
    }
}
