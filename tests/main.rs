//! The binary, as its users have it. One target, so that it is linked once; a module for each subject.

/// Completions in real shells, and the scripts that are packaged.
#[cfg(target_os = "linux")]
mod completions;
/// Programs of the host that tests need.
mod host;
/// The manual page, as groff typesets it.
mod manual;
