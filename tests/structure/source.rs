//! The references to other modules in a source file.

use std::fs;
use std::path::Path;

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a file refers to, apart from its tests.
#[derive(Default)]
pub(super) struct Source {
    /// Modules in files of their own.
    pub(super) children: Vec<String>,
    /// The paths of `use`, and those that begin with `crate`, `self` or `super`.
    paths: Vec<Reference>,
}

/// A path, and the name that it has in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Reference {
    pub(super) path: Vec<String>,
    pub(super) name: String,
}

impl Source {
    pub(super) fn read(file: &Path) -> Self {
        Self::parse(&fs::read_to_string(file).unwrap())
    }

    fn parse(text: &str) -> Self {
        let mut source = Self::default();
        source.walk(text.parse().unwrap());
        source
    }

    /// Returns the references to items of this crate, without `crate`. `module` is the path of the
    /// module in this file.
    pub(super) fn references(&self, module: &[String]) -> Vec<Reference> {
        let absolute = |Reference { path, name }: &Reference| {
            let mut base = module;
            let mut rest = path.as_slice();
            match rest.first()?.as_str() {
                "crate" => (base, rest) = (&[], &rest[1..]),
                "self" => rest = &rest[1..],
                "super" => {
                    while rest.first().is_some_and(|name| name == "super") {
                        (base, rest) = (base.split_last()?.1, &rest[1..]);
                    }
                }
                name if self.children.iter().any(|child| child == name) => {}
                _ => return None,
            }
            let path = [base, rest].concat();
            (!path.is_empty()).then(|| Reference { path, name: name.clone() })
        };
        self.paths.iter().filter_map(absolute).collect()
    }

    fn walk(&mut self, tokens: TokenStream) {
        let tokens: Vec<_> = tokens.into_iter().collect();
        let mut rest = tokens.as_slice();
        while let Some((first, behind)) = rest.split_first() {
            rest = match rest {
                [TokenTree::Punct(sign), TokenTree::Group(attribute), behind @ ..]
                    if sign.as_char() == '#' && attribute.stream().to_string() == "cfg (test)" =>
                {
                    after_item(behind)
                }
                [TokenTree::Ident(word), tree @ ..] if *word == "use" => {
                    self.paths.extend(paths(tree));
                    after_item(tree)
                }
                [TokenTree::Ident(word), one, two, ..]
                    if ["crate", "self", "super"].iter().any(|start| word == start)
                        && [one, two].iter().all(|token| is_sign(token, ':')) =>
                {
                    self.paths.extend(paths(rest));
                    &rest[3..]
                }
                [TokenTree::Ident(word), TokenTree::Ident(name), end, ..]
                    if *word == "mod" && is_sign(end, ';') =>
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

/// Returns the paths of a tree, such as `a::{self, b::C as D}`.
fn paths(tree: &[TokenTree]) -> Vec<Reference> {
    let mut path: Vec<String> = Vec::new();
    let mut rest = tree;
    loop {
        match rest {
            [TokenTree::Ident(name), behind @ ..] => {
                if *name != "self" || path.is_empty() {
                    path.push(name.to_string());
                }
                rest = behind;
            }
            [TokenTree::Group(group), ..] if group.delimiter() == Delimiter::Brace => {
                let tokens: Vec<_> = group.stream().into_iter().collect();
                let trees = tokens.split(|token| is_sign(token, ','));
                return trees.flat_map(|tree| below(&path, tree)).collect();
            }
            _ => break,
        }
        match rest {
            [one, two, behind @ ..] if is_sign(one, ':') && is_sign(two, ':') => rest = behind,
            _ => break,
        }
    }
    let name = match rest {
        [TokenTree::Ident(word), TokenTree::Ident(name), ..] if *word == "as" => name.to_string(),
        _ => path.last().cloned().unwrap_or_default(),
    };
    if path.is_empty() { Vec::new() } else { vec![Reference { path, name }] }
}

/// Returns the paths of a tree below another path.
fn below(path: &[String], tree: &[TokenTree]) -> Vec<Reference> {
    let is_self = |found: &Reference| found.path == ["self"];
    let join = |found: Reference| match is_self(&found) {
        true if found.name == "self" => {
            Reference { path: path.to_vec(), name: path.last().cloned().unwrap_or_default() }
        }
        true => Reference { path: path.to_vec(), ..found },
        false => Reference { path: [path, &found.path].concat(), ..found },
    };
    paths(tree).into_iter().map(join).collect()
}

/// Returns the tokens after an item, which ends with a block or a semicolon.
fn after_item(tokens: &[TokenTree]) -> &[TokenTree] {
    let mut is_path = false;
    for (index, token) in tokens.iter().enumerate() {
        match token {
            // Braces after `::` are part of a `use`.
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace && !is_path => {
                return &tokens[index + 1..];
            }
            _ if is_sign(token, ';') => return &tokens[index + 1..],
            _ => is_path = is_sign(token, ':'),
        }
    }
    &[]
}

/// Returns true if the token is this punctuation mark.
fn is_sign(token: &TokenTree, mark: char) -> bool {
    matches!(token, TokenTree::Punct(sign) if sign.as_char() == mark)
}

#[test]
fn all_forms_of_use_are_found() {
    // The source of the module `m::n`, and the paths that it uses.
    let cases: [(&str, &[&str]); 20] = [
        ("use crate::a::B;", &["a::B"]),
        ("use crate::a;", &["a"]),
        ("use crate::{a, b::{C, D}, e as f};", &["a", "b::C", "b::D", "e"]),
        ("pub(crate) use crate::a::{self, B};", &["a", "a::B"]),
        ("fn f(x: &crate::a::B) -> u8 { g(|| crate::c::d(x)) }", &["a::B", "c::d"]),
        ("#[arg(value_parser = crate::a::b)] struct S;", &["a::b"]),
        ("fn f() { println!(\"{}\", crate::a::B) }", &["a::B"]),
        ("mod i { use crate::a; }", &["a"]),
        ("#[cfg(not(test))] use crate::a;", &["a"]),
        ("#[cfg(test)] mod tests { use crate::a; } use crate::b;", &["b"]),
        ("#[cfg(test)] use crate::a::{B}; use crate::b;", &["b"]),
        ("#[cfg(test)] #[path = \"x.rs\"] mod tests { use crate::a; }", &[]),
        ("#[cfg(test)] fn f() -> crate::a::B { crate::a::B }", &[]),
        ("/// [`A`](crate::a::A)\n// crate::b\nconst C: &str = \"crate::c\";", &[]),
        ("use super::a::B; use super::super::c;", &["m::a::B", "c"]),
        ("use super::{a, b::C}; fn f() { super::d::e() }", &["m::a", "m::b::C", "m::d::e"]),
        ("mod a; use a::B; use self::c::D;", &["m::n::a::B", "m::n::c::D"]),
        ("use std::fmt::{self, Debug}; use serde::Serialize;", &[]),
        ("fn f(&self) { self.a(); Self::b() }", &[]),
        ("use crate::a::*; use crate::b;", &["a", "b"]),
    ];
    let module = ["m", "n"].map(str::to_owned);
    for (text, expected) in cases {
        let found = Source::parse(text).references(&module).into_iter();
        assert_eq!(found.map(|it| it.path.join("::")).collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn a_path_has_the_name_of_its_alias() {
    let cases = [("crate::a::B", "B"), ("crate::a::B as C", "C"), ("crate::{a::{self as d}}", "d")];
    for (path, expected) in cases {
        let source = Source::parse(&format!("use {path};"));
        assert_eq!(source.references(&[])[0].name, expected, "{path}");
    }
}
