//! Whole numbers in flags, each with the limits that the API's page or common sense sets.

use std::ops::RangeInclusive;

/// A reader of whole numbers within a range.
///
/// # Errors
///
/// Says what would work, whatever is wrong with the text.
pub(crate) fn whole<T: TryFrom<u64>>(
    range: RangeInclusive<u64>,
) -> impl Fn(&str) -> Result<T, String> + Clone {
    move |text| {
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.and_then(|number| T::try_from(number).ok()).ok_or_else(|| {
            let least = range.start();
            match *range.end() {
                u64::MAX => format!("not a whole number from {least} on"),
                most => format!("not a whole number from {least} to {most}"),
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::whole;

    #[test]
    fn what_is_out_of_range_or_no_number_says_the_range() {
        let read = whole::<u8>(1..=100);
        assert_eq!(read("1"), Ok(1));
        assert_eq!(read("100"), Ok(100));
        for text in ["0", "101", "-1", "ten", "", "1.5", " 1", "99999999999999999999"] {
            let told = "not a whole number from 1 to 100";
            assert_eq!(read(text), Err(told.to_owned()), "{text}");
        }
        let read = whole::<u64>(1..=u64::MAX);
        assert_eq!(read("18446744073709551615"), Ok(u64::MAX));
        assert_eq!(read("0"), Err("not a whole number from 1 on".to_owned()));
    }
}
