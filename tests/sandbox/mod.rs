//! `cbr sandbox` as a program: how it begins and ends, and what it passes on. What it serves is
//! tested next to its code, and by all other tests.

mod command;
mod regions;
mod standalone;
