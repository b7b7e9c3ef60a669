//! When something happens: `WHAT@WHEN`, where WHEN counts the listings that arrive, from 1.

/// A range of listings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct When {
    first: u64,
    last: u64,
}

impl When {
    /// Splits `WHAT@WHEN` at the last `@`, which WHAT may hold as well.
    pub(super) fn split(text: &str) -> Result<(&str, Self), String> {
        let (what, when) =
            text.rsplit_once('@').ok_or("say when after an @, such as @1, @2-4, @2- or @*")?;
        Ok((what, Self::parse(when)?))
    }

    /// Parses `3`, `2-4`, `2-` or `*`.
    fn parse(text: &str) -> Result<Self, String> {
        let (first, last) = match text.split_once('-') {
            _ if text == "*" => (1, u64::MAX),
            None => {
                let only = count(text)?;
                (only, only)
            }
            Some((first, "")) => (count(first)?, u64::MAX),
            Some((first, last)) => (count(first)?, count(last)?),
        };
        if first > last {
            return Err(format!("`{text}` ends before it begins"));
        }
        Ok(Self { first, last })
    }

    pub(super) fn covers(self, list: u64) -> bool {
        (self.first..=self.last).contains(&list)
    }
}

fn count(text: &str) -> Result<u64, String> {
    match text.parse() {
        Ok(0) | Err(_) => Err(format!("`{text}` is not a count of listings, from 1")),
        Ok(number) => Ok(number),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges() {
        for (text, covered) in [
            ("3", [false, false, true, false, false]),
            ("2-4", [false, true, true, true, false]),
            ("2-", [false, true, true, true, true]),
            ("1-1", [true, false, false, false, false]),
            ("*", [true; 5]),
        ] {
            let when = When::parse(text).unwrap();
            assert_eq!([1, 2, 3, 4, 5].map(|list| when.covers(list)), covered, "{text}");
        }
        for text in ["", "0", "0-3", "-3", "4-2", "a", "1-b", "**", "1,2", "1 "] {
            assert!(When::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_last_at_sign_counts() {
        let (what, when) = When::split("redirect=http://user@example.invalid/@2").unwrap();
        assert_eq!(what, "redirect=http://user@example.invalid/");
        assert_eq!(when, When { first: 2, last: 2 });
        assert!(When::split("reset").is_err());
    }
}
