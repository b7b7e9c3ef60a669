//! The direction of imports: a module uses only those below it in the table of `src/lib.rs`, and
//! the modules within a folder have no cycle.
//!
//! Reads the sources, without tests. The table is the only place that defines the order.

mod source;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::slice;

use source::Source;

const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

/// A module with its path, without `crate`.
struct Module {
    path: Vec<String>,
    file: PathBuf,
    source: Source,
}

#[test]
fn modules_use_only_modules_below_them() {
    let order = table();
    let rank = |name: &String| order.iter().position(|known| known == name);
    let mut arrows = 0;
    let mut wrong = Vec::new();
    for Module { path, file, source } in modules() {
        let Some(name) = path.first() else { continue };
        let used = source.references(&path).into_iter().map(|it| it.path[0].clone());
        let used: BTreeSet<_> = used.filter(|used| used != name && rank(used).is_some()).collect();
        for used in used {
            arrows += 1;
            if rank(&used) < rank(name) {
                let file = file.strip_prefix(env!("CARGO_MANIFEST_DIR")).unwrap();
                wrong.push(format!("{}: {name} uses {used}", file.display()));
            }
        }
    }
    assert!(arrows > 100, "{arrows}");
    assert!(wrong.is_empty(), "above its user in the table of src/lib.rs:\n{}", wrong.join("\n"));
}

/// Each folder is a graph of its files and folders. What `mod.rs` passes on is where it comes from.
#[test]
fn modules_within_a_folder_have_no_cycle() {
    let modules = modules();
    let (mut arrows, mut wrong) = (0, Vec::new());
    for folder in modules.iter().filter(|module| !module.path.is_empty()) {
        let children: BTreeSet<_> = folder.source.children.iter().collect();
        let depth = folder.path.len();
        let below = |path: &[String]| Some(path.strip_prefix(&*folder.path)?.first()?.clone());
        let of_folder = folder.source.references(&folder.path).into_iter();
        let passed_on: BTreeMap<_, _> =
            of_folder.filter_map(|it| Some((it.name, below(&it.path)?))).collect();
        let mut uses: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
        for user in modules.iter().filter(|user| user.path.len() > depth) {
            let Some(name) = below(&user.path) else { continue };
            let used = user.source.references(&user.path).into_iter();
            let used = used.filter_map(|it| below(&it.path)).filter_map(|used| {
                if children.contains(&used) { Some(used) } else { passed_on.get(&used).cloned() }
            });
            let others: BTreeSet<_> = used.filter(|used| *used != name).collect();
            arrows += others.len();
            uses.entry(&user.path[depth]).or_default().extend(others);
        }
        // Removes the modules that use none of the rest, until only cycles are left.
        while let Some(leaf) = uses
            .iter()
            .find(|(_, used)| !used.iter().any(|used| uses.contains_key(used.as_str())))
            .map(|(name, _)| *name)
        {
            uses.remove(leaf);
        }
        let rest: BTreeSet<_> = uses.keys().map(|name| (*name).to_owned()).collect();
        uses.values_mut().for_each(|used| used.retain(|used| rest.contains(used)));
        if !uses.is_empty() {
            wrong.push(format!("{}: {uses:?}", folder.path.join("/")));
        }
    }
    assert!(arrows > 300, "{arrows}");
    assert!(wrong.is_empty(), "modules use each other:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_of_modules_is_complete() {
    let declared = Source::read(&Path::new(SRC).join("lib.rs")).children;
    let sorted = |names: Vec<String>| names.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(table().len(), declared.len());
    assert_eq!(sorted(table()), sorted(declared));
}

#[test]
fn a_module_with_children_is_a_mod_rs() {
    let mut folders = vec![PathBuf::from(SRC)];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                seen += 1;
                assert!(path.join("mod.rs").exists(), "no mod.rs in {}", path.display());
                assert!(!path.with_extension("rs").exists(), "a file beside {}", path.display());
                folders.push(path);
            }
        }
    }
    assert!(seen > 15, "{seen}");
}

/// Returns the modules of the table in `src/lib.rs`, from the top.
fn table() -> Vec<String> {
    let lib = fs::read_to_string(Path::new(SRC).join("lib.rs")).unwrap();
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned()).collect()
}

/// Returns every module of the library; the first is `src/lib.rs`.
fn modules() -> Vec<Module> {
    let mut found = Vec::new();
    let mut paths = vec![Vec::new()];
    while let Some(path) = paths.pop() {
        let below = path.iter().fold(PathBuf::from(SRC), |folder, name| folder.join(name));
        let file = match path.as_slice() {
            [] => below.join("lib.rs"),
            _ if below.is_dir() => below.join("mod.rs"),
            _ => below.with_extension("rs"),
        };
        let source = Source::read(&file);
        let child = |name: &String| [path.as_slice(), slice::from_ref(name)].concat();
        paths.extend(source.children.iter().map(child));
        found.push(Module { path, file, source });
    }
    found
}
