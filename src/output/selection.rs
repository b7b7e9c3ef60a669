//! `--columns`: selects columns by name or group, and adds or drops them.

use std::ffi::OsStr;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue, ErrorKind};
use clap::{Arg, Command};

use crate::record::column::{self, Column, TARGET, TARGET_COLUMNS, Visibility};

/// The columns of one kind of rows.
pub(crate) struct ColumnSets {
    /// Columns of the group `all`.
    all: Vec<Column>,
    /// Columns of table and markdown.
    pub(super) table: Vec<Column>,
    /// Columns of wide.
    pub(super) wide: Vec<Column>,
    /// Columns of csv, tsv and long.
    pub(super) scalar: Vec<Column>,
    /// Columns of json, jsonl and yaml, for rows that are not printed whole.
    pub(super) object: Vec<Column>,
    /// True if the rows are records of the service, which json, yaml and long print whole by
    /// default.
    pub(super) are_records: bool,
}

impl ColumnSets {
    /// Returns the columns of backups.
    pub(crate) fn backups() -> Self {
        Self {
            all: column::whole_set(),
            table: column::table_set(),
            wide: column::wide_set(),
            scalar: column::scalar_set(),
            object: column::table_set(),
            are_records: true,
        }
    }

    /// Returns the columns of rows that `cbr` computes. Every format prints those of `default`.
    pub(crate) fn computed(all: &'static [Column], default: Vec<Column>) -> Self {
        let [wide, scalar, object] = [(); 3].map(|()| default.clone());
        Self { all: all.to_vec(), table: default, wide, scalar, object, are_records: false }
    }

    /// Lets wide and machine-readable formats print every column except those of the target.
    pub(crate) fn with_all_for_machines(self) -> Self {
        let all = self.all.iter().filter(|column| !column.is_of_target()).copied();
        let [wide, scalar, object] = [(); 3].map(|()| all.clone().collect());
        Self { wide, scalar, object, ..self }
    }

    /// Returns the names of all columns.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'static str> {
        self.all.iter().map(|column| column.name)
    }
}

/// Columns that show the target of a row.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TargetColumns {
    /// True if the targets have different regions.
    pub(crate) region: bool,
    /// True if the targets have different projects that their regions do not identify.
    pub(crate) project_name: bool,
    /// True if the targets have different profiles.
    pub(crate) profile: bool,
    /// True if there are several targets.
    pub(crate) are_several: bool,
}

impl TargetColumns {
    /// Adds the columns of the target to `sets`: human-readable formats show those that differ, the
    /// others all.
    pub(crate) fn add_to(self, sets: ColumnSets, all: &'static [Column]) -> ColumnSets {
        if !self.are_several {
            return sets;
        }
        let named = |wanted: &[(&str, bool)]| {
            let wanted = wanted.iter().filter(|(_, is_wanted)| *is_wanted);
            let columns = wanted.filter_map(|(name, _)| column::named(all, name).copied());
            let shown = |mut column: Column| {
                column.visibility = Visibility::Table(1);
                column
            };
            columns.map(shown).collect()
        };
        let with = |columns: &[Column], added: &[Column]| {
            let is_missing =
                |column: &&Column| !columns.iter().any(|known| known.name == column.name);
            added.iter().filter(is_missing).chain(columns).copied().collect::<Vec<_>>()
        };
        let differing: Vec<_> = named(&[
            ("profile", self.profile),
            ("region", self.region),
            ("project_name", self.project_name),
        ]);
        // The name of the resource stays first.
        let names = sets.table.iter().position(|column| column.name == "resource_name");
        let (first, others) = sets.table.split_at(names.map_or(1, |names| names + 1));
        let table = [first.to_vec(), with(others, &differing)].concat();
        let every: Vec<_> = named(&TARGET_COLUMNS.map(|name| (name, true)));
        ColumnSets {
            table,
            wide: with(&sets.wide, &every),
            scalar: with(&sets.scalar, &every),
            object: with(&sets.object, &[TARGET]),
            ..sets
        }
    }
}

/// One item of the `--columns` list.
#[derive(Clone, Copy)]
pub(crate) struct Choice {
    action: Action,
    chosen: Chosen,
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

/// Column or group that an item names.
#[derive(Clone, Copy)]
enum Chosen {
    Column(&'static Column),
    Group(Group),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Default,
    Wide,
    All,
}

/// The groups with their descriptions, for help and completion.
pub(super) const GROUPS: [(&str, &str); 3] = [
    ("default", "what the format prints on its own; in json, jsonl and yaml the columns of table"),
    ("wide", "the columns of wide"),
    ("all", "every column of what the service sent"),
];

impl Choice {
    /// Returns the columns that this item selects. `default` are those of the format.
    fn columns(self, default: &[Column], sets: &ColumnSets) -> Vec<Column> {
        match self.chosen {
            Chosen::Column(column) => vec![*column],
            Chosen::Group(Group::Default) => default.to_vec(),
            Chosen::Group(Group::Wide) => sets.wide.clone(),
            Chosen::Group(Group::All) => sets.all.clone(),
        }
    }

