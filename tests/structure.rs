//! The direction of imports: a module uses only those below it in the table of `src/lib.rs`.
//!
//! Reads the sources, without tests. The table is the only place that defines the order.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

const SRC: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src");

#[test]
fn modules_use_only_modules_below_them() {
    let order = table();
    let rank = |name: &str| order.iter().position(|known| known == name);
    let mut arrows = 0;
    let mut wrong = Vec::new();
    for name in &order {
        for (file, used) in uses_of(name) {
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

/// `mod.rs`, which declares the others, and tests do not count.
#[test]
fn files_of_the_sandbox_have_no_cycle() {
    let folder = Path::new(SRC).join("sandbox");
    let names = Source::read(folder.join("mod.rs")).children;
    assert!(names.len() > 20, "{names:?}");
    let mut uses: Vec<(String, BTreeSet<String>)> = Vec::new();
    for name in &names {
        let (file, children) = (folder.join(format!("{name}.rs")), folder.join(name));
        let used = if file.exists() {
            Source::read(file).siblings("super")
        } else {
            let files = fs::read_dir(children).unwrap().map(|entry| entry.unwrap().path());
            let files = files.filter(|file| !file.ends_with("tests.rs"));
            files
                .flat_map(|file| {
                    let parent = if file.ends_with("mod.rs") { "super" } else { "" };
                    Source::read(file).siblings(parent)
                })
                .collect()
        };
        uses.push((name.clone(), used.into_iter().filter(|used| used != name).collect()));
    }
    // Removes the files that use none of the rest, until only cycles are left.
    while let Some(leaf) = uses
        .iter()
        .position(|(_, used)| !used.iter().any(|used| uses.iter().any(|(name, _)| name == used)))
    {
        uses.remove(leaf);
    }
    assert!(uses.is_empty(), "{uses:#?}");
}

#[test]
fn the_table_of_modules_is_complete() {
    let declared = Source::read(Path::new(SRC).join("lib.rs")).children;
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

#[test]
fn all_forms_of_use_are_found() {
    let cases: [(&str, &[&str]); 14] = [
        ("use crate::a::B;", &["a"]),
        ("use crate::a;", &["a"]),
        ("use crate::{a, b::{C, D}, e as f};", &["a", "b", "e"]),
        ("pub(crate) use crate::a::{self, B};", &["a"]),
        ("fn f(x: &crate::a::B) -> u8 { g(|| crate::c::d(x)) }", &["a", "c"]),
        ("#[arg(value_parser = crate::a::b)] struct S;", &["a"]),
        ("fn f() { println!(\"{}\", crate::a::B) }", &["a"]),
        ("mod m { use crate::a; }", &["a"]),
        ("#[cfg(not(test))] use crate::a;", &["a"]),
        ("#[cfg(test)] mod tests { use crate::a; } use crate::b;", &["b"]),
        ("#[cfg(test)] #[path = \"x.rs\"] mod tests { use crate::a; }", &[]),
        ("#[cfg(test)] fn f() -> crate::a::B { crate::a::B }", &[]),
        ("/// [`A`](crate::a::A)\n// crate::b\nconst C: &str = \"crate::c\";", &[]),
        ("pub(in crate::a) fn f() {}", &["a"]),
    ];
    for (source, expected) in cases {
        assert_eq!(Source::parse(source).used, expected, "{source}");
    }
}

/// Returns the modules of the table in `src/lib.rs`, from the top.
fn table() -> Vec<String> {
    let lib = fs::read_to_string(Path::new(SRC).join("lib.rs")).unwrap();
    let rows = lib.lines().filter_map(|line| line.strip_prefix("//! | `"));
    rows.map(|row| row.split('`').next().unwrap().to_owned()).collect()
}

/// Returns the other top modules that a top module uses, each with the file that uses it.
fn uses_of(name: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut modules = vec![(PathBuf::from(SRC), name.to_owned())];
    while let Some((folder, module)) = modules.pop() {
        let below = folder.join(&module);
        let file = [below.join("mod.rs"), below.with_extension("rs")];
        let file = file.into_iter().find(|file| file.exists()).unwrap();
        let Source { used, children, .. } = Source::read(file.clone());
        let others = used.into_iter().filter(|used| used != name);
        found.extend(others.map(|used| (file.clone(), used)));
        modules.extend(children.into_iter().map(|child| (below.clone(), child)));
    }
    found
}

/// The references of a file, apart from its tests.
#[derive(Default)]
struct Source {
    /// Names after `crate::`.
    used: Vec<String>,
    /// Modules in files of their own.
    children: Vec<String>,
    /// Paths that begin with `super` or `crate::sandbox`, up to the second name after it.
    paths: Vec<(String, String)>,
}

impl Source {
    /// Returns the modules of the sandbox that a file uses; `parent` is its name for their parent.
    fn siblings(&self, parent: &str) -> BTreeSet<String> {
        let known = |start: &str| start == "sandbox" || (start == parent && !parent.is_empty());
        let paths = self.paths.iter().filter(|(start, _)| known(start));
        paths.map(|(_, name)| name.clone()).collect()
    }

    fn read(file: PathBuf) -> Self {
        Self::parse(&fs::read_to_string(file).unwrap())
    }

    fn parse(text: &str) -> Self {
        let mut source = Self::default();
        source.walk(text.parse().unwrap());
        source
    }

    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((first, behind)) = rest.split_first() {
            if let [TokenTree::Ident(start), one, two, path, ..] = rest
                && ["super", "sandbox"].iter().any(|name| *start == name)
                && [one, two].iter().all(|token| is_sign(token, ':'))
            {
                self.paths.extend(heads(path).into_iter().map(|name| (start.to_string(), name)));
            }
            rest = match rest {
                [TokenTree::Punct(sign), TokenTree::Group(attribute), behind @ ..]
                    if sign.as_char() == '#' && attribute.stream().to_string() == "cfg (test)" =>
                {
                    after_item(behind)
                }
                [
                    TokenTree::Ident(word),
                    TokenTree::Punct(one),
                    TokenTree::Punct(two),
                    path,
                    ..,
                ] if *word == "crate" && one.as_char() == ':' && two.as_char() == ':' => {
                    self.used.extend(heads(path));
                    behind
                }
                [TokenTree::Ident(word), TokenTree::Ident(name), TokenTree::Punct(end), ..]
                    if *word == "mod" && end.as_char() == ';' =>
                {
                    self.children.push(name.to_string());
                    behind
                }
                _ => behind,
            };
            if let TokenTree::Group(group) = first {
                self.walk(group.stream());
            }
        }
    }
}

/// Returns the tokens after an item, which ends with a block or a semicolon.
fn after_item(tokens: &[TokenTree]) -> &[TokenTree] {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        TokenTree::Punct(sign) => sign.as_char() == ';',
        _ => false,
    };
    let end = tokens.iter().position(is_end).map_or(tokens.len(), |end| end + 1);
    &tokens[end..]
}

/// Returns true if the token is this punctuation mark.
fn is_sign(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == mark)
}

/// Returns the first names of a path, or of the paths in braces.
fn heads(path: &TokenTree) -> Vec<String> {
    match path {
        TokenTree::Ident(name) => vec![name.to_string()],
        TokenTree::Group(group) => {
            let tokens: Vec<_> = group.stream().into_iter().collect();
            let paths = tokens.split(|token| is_sign(token, ','));
            paths.filter_map(|path| path.first()).map(ToString::to_string).collect()
        }
        _ => Vec::new(),
    }
}
