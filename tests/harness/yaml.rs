//! Reads YAML with two other implementations: PyYAML, for YAML 1.1, and saphyr, for YAML 1.2.

use saphyr::{LoadableYamlNode as _, Scalar, Yaml};
use serde_json::{Number, Value};

use super::python::{has_module, python};

/// Python script that reads YAML and prints JSON. Infinite numbers are not valid in JSON.
const READER: &str = "import io, json, sys, yaml; \
    json.dump(yaml.safe_load(io.TextIOWrapper(sys.stdin.buffer, 'utf-8', newline='')), sys.stdout)";

/// Returns the only document of a text, as both readers read it. Numbers that fit neither a 64-bit
/// integer nor a float are compared as floats.
pub(crate) fn read(text: &str) -> Value {
    let documents = Yaml::load_from_str(text).unwrap();
    assert_eq!(documents.len(), 1);
    let new = value(&documents[0]);
    if has_module("yaml")
        && let Some(old) = python(READER, text)
    {
        assert_eq!(serde_json::from_slice::<Value>(&old).unwrap(), new);
    }
    new
}

fn value(yaml: &Yaml<'_>) -> Value {
    match yaml {
        Yaml::Value(Scalar::Null) => Value::Null,
        Yaml::Value(Scalar::Boolean(boolean)) => (*boolean).into(),
        Yaml::Value(Scalar::Integer(integer)) => (*integer).into(),
        Yaml::Value(Scalar::FloatingPoint(float)) => {
            Number::from_f64(float.into_inner()).map_or(Value::Null, Value::Number)
        }
        Yaml::Value(Scalar::String(text)) => text.as_ref().into(),
        Yaml::Sequence(sequence) => sequence.iter().map(value).collect(),
        Yaml::Mapping(mapping) => mapping
            .iter()
            .map(|(key, inner)| (value(key).as_str().unwrap().to_owned(), value(inner)))
            .collect(),
        other => panic!("{other:?}"),
    }
}
