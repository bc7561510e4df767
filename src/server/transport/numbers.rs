//! Numbers as clients write them, and as strict parsers want them: whole ones are whole however they are written.

use serde_json::{Map, Number, Value, json};

use super::uri_spelling::OPAQUE_MEMBERS;

/// The version of a document whose client tells none: the handler counts on by itself. No client counts there.
pub const NO_VERSION: i32 = i32::MIN;

/// The largest whole number that JSON writes exactly everywhere; some clients mean "to the end" by it.
const MAX_SAFE_INTEGER: f64 = 9_007_199_254_740_991.0;

/// Writes the numbers in the params of a call as the protocol's types have them: `2.0` is 2, and what is beyond the
/// protocol's 32 bits is the largest there is. What is no such number stays, and is refused where it is read.
pub fn normalize(params: &mut Value) {
    match params {
        Value::Number(number) => {
            if let Some(whole) = whole(number) {
                *number = whole;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(normalize),
        Value::Object(members) => normalize_members(members),
        _ => {}
    }
}

/// A number that is whole by value but not as it is written.
pub fn whole(number: &Number) -> Option<Number> {
    let value = number.as_f64().filter(|_| number.is_f64())?;
    let is_whole = value.fract() == 0.0 && value.abs() <= MAX_SAFE_INTEGER;
    is_whole.then(|| Number::from(value as i64))
}

fn normalize_members(members: &mut Map<String, Value>) {
    // Not used, so it need not be right.
    members.remove("rangeLength");
    for (name, member) in members.iter_mut() {
        if OPAQUE_MEMBERS.contains(&name.as_str()) {
            continue;
        }
        normalize(member);
        match name.as_str() {
            "line" | "character" => clamp(member),
            // What is no process is nobody to watch.
            "processId" if member.as_u64().is_none_or(|pid| pid > u64::from(u32::MAX)) => *member = Value::Null,
            // A document's; it is told apart from the one before, and given back.
            "version" if member.is_number() => *member = json!(member.as_i64().map_or(NO_VERSION, |it| it as i32)),
            "textDocument" => {
                if let Some(document) = member.as_object_mut().filter(|document| document.contains_key("uri")) {
                    let version = document.entry("version").or_insert(Value::Null);
                    if version.is_null() {
                        *version = json!(NO_VERSION);
                    }
                }
            }
            _ => {}
        }
    }
}

fn clamp(member: &mut Value) {
    let is_beyond = match member.as_u64() {
        Some(value) => value > u64::from(u32::MAX),
        None => member.as_f64().is_some_and(|value| value > f64::from(u32::MAX)),
    };
    if is_beyond {
        *member = json!(u32::MAX);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(mut params: Value, expected: Value) {
        normalize(&mut params);
        assert_eq!(params.to_string(), expected.to_string());
    }

    #[test]
    fn whole_numbers_are_whole_however_they_are_written() {
        check(json!({"line": 2.0, "character": 0}), json!({"line": 2, "character": 0}));
        check(json!([{"id": 100.0}]), json!([{"id": 100}]));
        check(json!({"line": 2.5, "character": -1}), json!({"line": 2.5, "character": -1}));
        check(
            json!({"character": 9_007_199_254_740_991_u64, "line": 1e300}),
            json!({"character": u32::MAX, "line": u32::MAX}),
        );
        check(json!({"processId": 4.0}), json!({"processId": 4}));
        check(json!({"processId": -1}), json!({"processId": null}));
        check(json!({"arguments": [{"line": 2.0}]}), json!({"arguments": [{"line": 2.0}]}));
    }

    #[test]
    fn a_version_may_be_anything() {
        let document = |version: Value| json!({"textDocument": {"uri": "u", "version": version}});
        for (version, read) in [
            (json!(7), json!(7)),
            (json!(7.0), json!(7)),
            (json!(-3), json!(-3)),
            (Value::Null, json!(NO_VERSION)),
            (json!(4_294_967_299_u64), json!(3)),
        ] {
            check(document(version), document(read));
        }
        check(json!({"textDocument": {"uri": "u"}}), document(json!(NO_VERSION)));
    }
}
