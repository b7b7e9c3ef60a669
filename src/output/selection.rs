//! `--columns`: selects columns by name or group, and adds or drops them.

use std::ffi::OsStr;
use std::sync::LazyLock;

use clap::builder::{EnumValueParser, PossibleValue, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Command, ValueEnum};

use crate::record::column::{self, COLUMNS, Column};

/// One item of the `--columns` list.
#[derive(Clone, Copy)]
pub(super) struct Choice {
    action: Action,
    target: Target,
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
enum Target {
    Column(&'static Column),
    Group(Group),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Group {
    Default,
    Wide,
    All,
}

/// The groups with their descriptions, for help and completion.
pub(super) const GROUPS: [(&str, &str); 3] = [
    ("default", "what the format prints on its own; in json, jsonl and yaml the columns of table"),
    ("wide", "the columns of wide"),
    ("all", "every column"),
];

impl Choice {
    /// Returns the columns that this item selects. `default` are those of the format.
    fn columns(self, default: &[Column]) -> Vec<Column> {
        match self.target {
            Target::Column(column) => vec![*column],
            Target::Group(Group::Default) => default.to_vec(),
            Target::Group(Group::Wide) => column::wide_set(),
            Target::Group(Group::All) => COLUMNS.to_vec(),
        }
    }

    /// Returns the column, if it is named and not dropped.
    pub(super) fn named(self) -> Option<&'static Column> {
        match (self.target, self.action) {
            (Target::Column(column), Action::Print | Action::Add) => Some(column),
            _ => None,
        }
    }
}

/// A column to print.
#[derive(Clone, Copy)]
pub(super) struct ChosenColumn {
    pub(super) column: Column,
    /// Selected by its own name, so it is never hidden.
    pub(super) is_named: bool,
}

impl ChosenColumn {
    /// Marks a column as selected through a group.
    pub(super) fn of_group(column: Column) -> Self {
        Self { column, is_named: false }
    }
}

/// Returns the columns of a list of choices, applied from left to right. `default` are those of the
/// format; a list that begins with `+` or `-` starts from them.
///
/// # Errors
///
/// If a column is named twice, or none is left. The message is for a usage error.
pub(super) fn chosen(choices: &[Choice], default: &[Column]) -> Result<Vec<ChosenColumn>, String> {
    let starts_anew = choices.first().is_none_or(|choice| choice.action == Action::Print);
    let mut columns: Vec<_> = match starts_anew {
        true => Vec::new(),
        false => default.iter().copied().map(ChosenColumn::of_group).collect(),
    };
    for choice in choices {
        for column in choice.columns(default) {
            let is_this = |there: &ChosenColumn| there.column.name == column.name;
            let is_named = matches!(choice.target, Target::Column(_));
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
                (Action::Print | Action::Add, None) => {
                    columns.push(ChosenColumn { column, is_named })
                }
            }
        }
    }
    if columns.is_empty() {
        return Err("'--columns' drops every column; name one to print".to_owned());
    }
    Ok(columns)
}

/// The names without a sign, for clap, whose errors suggest the nearest one.
impl ValueEnum for Target {
    fn value_variants<'a>() -> &'a [Self] {
        static VARIANTS: LazyLock<Vec<Target>> = LazyLock::new(|| {
            let groups = [Group::Default, Group::Wide, Group::All].map(Target::Group);
            COLUMNS.iter().map(Target::Column).chain(groups).collect()
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

/// Replaces clap's long list of values by a pointer to `cbr help columns`.
fn without_value_list(mut error: clap::Error) -> clap::Error {
    error.remove(ContextKind::ValidValue);
    let tip = "'cbr help columns' lists all columns".to_owned();
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

/// Parses one item.
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
        let target = EnumValueParser::<Target>::new().parse_ref(command, arg, name);
        let target = target.map_err(without_value_list)?;
        Ok(Choice { action, target })
    }

    /// Returns the names, plain and with each sign. The signed ones are hidden.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let plain = || Target::value_variants().iter().filter_map(Target::to_possible_value);
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

    /// Selected names, with `!` after those that are never hidden. The format prints `id`, `name`
    /// and `status`.
    fn names(list: &str) -> Result<String, String> {
        let default: Vec<_> = COLUMNS
            .iter()
            .filter(|column| ["id", "name", "status"].contains(&column.name))
            .copied()
            .collect();
        let columns = chosen(&choices(list), &default)?;
        let mark = |chosen: &ChosenColumn| if chosen.is_named { "!" } else { "" };
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
    fn duplicate_columns_and_empty_selections_are_rejected() {
        for list in ["id,id", "default,id", "+vault_id,vault_id"] {
            assert!(names(list).unwrap_err().contains("stands twice"), "{list}");
        }
        for list in ["-default", "id,-id", "all,-all"] {
            assert!(names(list).unwrap_err().contains("drops every column"), "{list}");
        }
    }
}
