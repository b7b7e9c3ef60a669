//! What is printed, byte for byte: each format, and where it goes.

mod columns;
mod csv;
mod ids;
mod json;
mod pipe;
mod show;
mod spool;
mod table;
mod terminal;
mod tsv;
