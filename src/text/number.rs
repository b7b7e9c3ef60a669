//! Whole numbers: parsing within limits for flags, and human-readable formatting.

use std::ops::RangeInclusive;

/// Returns a parser of whole numbers within a range.
///
/// # Errors
///
/// If the text is not a number in the range, which the message names.
pub(crate) fn whole<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            let least = range.start();
            match *range.end() {
                u64::MAX => format!("must be a whole number, {least} or more"),
                most => format!("must be a whole number from {least} to {most}"),
            }
        })
    }
}

/// Formats a number with commas between the thousands.
pub(crate) fn grouped(number: u64) -> String {
    grouped_digits(&number.to_string())
}

/// Formats a number of things, such as `1 backup` or `1,663 backups`.
pub(crate) fn counted(count: u64, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{} {thing}{plural}", grouped(count))
}

/// Same as [`grouped`], for the digits of a number of any length.
pub(crate) fn grouped_digits(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

#[cfg(test)]
mod tests {
    use super::{grouped, whole};

    #[test]
    fn invalid_numbers_are_rejected_with_the_range() {
        let read = whole::<u8>(1..=100);
        assert_eq!(read("1"), Ok(1));
        assert_eq!(read("100"), Ok(100));
        for text in ["0", "101", "-1", "ten", "", "1.5", " 1", "99999999999999999999"] {
            let expected = "must be a whole number from 1 to 100";
            assert_eq!(read(text), Err(expected.to_owned()), "{text}");
        }
        let read = whole::<u64>(1..=u64::MAX);
        assert_eq!(read("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(read("0"), Err("must be a whole number, 1 or more".to_owned()));
    }

    #[test]
    fn numbers_are_grouped_by_thousands() {
        let cases = [
            (0, "0"),
            (999, "999"),
            (1663, "1,663"),
            (100_000, "100,000"),
            (1_000_000, "1,000,000"),
        ];
        for (number, expected) in cases {
            assert_eq!(grouped(number), expected);
        }
    }
}
