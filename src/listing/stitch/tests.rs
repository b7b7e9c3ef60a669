//! Tests with lists that do not change, and with services that misbehave.

use std::num::NonZero;

use super::*;
use crate::listing::record::Record;

fn page(list: &[u64], request: PageRequest, count: Option<u64>) -> Page<Vec<u64>> {
    let rows = list.iter().skip(request.offset as usize).take(request.limit as usize).copied();
    page_of(rows.collect(), count)
}

fn page_of(rows: Vec<u64>, count: Option<u64>) -> Page<Vec<u64>> {
    let records = rows.iter().enumerate().map(|(index, id)| {
        let rank = i64::try_from(*id).ok().map(|at| Rank { moment: at, tie: NonZero::new(1) });
        Record { key: Key::of(&id.to_string()), rank, index }
    });
    Page { records: records.collect(), rows, count }
}

/// Returns the rows that are in order now.
fn ready(stitcher: &mut Stitcher<Vec<u64>>) -> Vec<u64> {
    let batches = stitcher.ready().into_iter();
    batches
        .flat_map(|Batch { rows, indexes, .. }| indexes.into_iter().map(move |index| rows[index]))
        .collect()
}

/// Reads a list through `answer`, one page at a time. Returns the rows, the requests and the
/// result.
fn read(
    range: ListRange,
    mut answer: impl FnMut(usize, PageRequest) -> Page<Vec<u64>>,
) -> (Vec<u64>, Vec<(u64, u64)>, Result<Statistics, Unproven>) {
    let mut stitcher = Stitcher::new(range);
    let (mut rows, mut requests) = (Vec::new(), Vec::new());
    while let Some((ticket, request)) = stitcher.next_request(1) {
        requests.push((request.offset, request.limit));
        assert!(requests.len() < 1000, "endless loop: {requests:?}");
        if let Err(unproven) = stitcher.deliver(ticket, answer(requests.len(), request)) {
            return (rows, requests, Err(unproven));
        }
        rows.extend(ready(&mut stitcher));
    }
    assert!(stitcher.is_done());
    (rows, requests, Ok(stitcher.statistics()))
}

fn range(offset: u64, limit: Option<u64>, page_size: u64) -> ListRange {
    ListRange { offset, limit, page_size, largest_page: page_size, stable: true, first_rows: false }
}

#[test]
fn a_list_at_rest_takes_no_more_requests_than_it_needs() {
    let cases = [
        // rows, offset, limit, page size → the requests
        (0, 0, None, 10, vec![(0, 10)]),
        (1, 0, None, 10, vec![(0, 10)]),
        (9, 0, None, 10, vec![(0, 10)]),
        (10, 0, None, 10, vec![(0, 10), (9, 10)]),
        (11, 0, None, 10, vec![(0, 10), (9, 10)]),
        (25, 0, None, 10, vec![(0, 10), (9, 10), (18, 10)]),
        (25, 0, Some(5), 10, vec![(0, 5)]),
        (25, 0, Some(10), 10, vec![(0, 10)]),
        (25, 0, Some(12), 10, vec![(0, 10), (9, 3)]),
        (25, 0, Some(100), 10, vec![(0, 10), (9, 10), (18, 10)]),
        (25, 20, None, 10, vec![(20, 10)]),
        (25, 5, Some(11), 10, vec![(5, 10), (14, 2)]),
        (25, 25, None, 10, vec![(25, 10)]),
        (25, 99, None, 10, vec![(99, 10)]),
        (3, 0, None, 1, vec![(0, 1), (0, 2), (1, 2), (2, 2)]),
        (3, 0, Some(1), 1, vec![(0, 1)]),
    ];
    for (length, offset, limit, page_size, expected) in cases {
        let list: Vec<u64> = (0..length).collect();
        let (rows, requests, outcome) =
            read(range(offset, limit, page_size), |_, request| page(&list, request, Some(length)));
        let wanted = list.iter().skip(offset as usize).take(limit.unwrap_or(length) as usize);
        assert_eq!(rows, wanted.copied().collect::<Vec<_>>(), "{expected:?}");
        assert_eq!(requests, expected);
        assert_eq!(outcome.map(|statistics| statistics.seams_mended), Ok(0));
    }
}

