//! `cbr sandbox` as a program: start, end, environment and exit codes. Its responses are tested next
//! to the code, and by all other tests.

mod command;
mod regions;
mod standalone;