    /// Returns the column, if it is named and not dropped.
    pub(super) fn named(self) -> Option<&'static Column> {
        match (self.chosen, self.action) {
            (Chosen::Column(column), Action::Print | Action::Add) => Some(column),
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
pub(super) fn chosen(
    choices: &[Choice],
    default: &[Column],
    sets: &ColumnSets,
) -> Result<Vec<ChosenColumn>, String> {
    let starts_anew = choices.first().is_none_or(|choice| choice.action == Action::Print);
    let mut columns: Vec<_> = match starts_anew {
        true => Vec::new(),
        false => default.iter().copied().map(ChosenColumn::of_group).collect(),
    };
    for choice in choices {
        for column in choice.columns(default, sets) {
            let is_this = |selected: &ChosenColumn| selected.column.name == column.name;
            let is_named = matches!(choice.chosen, Chosen::Column(_));
            let selected = columns.iter_mut().find(|selected| is_this(selected));
            match (choice.action, selected) {
                (Action::Drop, _) => columns.retain(|selected| !is_this(selected)),
                (Action::Print, Some(_)) if is_named => {
                    let name = column.name;
                    return Err(format!(
                        "'{name}' is listed twice in '--columns'; each column can be printed once"
                    ));
                }
                (Action::Print | Action::Add, Some(selected)) => selected.is_named |= is_named,
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

/// Replaces clap's long list of values by a pointer to `cbr help columns`.
fn without_value_list(mut error: clap::Error) -> clap::Error {
    error.remove(ContextKind::ValidValue);
    let tip = "'cbr help columns' lists all columns".to_owned();
    error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip.into()]));
    error
}

/// Parses one item, for rows with these columns.
#[derive(Clone)]
pub(crate) struct ChoiceParser(pub(crate) &'static [Column]);

impl ChoiceParser {
    /// Returns the names without a sign, for clap, whose errors suggest the nearest one.
    fn names(&self) -> Vec<PossibleValue> {
        let column = |column: &Column| {
            PossibleValue::new(column.name).aliases(column.aliases).help(column.help)
        };
        let group = |(name, help)| PossibleValue::new(name).help(help);
        self.0.iter().map(column).chain(GROUPS.map(group)).collect()
    }

    fn chosen(&self, name: &str) -> Option<Chosen> {
        let groups = GROUPS.iter().zip([Group::Default, Group::Wide, Group::All]);
        let group = || groups.clone().find(|((group, _), _)| group.eq_ignore_ascii_case(name));
        let column = column::named(self.0, name).map(Chosen::Column);
        column.or_else(|| group().map(|(_, group)| Chosen::Group(group)))
    }
}

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
            Some(b'+') => (Action::Add, &text[1..]),
            Some(b'-') => (Action::Drop, &text[1..]),
            _ => (Action::Print, text),
        };
        if let Some(chosen) = self.chosen(name) {
            return Ok(Choice { action, chosen });
        }
        let name = if text.is_empty() { value } else { OsStr::new(name) };
        let names = PossibleValuesParser::new(self.names());
        match names.parse_ref(command, arg, name) {
            Err(error) => Err(without_value_list(error)),
            Ok(_) => Err(command.clone().error(ErrorKind::InvalidValue, "not a column")),
        }
    }

    /// Returns the names, plain and with each sign. The signed ones are hidden.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let plain = self.names();
        let signed = |sign: char| {
            let plain = plain.clone();
            plain.into_iter().map(move |value| {
                let name = format!("{sign}{}", value.get_name());
                let help = value.get_help().cloned().unwrap_or_default();
                PossibleValue::new(name).help(help).hide(true)
            })
        };
        let (added, dropped) = (signed('+'), signed('-'));
        Some(Box::new(plain.into_iter().chain(added).chain(dropped)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::column::COLUMNS;

    fn choices(list: &str) -> Vec<Choice> {
        let command = Command::new("cbr");
        let parse =
            |item| ChoiceParser(COLUMNS).parse_ref(&command, None, OsStr::new(item)).unwrap();
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
        let columns = chosen(&choices(list), &default, &ColumnSets::backups())?;
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
        assert_eq!(count("all"), column::whole_set().len());
        assert_eq!(count("wide"), column::wide_set().len());
        assert_eq!(count("wide,+all"), column::whole_set().len());
    }

    #[test]
    fn duplicate_columns_and_empty_selections_are_rejected() {
        for list in ["id,id", "default,id", "+vault_id,vault_id"] {
            assert!(names(list).unwrap_err().contains("is listed twice"), "{list}");
        }
        for list in ["-default", "id,-id", "all,-all"] {
            assert!(names(list).unwrap_err().contains("drops every column"), "{list}");
        }
    }
}
