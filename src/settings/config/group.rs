//! Groups of targets: `[[groups.NAME]]`.
//!
//! Knows the keys of a target, and nothing of how they are resolved.

use serde_json::{Map, Value as Json};
use toml_edit::{Item, TableLike, Value as Toml};

use crate::text::suggest;

/// A named group.
#[derive(Debug, Clone)]
pub(in crate::settings) struct TargetGroup {
    pub(in crate::settings) name: String,
    pub(in crate::settings) targets: Vec<GroupTarget>,
}

/// Part of a group that is read with the credentials of one profile.
#[derive(Debug, Clone, Default)]
pub(in crate::settings) struct GroupTarget {
    /// File and group, for messages.
    pub(in crate::settings) origin: String,
    pub(in crate::settings) profile: Option<String>,
    pub(in crate::settings) regions: Vec<String>,
    pub(in crate::settings) project_ids: Vec<String>,
    pub(in crate::settings) all_projects: bool,
    pub(in crate::settings) except_regions: Vec<String>,
}

/// Keys of a target, in the order of the help.
const KEYS: [&str; 5] = ["profile", "region", "project_id", "all_projects", "except_region"];

impl TargetGroup {
    /// Returns its targets as JSON.
    pub(super) fn to_json(&self) -> Json {
        self.targets.iter().map(GroupTarget::to_json).collect()
    }

    /// Reads the targets of a group. An error has the item that is wrong, and a message without a
    /// value.
    pub(super) fn read<'a>(
        file: &str,
        name: &str,
        item: &'a Item,
    ) -> Result<Self, (&'a Item, String)> {
        let origin = format!("{file} [[groups.{name}]]");
        let form = || {
            format!(
                "groups.{name} is a list of targets: write [[groups.{name}]] above each of them"
            )
        };
        let tables: Vec<&dyn TableLike> = match item {
            Item::ArrayOfTables(tables) => tables.iter().map(|table| table as _).collect(),
            Item::Value(Toml::Array(tables)) => tables
                .iter()
                .map(|value| value.as_inline_table().map(|table| table as _))
                .collect::<Option<_>>()
                .ok_or_else(|| (item, form()))?,
            _ => return Err((item, form())),
        };
        if tables.is_empty() {
            return Err((item, form()));
        }
        let targets = tables.into_iter().map(|table| GroupTarget::read(&origin, item, table));
        Ok(Self { name: name.to_owned(), targets: targets.collect::<Result<_, _>>()? })
    }
}

impl GroupTarget {
    /// Returns the keys that are set, which hold no secret, as a JSON object.
    fn to_json(&self) -> Json {
        let lists = [
            ("region", &self.regions),
            ("project_id", &self.project_ids),
            ("except_region", &self.except_regions),
        ];
        let lists = lists.into_iter().filter(|(_, texts)| !texts.is_empty());
        let mut keys: Map<String, Json> =
            lists.map(|(key, texts)| (key.to_owned(), texts.clone().into())).collect();
        keys.extend(self.profile.clone().map(|profile| ("profile".to_owned(), profile.into())));
        keys.extend(self.all_projects.then(|| ("all_projects".to_owned(), true.into())));
        keys.into()
    }

    fn read<'a>(
        origin: &str,
        group: &'a Item,
        table: &'a dyn TableLike,
    ) -> Result<Self, (&'a Item, String)> {
        let mut target = Self { origin: origin.to_owned(), ..Self::default() };
        for (key, item) in table.iter() {
            let list = || {
                texts(item).ok_or_else(|| {
                    (item, format!("{key} takes a text in quotes, or an array of them"))
                })
            };
            match key {
                "profile" => {
                    let profile = item.as_str().filter(|text| !text.trim().is_empty());
                    let wrong = || (item, "profile takes a text in quotes".to_owned());
                    target.profile = Some(profile.ok_or_else(wrong)?.trim().to_owned());
                }
                "region" => target.regions = list()?,
                "project_id" => target.project_ids = list()?,
                "except_region" => target.except_regions = list()?,
                "all_projects" => {
                    let wrong = || (item, "all_projects is true or false".to_owned());
                    target.all_projects = item.as_bool().ok_or_else(wrong)?;
                }
                _ => {
                    let question = suggest::question(key, &KEYS);
                    return Err((item, format!("unknown key `{}`{question}", key.escape_debug())));
                }
            }
        }
        let names_any = target.profile.is_some() || !target.regions.is_empty();
        if !names_any && target.project_ids.is_empty() && !target.all_projects {
            return Err((group, format!("a target needs one of {}", KEYS.join(", "))));
        }
        Ok(target)
    }
}

/// Returns the texts of a list, or of one comma-separated text.
fn texts(item: &Item) -> Option<Vec<String>> {
    let texts: Vec<String> = match item.as_value()? {
        Toml::String(text) => text.value().split(',').map(|part| part.trim().to_owned()).collect(),
        Toml::Array(words) => {
            words.iter().map(|word| word.as_str().map(str::to_owned)).collect::<Option<_>>()?
        }
        _ => return None,
    };
    let is_text = |text: &String| !text.is_empty() && !text.contains(char::is_control);
    (!texts.is_empty() && texts.iter().all(is_text)).then_some(texts)
}
