//! `cbr` lists the backups of Huawei Cloud's Cloud Backup and Recovery service.

mod api;

fn main() {}
