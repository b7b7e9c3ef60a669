//! Errors of the destination.

use std::io;

use super::*;

/// Fails like a full disk or a reader that left, when written to or when flushed.
struct Broken {
    kind: io::ErrorKind,
    room: usize,
}

impl Output for Broken {}

impl Write for Broken {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let taken = bytes.len().min(self.room);
        self.room -= taken;
        if taken == 0 { Err(self.kind.into()) } else { Ok(taken) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.kind.into())
    }
}

#[test]
fn a_failed_write_keeps_its_io_error() {
    let (list, server) = (records(LIST), records(SHOW)[0]);
    for format in Format::of_backups() {
        let line = format!("-o {}", format.name());
        let line = line.as_str();
        for kind in [io::ErrorKind::BrokenPipe, io::ErrorKind::StorageFull] {
            for room in [0, 10, usize::MAX] {
                let mut renderer =
                    args(line).renderer(destination(None), &ColumnSets::backups()).unwrap();
                list.iter().for_each(|record| renderer.push_record(record).unwrap());
                let failed = renderer.finish(&mut Broken { kind, room }).unwrap_err();
                assert_eq!(
                    failed.downcast_ref::<io::Error>().map(io::Error::kind),
                    Some(kind),
                    "{line}"
                );

                let mut renderer = args(line).single_renderer(destination(None)).unwrap();
                renderer.push_record(server).unwrap();
                let failed = renderer.finish(&mut Broken { kind, room }).unwrap_err();
                assert_eq!(
                    failed.downcast_ref::<io::Error>().map(io::Error::kind),
                    Some(kind),
                    "{line}"
                );
            }
        }
    }
}
