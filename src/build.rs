//! The build script: writes the text that `cbr --version` prints after the name.
//!
//! Reads the commit from the files of git, so it needs no git. A crate from a registry has none of
//! them, and its text names no commit.

use std::env;
use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    // Otherwise, cargo would run it after each change in the package.
    println!("cargo::rerun-if-changed=src/build.rs");
    let mut lines = vec![
        env::var("CARGO_PKG_VERSION")?,
        format!("target: {}", env::var("TARGET")?),
        format!("features: {}", features()),
    ];
    if let Some(head) = Head::read(Path::new(&env::var("CARGO_MANIFEST_DIR")?)) {
        lines.push(format!("commit: {}", head.commit));
        for path in head.sources {
            println!("cargo::rerun-if-changed={}", path.display());
        }
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("version.txt"), lines.join("\n"))?;
    Ok(())
}

/// Returns the names of the enabled features.
fn features() -> String {
    let names = env::vars().filter_map(|(name, _)| {
        let name = name.strip_prefix("CARGO_FEATURE_")?.to_lowercase().replace('_', "-");
        (name != "default").then_some(name)
    });
    let mut names: Vec<_> = names.collect();
    names.sort();
    if names.is_empty() { "none".to_owned() } else { names.join(", ") }
}

/// The commit that is checked out.
struct Head {
    commit: String,
    /// Files and directories that change when another commit is checked out or created.
    sources: Vec<PathBuf>,
}

impl Head {
    /// Reads the commit of a checkout. `None` if this directory is not the top of one, or if git
    /// stores its references in another format.
    fn read(checkout: &Path) -> Option<Self> {
        let own = git_directory(checkout)?;
        // The branches of all worktrees are in one directory.
        let shared = text(&own.join("commondir")).map_or(own.clone(), |path| own.join(path));
        let head = own.join("HEAD");
        let content = text(&head)?;
        let Some(name) = content.strip_prefix("ref: ") else {
            return Some(Self { commit: hash(&content)?, sources: vec![head] });
        };
        let branch = shared.join(name);
        if let Some(content) = text(&branch) {
            return Some(Self { commit: hash(&content)?, sources: vec![head, branch] });
        }
        let packed = shared.join("packed-refs");
        let content = text(&packed)?;
        let mut lines = content.lines().filter_map(|line| line.split_once(' '));
        let (commit, _) = lines.find(|(_, packed)| *packed == name)?;
        // The next commit creates the file of the branch. cargo runs a script each time if a path
        // is missing, so the directory is its source.
        let directory = branch.ancestors().find(|path| path.is_dir())?.to_owned();
        Some(Self { commit: hash(commit)?, sources: vec![head, packed, directory] })
    }
}

/// Returns the directory of git. In a worktree or a submodule, `.git` is a file with its path.
fn git_directory(checkout: &Path) -> Option<PathBuf> {
    let git = checkout.join(".git");
    if git.is_dir() {
        return Some(git);
    }
    Some(checkout.join(text(&git)?.strip_prefix("gitdir: ")?))
}

/// Returns the content of a file without the end of its last line.
fn text(path: &Path) -> Option<String> {
    Some(fs::read_to_string(path).ok()?.trim_end().to_owned())
}

/// Returns the hash if it is one, of SHA-1 or SHA-256.
fn hash(text: &str) -> Option<String> {
    let is_hash =
        matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hash.then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const COMMIT: &str = "46b234c0ce97ccc5d1830e8beff2a1ff0cf3121a";
    const OTHER: &str = "0123456789abcdef0123456789abcdef01234567";

    /// Creates these files, and returns the commit and its sources, relative to the directory.
    fn read(files: &[(&str, &str)]) -> Option<(String, Vec<String>)> {
        let directory = tempfile::TempDir::new().unwrap();
        for (path, content) in files {
            let path = directory.path().join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, content.replace("DIR", directory.path().to_str().unwrap())).unwrap();
        }
        let head = Head::read(&directory.path().join("checkout"))?;
        let relative = |path: PathBuf| {
            assert!(path.exists(), "cargo would run the script each time: {}", path.display());
            let path = path.canonicalize().unwrap();
            let path = path.strip_prefix(directory.path().canonicalize().unwrap()).unwrap();
            path.to_str().unwrap().to_owned()
        };
        Some((head.commit, head.sources.into_iter().map(relative).collect()))
    }

    #[test]
    fn the_commit_is_found_in_each_kind_of_checkout() {
        let branch = "ref: refs/heads/a/b\n";
        let packed =
            format!("# pack-refs with: peeled\n{OTHER} refs/heads/a\n{COMMIT} refs/heads/a/b\n");
        let line = format!("{COMMIT}\n");
        let (packed, line) = (packed.as_str(), line.as_str());
        let cases: [(&[_], &[_]); 6] = [
            // A branch, which may also have an outdated line in packed-refs.
            (
                &[
                    ("checkout/.git/HEAD", branch),
                    ("checkout/.git/refs/heads/a/b", line),
                    ("checkout/.git/packed-refs", &packed.replace(COMMIT, OTHER)),
                ],
                &["checkout/.git/HEAD", "checkout/.git/refs/heads/a/b"],
            ),
            // No branch.
            (&[("checkout/.git/HEAD", line)], &["checkout/.git/HEAD"]),
            // A packed branch, with and without others beside it.
            (
                &[
                    ("checkout/.git/HEAD", branch),
                    ("checkout/.git/packed-refs", packed),
                    ("checkout/.git/refs/heads/a/c", line),
                ],
                &["checkout/.git/HEAD", "checkout/.git/packed-refs", "checkout/.git/refs/heads/a"],
            ),
            (
                &[
                    ("checkout/.git/HEAD", branch),
                    ("checkout/.git/packed-refs", packed),
                    ("checkout/.git/refs/heads/c", line),
                ],
                &["checkout/.git/HEAD", "checkout/.git/packed-refs", "checkout/.git/refs/heads"],
            ),
            // A worktree.
            (
                &[
                    ("checkout/.git", "gitdir: DIR/main/.git/worktrees/w\n"),
                    ("main/.git/worktrees/w/HEAD", branch),
                    ("main/.git/worktrees/w/commondir", "../..\n"),
                    ("main/.git/refs/heads/a/b", line),
                ],
                &["main/.git/worktrees/w/HEAD", "main/.git/refs/heads/a/b"],
            ),
            // A submodule.
            (
                &[("checkout/.git", "gitdir: ../.git/modules/m\n"), (".git/modules/m/HEAD", line)],
                &[".git/modules/m/HEAD"],
            ),
        ];
        for (files, sources) in cases {
            let sources = sources.iter().map(|&source| source.to_owned()).collect();
            assert_eq!(read(files), Some((COMMIT.to_owned(), sources)), "{files:?}");
        }
    }

    #[test]
    fn no_commit_is_named_if_none_is_certain() {
        let cases: [&[(&str, &str)]; 6] = [
            &[("checkout/Cargo.toml", "")],
            // The repository of a parent directory is another one.
            &[("checkout/Cargo.toml", ""), (".git/HEAD", COMMIT)],
            &[("checkout/.git", "gitdir: ../nowhere\n")],
            // No commit yet; or references in the reftable format.
            &[("checkout/.git/HEAD", "ref: refs/heads/main\n")],
            &[
                ("checkout/.git/HEAD", "ref: refs/heads/.invalid\n"),
                ("checkout/.git/reftable/x", ""),
            ],
            &[("checkout/.git/HEAD", "46b234c\n")],
        ];
        for files in cases {
            assert_eq!(read(files), None, "{files:?}");
        }
    }
}
