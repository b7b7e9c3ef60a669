//! The value of `--concurrency`.

use std::fmt;
use std::str::FromStr;

use crate::text::number::whole;

/// Maximum number of parallel requests with `auto`.
const AUTO: u8 = 32;

/// Maximum number of parallel requests. Fewer are sent where more do not help.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) enum Concurrency {
    #[default]
    Auto,
    /// 1 to 64.
    Most(u8),
}

impl Concurrency {
    /// Returns the maximum as a number.
    pub(crate) fn most(self) -> u8 {
        match self {
            Self::Auto => AUTO,
            Self::Most(most) => most,
        }
    }
}

impl FromStr for Concurrency {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "auto" {
            return Ok(Self::Auto);
        }
        let number = whole::<u8>(1..=64)(text);
        number.map(Self::Most).map_err(|error| format!("{error}, or auto"))
    }
}

impl fmt::Display for Concurrency {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Auto => formatter.write_str("auto"),
            Self::Most(most) => write!(formatter, "{most}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_auto_or_a_number_within_limits() {
        let wrong = Err("must be a whole number from 1 to 64, or auto".to_owned());
        let cases = [
            ("auto", Ok(Concurrency::Auto)),
            ("1", Ok(Concurrency::Most(1))),
            ("64", Ok(Concurrency::Most(64))),
            ("0", wrong.clone()),
            ("65", wrong.clone()),
            ("-1", wrong.clone()),
            ("AUTO", wrong.clone()),
            ("", wrong),
        ];
        for (text, expected) in cases {
            assert_eq!(text.parse(), expected, "{text}");
            if let Ok(value) = expected {
                assert_eq!(value.to_string(), text);
            }
        }
    }
}
