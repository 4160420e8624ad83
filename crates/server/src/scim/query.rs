//! What a GET asks for (RFC 7644, 3.4.2 and 3.9).

use super::{
    error::{Fault, bad},
    filter::{Attribute, Filter, Path},
    schema::{Returned, Schema, named},
};
use serde_json::{Map, Value};

/// The most resources of one page.
pub const PAGE: u64 = 200;
/// Those of a page where nothing else is asked for.
const USUAL: u64 = 100;

/// A query.
#[derive(Debug, Clone)]
pub struct Query {
    /// Which.
    pub filter: Option<Filter>,
    /// From which on, the first being 1.
    pub start: u64,
    /// How many.
    pub count: u64,
    /// What of each.
    pub select: Select,
}

/// Which attributes are returned.
#[derive(Debug, Clone, Default)]
pub struct Select {
    only: Option<Vec<Attribute>>,
    without: Vec<Attribute>,
}

impl Query {
    /// Reads the query of an address. Sorting is not offered and, as the standard has it, not heard.
    ///
    /// # Errors
    /// When a part of it is not of its grammar, or names an attribute that there is not.
    pub fn parse(schema: &Schema, query: Option<&str>) -> Result<Self, Fault> {
        let mut parsed = Self {
            filter: None,
            start: 1,
            count: USUAL,
            select: Select::default(),
        };
        for (name, value) in url::form_urlencoded::parse(query.unwrap_or_default().as_bytes()) {
            match &*name {
                "filter" => {
                    let filter =
                        Filter::parse(&value).map_err(|error| bad("invalidFilter", error.to_string()))?;
                    filter.check(schema.attributes).map_err(|attribute| {
                        bad("invalidFilter", format!("`{attribute}` cannot be compared so"))
                    })?;
                    parsed.filter = Some(filter);
                }
                "startIndex" => parsed.start = number(&value)?.max(1).unsigned_abs(),
                "count" => parsed.count = number(&value)?.max(0).unsigned_abs().min(PAGE),
                "attributes" => parsed.select.only = Some(attributes(&value)?),
                "excludedAttributes" => parsed.select.without = attributes(&value)?,
                _ => {}
            }
        }
        if parsed.select.only.is_some() && !parsed.select.without.is_empty() {
            return Err(bad(
                "invalidValue",
                "`attributes` and `excludedAttributes` exclude each other",
            ));
        }
        Ok(parsed)
    }

    /// Reads the body of a search (RFC 7644, 3.4.3), which says the same as an address's query.
    ///
    /// # Errors
    /// As [`Self::parse`].
    pub fn of_search(schema: &Schema, body: &Value) -> Result<Self, Fault> {
        const MESSAGE: &str = "urn:ietf:params:scim:api:messages:2.0:SearchRequest";
        let form = || bad("invalidSyntax", format!("a search is of `{MESSAGE}`"));
        let body = body.as_object().ok_or_else(form)?;
        let urns = body.get("schemas").and_then(Value::as_array).ok_or_else(form)?;
        if !urns.iter().any(|urn| urn.as_str() == Some(MESSAGE)) {
            return Err(form());
        }
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in body {
            match value {
                Value::String(text) => query.append_pair(name, text),
                Value::Number(number) => query.append_pair(name, &number.to_string()),
                Value::Array(names) if name != "schemas" => {
                    let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
                    query.append_pair(name, &names.join(","))
                }
                _ => &mut query,
            };
        }
        Self::parse(schema, Some(&query.finish()))
    }

    /// Whether the filter looks at an attribute.
    pub fn looks_at(&self, name: &str) -> bool {
        self.filter
            .as_ref()
            .is_some_and(|filter| filter.names().iter().any(|attribute| attribute.is(name)))
    }
}

impl Select {
    /// Whether an attribute is returned.
    pub fn wants(&self, name: &str) -> bool {
        match &self.only {
            Some(only) => only.iter().any(|attribute| attribute.is(name)),
            None => !self
                .without
                .iter()
                .any(|attribute| attribute.is(name) && attribute.sub.is_none()),
        }
    }

    /// The wanted part of a resource.
    pub fn of(&self, schema: &Schema, whole: &Value) -> Value {
        let Some(whole) = whole.as_object() else {
            return whole.clone();
        };
        let mut told = Map::new();
        for (name, value) in whole {
            let always = name == "schemas"
                || named(schema.attributes, name).is_some_and(|one| one.returned == Returned::Always);
            if always {
                told.insert(name.clone(), value.clone());
            } else if self.wants(name)
                && let Some(value) = self.part(name, value)
            {
                told.insert(name.clone(), value);
            }
        }
        Value::Object(told)
    }

    /// What is wanted of an attribute with parts.
    fn part(&self, name: &str, value: &Value) -> Option<Value> {
        let subs = |attributes: &[Attribute]| -> Option<Vec<String>> {
            attributes
                .iter()
                .filter(|attribute| attribute.is(name))
                .map(|attribute| attribute.sub.clone())
                .collect()
        };
        let (keep, names) = match &self.only {
            // None of them names a part: all of it.
            Some(only) => match subs(only) {
                Some(names) => (true, names),
                None => return Some(value.clone()),
            },
            None => (false, subs(&self.without).unwrap_or_default()),
        };
        let cut = |element: &Value| match element {
            Value::Object(parts) => {
                let named = |part: &str| names.iter().any(|name| name.eq_ignore_ascii_case(part));
                let parts = parts.iter().filter(|(part, _)| named(part) == keep);
                Value::Object(parts.map(|(part, value)| (part.clone(), value.clone())).collect())
            }
            other => other.clone(),
        };
        let cut = match value {
            Value::Array(elements) => Value::Array(elements.iter().map(cut).collect()),
            one => cut(one),
        };
        (cut != Value::Object(Map::new())).then_some(cut)
    }
}

fn number(text: &str) -> Result<i64, Fault> {
    text.trim()
        .parse()
        .map_err(|_| bad("invalidValue", "`startIndex` and `count` are whole numbers"))
}

fn attributes(text: &str) -> Result<Vec<Attribute>, Fault> {
    const MOST: usize = 50;
    let names: Vec<&str> = text
        .split(',')
        .map(str::trim)
        .filter(|name| !name.is_empty())
        .collect();
    if names.len() > MOST {
        return Err(bad("tooMany", format!("{MOST} attributes can be named")));
    }
    names
        .into_iter()
        .map(|name| match Path::parse(name) {
            Ok(path) if path.filter.is_none() => Ok(path.attribute),
            _ => Err(bad("invalidValue", "an attribute's name is not well formed")),
        })
        .collect()
}
