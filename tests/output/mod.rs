//! The output, byte for byte: each format, and each destination.

mod color;
mod columns;
mod csv;
mod ids;
mod json;
mod long;
mod markdown;
mod pager;
mod pipe;
mod show;
mod spool;
mod table;
mod terminal;
mod time;
mod tsv;
mod yaml;