#[test]
fn a_service_that_misbehaves_gives_a_complete_list_or_an_error() {
    let list: Vec<u64> = (0..25).collect();
    let clamped =
        |request: PageRequest, rows: u64| PageRequest { limit: request.limit.min(rows), ..request };
    type Answer<'a> = Box<dyn Fn(usize, PageRequest) -> Page<Vec<u64>> + 'a>;
    let cases: Vec<(&str, Answer<'_>, Option<Reason>)> = vec![
        ("no count", Box::new(|_, request| page(&list, request, None)), None),
        ("count 0", Box::new(|_, request| page(&list, request, Some(0))), None),
        ("count 7", Box::new(|_, request| page(&list, request, Some(7))), None),
        ("count 24", Box::new(|_, request| page(&list, request, Some(24))), None),
        (
            "count 26",
            Box::new(|_, request| page(&list, request, Some(26))),
            Some(Reason::EndsEarly),
        ),
        (
            "absurd count",
            Box::new(|_, request| page(&list, request, Some(u64::MAX))),
            Some(Reason::EndsEarly),
        ),
        (
            "growing count",
            Box::new(|n, request| page(&list, request, Some(25 + n as u64))),
            Some(Reason::EndsEarly),
        ),
        ("clamp to 4", Box::new(|_, request| page(&list, clamped(request, 4), Some(25))), None),
        (
            "clamp to 4, no count",
            Box::new(|_, request| page(&list, clamped(request, 4), None)),
            None,
        ),
        (
            "clamp to 4, low count",
            Box::new(|_, request| page(&list, clamped(request, 4), Some(2))),
            None,
        ),
        (
            "clamp to 1",
            Box::new(|_, request| page(&list, clamped(request, 1), Some(25))),
            Some(Reason::NoProgress),
        ),
        (
            "no limit",
            Box::new(|_, request| page(&list, PageRequest { limit: 99, ..request }, Some(25))),
            None,
        ),
        (
            "no offset",
            Box::new(|_, request| page(&list, PageRequest { offset: 0, ..request }, Some(25))),
            Some(Reason::NoProgress),
        ),
        (
            "ends early",
            Box::new(|_, request| page(&list[..15], request, Some(25))),
            Some(Reason::EndsEarly),
        ),
        (
            "always empty",
            Box::new(|_, request| page(&[], request, Some(25))),
            Some(Reason::EndsEarly),
        ),
        (
            "empty once",
            Box::new(|n, request| page(if n == 2 { &[] } else { &list }, request, Some(25))),
            None,
        ),
        (
            "two pages in turn, absurd count",
            Box::new(|n, request| {
                let offset = if n % 2 == 0 { 9 } else { 0 };
                page(&list, PageRequest { offset, ..request }, Some(u64::MAX))
            }),
            Some(Reason::NoProgress),
        ),
        (
            "first row again at the end",
            Box::new(|_, request| {
                let mut page = page(&list, request, Some(25));
                page.records.extend(page.records.first().cloned());
                page
            }),
            None,
        ),
    ];
    for (name, answer, expected) in cases {
        let (rows, requests, outcome) = read(range(0, None, 10), answer);
        match expected {
            None => {
                assert_eq!(rows, list, "{name}: {requests:?}");
                assert!(outcome.is_ok(), "{name}: {outcome:?}");
            }
            Some(reason) => {
                assert_eq!(outcome.map_err(|unproven| unproven.reason), Err(reason), "{name}");
                assert!(requests.len() < 40, "{name}: {requests:?}");
            }
        }
    }
}

/// Three rows share each moment: a seam has all rows of the last moment, and one of the moment
/// before.
#[test]
fn a_seam_holds_the_whole_of_a_moment() {
    let list: Vec<u64> = (0..25).collect();
    let (rows, requests, outcome) = read(range(0, None, 10), |_, request| {
        let mut page = page(&list, request, Some(25));
        for (record, row) in page.records.iter_mut().zip(&page.rows) {
            record.rank = Some(Rank { moment: *row as i64 / 3, tie: None });
        }
        page
    });
    assert_eq!(rows, list);
    // The first page ends with one row of a moment, the second with two, the third with all three.
    assert_eq!(requests, [(0, 10), (8, 10), (14, 10), (20, 10)]);
    assert_eq!(outcome.map(|statistics| statistics.duplicates), Ok(0));
}

#[test]
fn a_row_deleted_between_two_pages_costs_one_more_request() {
    let mut list: Vec<u64> = (0..1663).collect();
    let (rows, requests, outcome) = read(range(0, None, 1000), |number, request| {
        if number == 2 {
            list.remove(500);
        }
        page(&list, request, Some(list.len() as u64))
    });
    assert_eq!(rows, (0..1663).collect::<Vec<_>>());
    assert_eq!(requests, [(0, 1000), (999, 1000), (0, 1000)]);
    assert_eq!(outcome.map(|statistics| statistics.seams_mended), Ok(1));
}

/// The service counts 99 rows of 25, and corrects itself after some answers.
#[test]
fn pages_requested_past_an_unclear_end_are_not_a_gap() {
    let list: Vec<u64> = (0..25).collect();
    for wrong_counts in 1..8 {
        let mut stitcher = Stitcher::new(range(0, None, 10));
        let (mut in_flight, mut answers) = (VecDeque::new(), 0);
        while !stitcher.is_done() {
            in_flight.extend(std::iter::from_fn(|| stitcher.next_request(4)));
            let (ticket, request) = in_flight.pop_front().unwrap();
            answers += 1;
            let count = if answers <= wrong_counts { 99 } else { 25 };
            stitcher.deliver(ticket, page(&list, request, Some(count))).unwrap();
        }
        assert_eq!(ready(&mut stitcher), list, "{wrong_counts}");
        assert!(
            stitcher.statistics().seams_mended <= 1,
            "{wrong_counts}: {:?}",
            stitcher.statistics()
        );
    }
}
