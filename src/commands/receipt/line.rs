//! The receipt as one human-readable line.

use std::time::Instant;

use super::{Counts, Receipt};
use crate::text::number::{counted, grouped};

impl Receipt {
    /// Returns the human-readable line. `None` if nothing was listed, as with `--count`.
    pub(crate) fn line(
        &self,
        counts: &Counts,
        limit: Option<u64>,
        (retries, hedged): (u64, u64),
    ) -> Option<String> {
        let Counts { listing, filtered, matched, rows, stopped, hidden_columns, ready } = *counts;
        if listing.pages == 0 {
            return None;
        }
        let count = listing.count.unwrap_or(listing.rows);
        let is_cut = limit == Some(rows) && rows < if filtered { matched } else { count };
        // Rows that were not read may match, so the whole list is not proven.
        let is_part = is_cut || (stopped && (filtered || listing.rows < count));
        let read = counted(listing.rows, "backup");
        let what = match (filtered, rows == matched) {
            (true, first) if stopped => {
                let of_all = if listing.rows < count {
                    grouped(listing.rows) + " of "
                } else {
                    String::new()
                };
                let what = match (first, rows) {
                    (true, 1) => "the first that matches".to_owned(),
                    (true, _) => format!("the first {} that match", grouped(rows)),
                    (false, 1) => "1 that matches".to_owned(),
                    (false, _) => format!("{} that match", grouped(rows)),
                };
                format!("{what} · {of_all}{} read", counted(count.max(listing.rows), "backup"))
            }
            // The filters of the service matched nothing.
            (true, _) if listing.rows == 0 => read,
            (true, true) => format!("{} of {read} match", grouped(rows)),
            (true, false) => {
                format!("{} of {} that match of {read}", grouped(rows), grouped(matched))
            }
            _ if is_cut || rows < listing.rows => {
                format!("{} of {}", grouped(rows), counted(count, "backup"))
            }
            _ => counted(rows, "backup"),
        };
        let took = ready.unwrap_or_else(Instant::now).duration_since(self.clock);
        let seconds = took.as_secs_f64();
        let mut line = format!("{what} · {} · {seconds:.1} s", counted(listing.pages, "page"));
        if !is_part {
            line.push_str(" · complete");
        }
        let notes = [
            (listing.seams_mended, "seam", " repaired"),
            (listing.duplicates, "duplicate", " dropped"),
            (u64::from(listing.rereads), "reread", ""),
            (retries, if retries == 1 { "retry" } else { "retrie" }, ""),
            (hedged, "hedged request", ""),
        ];
        for (count, thing, what) in notes {
            if count > 0 {
                line.push_str(&format!(" · {}{what}", counted(count, thing)));
            }
        }
        if hidden_columns > 0 {
            let columns = counted(hidden_columns as u64, "column");
            line.push_str(&format!(" · {columns} hidden, -o wide shows all"));
        }
        Some(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::listing;

    fn line(counts: Counts, limit: Option<u64>, again: (u64, u64)) -> Option<String> {
        Receipt::begin(None).unwrap().line(&counts, limit, again)
    }

    #[test]
    fn the_line_tells_what_was_proven_and_what_it_took() {
        let listing = |rows, count, pages, seams_mended, duplicates| listing::Statistics {
            rows,
            count,
            pages,
            seams_mended,
            duplicates,
            out_of_order: false,
            rereads: 0,
        };
        let cases = [
            (
                listing(1663, Some(1663), 2, 0, 0),
                None,
                (0, 0),
                "1,663 backups · 2 pages · 0.0 s · complete",
            ),
            (listing(1, Some(1), 1, 0, 0), None, (0, 0), "1 backup · 1 page · 0.0 s · complete"),
            (listing(5, Some(150), 1, 0, 0), Some(5), (0, 0), "5 of 150 backups · 1 page · 0.0 s"),
            (
                listing(150, Some(150), 1, 0, 0),
                Some(150),
                (0, 0),
                "150 backups · 1 page · 0.0 s · complete",
            ),
            (
                listing(9, None, 3, 1, 12),
                None,
                (2, 0),
                "9 backups · 3 pages · 0.0 s · complete · 1 seam repaired · 12 duplicates dropped \
                 · 2 retries",
            ),
            (
                listing(0, Some(0), 1, 0, 0),
                None,
                (1, 0),
                "0 backups · 1 page · 0.0 s · complete · 1 retry",
            ),
            (
                listing(0, Some(0), 1, 0, 0),
                None,
                (0, 3),
                "0 backups · 1 page · 0.0 s · complete · 3 hedged requests",
            ),
        ];
        for (listing, limit, again, expected) in cases {
            let rows = listing.rows;
            let counts = Counts { listing, matched: rows, rows, ..Counts::default() };
            assert_eq!(line(counts, limit, again).as_deref(), Some(expected));
        }
    }

    #[test]
    fn the_line_tells_what_became_of_what_was_read() {
        // Read, counted; filtered, matched, printed, ended early; the limit.
        let cases = [
            ((1663, 1663), (true, 12, 12, false), None, "12 of 1,663 backups match · complete"),
            ((1663, 1663), (true, 0, 0, false), None, "0 of 1,663 backups match · complete"),
            ((0, 0), (true, 0, 0, false), None, "0 backups · complete"),
            (
                (1663, 1663),
                (true, 40, 5, false),
                None,
                "5 of 40 that match of 1,663 backups · complete",
            ),
            ((1663, 1663), (true, 40, 5, false), Some(5), "5 of 40 that match of 1,663 backups"),
            (
                (1000, 1663),
                (true, 5, 5, true),
                Some(5),
                "the first 5 that match · 1,000 of 1,663 backups read",
            ),
            (
                (1000, 1663),
                (true, 15, 5, true),
                Some(5),
                "5 that match · 1,000 of 1,663 backups read",
            ),
            ((30, 30), (true, 1, 1, true), Some(1), "the first that matches · 30 backups read"),
            ((1663, 1663), (false, 1663, 40, false), None, "40 of 1,663 backups · complete"),
            ((1663, 1663), (false, 1663, 5, false), Some(5), "5 of 1,663 backups"),
            ((1000, 1663), (false, 3, 3, true), None, "3 of 1,663 backups"),
        ];
        for ((rows_read, count), (filtered, matched, rows, stopped), limit, expected) in cases {
            let listing = listing::Statistics {
                rows: rows_read,
                count: Some(count),
                pages: 2,
                ..listing::Statistics::default()
            };
            let counts = Counts { listing, filtered, matched, rows, stopped, ..Counts::default() };
            let line = line(counts, limit, (0, 0)).unwrap().replace(" · 2 pages · 0.0 s", "");
            assert_eq!(line, expected);
        }
        assert_eq!(line(Counts::default(), None, (0, 0)), None, "nothing was listed");
    }
}
