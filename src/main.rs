//! The `cbr` program.

use std::process::ExitCode;

fn main() -> ExitCode {
    cbr::main()
}
