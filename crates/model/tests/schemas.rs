//! The JSON Schemas in `schemas/` are what others build upon: each golden message is valid by its schema,
//! every member is described, and "required" says neither more nor less than what the code asks for.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on shall stop there")]

use model::{Envelope, Fetched, Grant, Message, message::PageParsed};
use serde_json::Value;
use std::{collections::BTreeMap, fs, path::PathBuf};

fn folder(name: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(name)
}

fn read(folder_name: &str, file: &str) -> Value {
    let text = fs::read_to_string(folder(folder_name).join(file)).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// JSON pointers of the members that a schema describes, and whether each must be there.
type Members = BTreeMap<String, bool>;

/// As much of JSON Schema 2020-12 as the files use; an unknown keyword fails the test.
fn check(file: &str, schema: &Value, value: &Value, at: &str, members: &mut Members) -> Result<(), String> {
    let wrong = |what: &str| Err(format!("{at}: {what}: {value}"));
    let list = |name: &str| schema[name].as_array().cloned().unwrap_or_default();
    for (keyword, means) in schema.as_object().unwrap() {
        let fits = match keyword.as_str() {
            "$ref" => {
                let (other, pointer) = means.as_str().unwrap().split_once('#').unwrap();
                let other = if other.is_empty() { file } else { other };
                let whole = read("schemas", other);
                let part = whole.pointer(pointer).unwrap_or_else(|| panic!("no {means}"));
                check(other, part, value, at, members)?;
                true
            }
            "allOf" => {
                for part in list("allOf") {
                    check(file, &part, value, at, members)?;
                }
                true
            }
            "oneOf" | "anyOf" => {
                let fitting: Vec<Members> = list(keyword)
                    .iter()
                    .filter_map(|part| {
                        let mut inner = Members::new();
                        check(file, part, value, at, &mut inner).ok().map(|()| inner)
                    })
                    .collect();
                let enough = if keyword == "oneOf" { fitting.len() == 1 } else { !fitting.is_empty() };
                members.extend(fitting.into_iter().flatten());
                enough
            }
            "type" => match means.as_str().unwrap() {
                "object" => value.is_object(),
                "array" => value.is_array(),
                "string" => value.is_string(),
                "integer" => value.is_i64() || value.is_u64(),
                "boolean" => value.is_boolean(),
                "null" => value.is_null(),
                other => panic!("type {other}"),
            },
            "const" => value == means,
            "enum" => list("enum").contains(value),
            "minimum" => value.as_i64().is_some_and(|v| v >= means.as_i64().unwrap()),
            "maximum" => value.as_i64().is_some_and(|v| v <= means.as_i64().unwrap()),
            "maxLength" => {
                value.as_str().is_some_and(|v| v.chars().count() as u64 <= means.as_u64().unwrap())
            }
            "required" => list("required").iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "properties" => {
                for (name, part) in means.as_object().unwrap() {
                    let Some(member) = value.get(name) else { continue };
                    let pointer = format!("{at}/{name}");
                    *members.entry(pointer.clone()).or_default() |=
                        list("required").contains(&Value::from(name.as_str()));
                    check(file, part, member, &pointer, members)?;
                }
                true
            }
            "items" => {
                for (n, item) in value.as_array().into_iter().flatten().enumerate() {
                    check(file, means, item, &format!("{at}/{n}"), members)?;
                }
                true
            }
            "$schema" | "$id" | "title" | "description" | "format" => true,
            other => panic!("keyword {other}"),
        };
        if !fits {
            return wrong(keyword);
        }
    }
    Ok(())
}

/// Pointers of all members of all objects within.
fn pointers(value: &Value, at: &str, out: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let pointer = format!("{at}/{name}");
                pointers(member, &pointer, out);
                out.push(pointer);
            }
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, item)| pointers(item, &format!("{at}/{n}"), out));
        }
        _ => {}
    }
}

fn without(value: &Value, pointer: &str) -> Vec<u8> {
    let mut less = value.clone();
    let (object, name) = pointer.rsplit_once('/').unwrap();
    less.pointer_mut(object).unwrap().as_object_mut().unwrap().remove(name).unwrap();
    serde_json::to_vec(&less).unwrap()
}

fn check_golden<T: Message>(file: &str) {
    let golden = read("tests/golden", file);
    let envelope: Envelope<T> = Envelope::decode(&serde_json::to_vec(&golden).unwrap()).unwrap();
    let written: Value = serde_json::from_slice(&envelope.encode().unwrap()).unwrap();
    let name = format!("{}.schema.json", T::TYPE);
    let schema = read("schemas", &name);
    for message in [&golden, &written] {
        let mut members = Members::new();
        check(&name, &schema, message, "", &mut members).unwrap_or_else(|e| panic!("{file}: {e}"));
        let mut all = Vec::new();
        pointers(message, "", &mut all);
        for pointer in all {
            let required =
                members.get(&pointer).unwrap_or_else(|| panic!("{file}: {pointer} is not described"));
            let decodes = Envelope::<T>::decode(&without(message, &pointer)).is_ok();
            assert_eq!(*required, !decodes, "{file}: {pointer} is required by one of schema and code");
        }
    }
}

#[test]
fn golden_messages_are_as_the_schemas_say() {
    let mut files = 0;
    for file in fs::read_dir(folder("tests/golden")).unwrap() {
        let file = file.unwrap().file_name().into_string().unwrap();
        match file.as_str() {
            f if f.starts_with(Grant::TYPE) => check_golden::<Grant>(f),
            f if f.starts_with(Fetched::TYPE) => check_golden::<Fetched>(f),
            f if f.starts_with(PageParsed::TYPE) => check_golden::<PageParsed>(f),
            other => panic!("{other}: of no message"),
        }
        files += 1;
    }
    assert_eq!(files, 5);
}

#[test]
fn a_message_of_another_shape_is_refused() {
    let name = format!("{}.schema.json", Fetched::TYPE);
    let schema = read("schemas", &name);
    let golden = read("tests/golden", "byline.page.fetched.v1.json");
    for (pointer, value) in [
        ("/type", "x"),
        ("/data/outcome/kind", "x"),
        ("/data/bytes", "x"),
        ("/data/grant/hints/expected", "x"),
    ] {
        let mut broken = golden.clone();
        *broken.pointer_mut(pointer).unwrap() = Value::from(value);
        assert!(check(&name, &schema, &broken, "", &mut Members::new()).is_err(), "{pointer}");
    }
}
