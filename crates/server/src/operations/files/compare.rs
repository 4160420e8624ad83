//! What differs between entries of a file and of the organization: pure.

use claviger_crypto::bytes::sha256;
use claviger_protocol::policy_files::{Differs, FieldChange, FileChange, FileKind, Since};
use serde::Serialize;
use std::collections::BTreeMap;

/// What is compared: its id, what people call it, and its fields as text.
pub struct Entry {
    /// Unique within its list.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// By name.
    pub fields: BTreeMap<String, String>,
}

impl Entry {
    /// Of something that stands in a file; its id is no field of its own.
    ///
    /// # Errors
    /// When JSON cannot hold it, which nothing in a file causes.
    pub fn of<T: Serialize>(id: String, name: String, item: &T) -> Result<Self, serde_json::Error> {
        let mut fields = BTreeMap::new();
        if let serde_json::Value::Object(known) = serde_json::to_value(item)? {
            for (field, value) in known {
                let text = match value {
                    serde_json::Value::Null => continue,
                    serde_json::Value::String(text) => text,
                    other => other.to_string(),
                };
                if field != "id" {
                    fields.insert(field, text);
                }
            }
        }
        Ok(Self { id, name, fields })
    }

    /// With a further field.
    #[must_use]
    pub fn with(mut self, field: &str, text: String) -> Self {
        self.fields.insert(field.to_owned(), text);
        self
    }

    /// SHA-256 of its fields.
    ///
    /// # Errors
    /// When JSON cannot hold them, which no texts cause.
    pub fn digest(&self) -> Result<[u8; 32], serde_json::Error> {
        Ok(sha256(&serde_json_canonicalizer::to_vec(&self.fields)?))
    }

    /// Without a field that says nothing of its own.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        self.fields.remove(field);
        self
    }
}

/// What differs, in the order of ids.
pub fn compare(path: &str, kind: FileKind, file: Vec<Entry>, organization: Vec<Entry>) -> Vec<FileChange> {
    let by_id = |entries: Vec<Entry>| -> BTreeMap<String, Entry> {
        entries
            .into_iter()
            .map(|entry| (entry.id.clone(), entry))
            .collect()
    };
    let (mut file, organization) = (by_id(file), by_id(organization));
    let mut found = Vec::new();
    for (id, is) in organization {
        let (differs, fields, name) = match file.remove(&id) {
            None => (
                Differs::OnlyInOrganization,
                differing(&is.fields, &BTreeMap::new()),
                is.name,
            ),
            Some(wanted) => (Differs::Otherwise, differing(&is.fields, &wanted.fields), is.name),
        };
        if differs != Differs::Otherwise || !fields.is_empty() {
            found.push(change(path, kind, id, name, differs, fields));
        }
    }
    for (id, wanted) in file {
        let fields = differing(&BTreeMap::new(), &wanted.fields);
        found.push(change(path, kind, id, wanted.name, Differs::OnlyInFile, fields));
    }
    found.sort_by(|a, b| a.id.cmp(&b.id));
    found
}

fn change(
    path: &str,
    kind: FileKind,
    id: String,
    name: String,
    differs: Differs,
    fields: Vec<FieldChange>,
) -> FileChange {
    FileChange {
        path: path.to_owned(),
        kind,
        id,
        name,
        differs,
        since: Since::default(),
        left: false,
        fields,
    }
}

fn differing(is: &BTreeMap<String, String>, file: &BTreeMap<String, String>) -> Vec<FieldChange> {
    let mut names: Vec<_> = is.keys().chain(file.keys()).collect();
    names.sort();
    names.dedup();
    names
        .into_iter()
        .filter(|name| is.get(*name) != file.get(*name))
        .map(|name| FieldChange {
            field: name.clone(),
            is: is.get(name).cloned(),
            file: file.get(name).cloned(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use super::*;
    use proptest::{collection::btree_map, prelude::*};

    fn entries(of: &BTreeMap<u8, BTreeMap<u8, u8>>) -> Vec<Entry> {
        let fields = |fields: &BTreeMap<u8, u8>| {
            let text = |(field, value): (&u8, &u8)| (field.to_string(), value.to_string());
            fields.iter().map(text).collect()
        };
        let entry = |(id, of): (&u8, &BTreeMap<u8, u8>)| Entry {
            id: id.to_string(),
            name: "x".to_owned(),
            fields: fields(of),
        };
        of.iter().map(entry).collect()
    }

    proptest! {
        #[test]
        fn what_differs_makes_the_one_into_the_other(
            is in btree_map(0u8..6, btree_map(0u8..3, 0u8..3, 0..3), 0..5),
            file in btree_map(0u8..6, btree_map(0u8..3, 0u8..3, 0..3), 0..5),
        ) {
            let changes = compare("f", FileKind::Role, entries(&file), entries(&is));
            let mut made = is.clone();
            for change in &changes {
                let id: u8 = change.id.parse().unwrap();
                if change.differs == Differs::OnlyInOrganization {
                    made.remove(&id);
                    continue;
                }
                let entry = made.entry(id).or_default();
                for field in &change.fields {
                    let name: u8 = field.field.parse().unwrap();
                    prop_assert_eq!(entry.get(&name).map(u8::to_string), field.is.clone());
                    match &field.file {
                        Some(value) => entry.insert(name, value.parse().unwrap()),
                        None => entry.remove(&name),
                    };
                }
            }
            prop_assert_eq!(&made, &file);
            prop_assert_eq!(changes.is_empty(), is == file);
        }
    }

    #[test]
    fn fields_are_told_by_name() {
        #[derive(Serialize)]
        struct Item {
            id: u8,
            name: &'static str,
            actions: Vec<u8>,
            end: Option<u8>,
        }
        let item = |name| Item {
            id: 1,
            name,
            actions: vec![2],
            end: None,
        };
        let entry = |name| Entry::of("1".to_owned(), "x".to_owned(), &item(name)).unwrap();
        let found = compare("f", FileKind::Role, vec![entry("new")], vec![entry("old")]);
        assert_eq!((found.len(), found[0].fields.len()), (1, 1));
        assert_eq!(
            found[0].fields[0],
            FieldChange {
                field: "name".to_owned(),
                is: Some("old".to_owned()),
                file: Some("new".to_owned())
            }
        );
    }
}
