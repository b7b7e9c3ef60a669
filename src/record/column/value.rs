//! A value of a column, as text and as JSON.

use std::borrow::Cow;

use crate::record::json::Json;

/// A value of a column: never null, and never an empty list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Value<'a> {
    /// A value as it was sent.
    Sent(Json<'a>),
    /// A computed number.
    Number(i64),
    /// Several values, in the order of the record.
    Each(Vec<Json<'a>>),
}

impl<'a> Value<'a> {
    /// Returns the value as [`Json::text`] does; several values are separated by commas.
    pub(crate) fn text(&self) -> Cow<'a, str> {
        self.text_of_each(Json::text)
    }

    /// Same as [`text`](Self::text), but formats single values with `text`.
    pub(crate) fn text_of_each(&self, text: impl Fn(Json<'a>) -> Cow<'a, str>) -> Cow<'a, str> {
        match self {
            Self::Sent(json) => text(*json),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Each(values) => {
                let texts: Vec<_> = values.iter().map(|value| text(*value)).collect();
                Cow::Owned(texts.join(","))
            }
        }
    }

    /// Returns the value as JSON on one line; several values are an array.
    pub(crate) fn json(&self) -> Cow<'a, str> {
        match self {
            Self::Sent(json) => json.one_line(),
            Self::Number(number) => Cow::Owned(number.to_string()),
            Self::Each(values) => {
                let texts: Vec<_> = values.iter().map(|value| value.one_line()).collect();
                Cow::Owned(format!("[{}]", texts.join(",")))
            }
        }
    }
}
