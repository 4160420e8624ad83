//! The text that stands for a secret in the index.

/// What can be found of a secret.
#[derive(Debug, Clone)]
pub struct Searchable<'a> {
    /// What the list shows: the variable, or the name where there is none.
    pub name: &'a str,
    /// The scope's path.
    pub path: &'a str,
    /// The name behind a variable, tags, the owner.
    pub more: Vec<&'a str>,
}

/// One line of text: name, path and the rest, with their lengths in code points.
#[derive(Debug, Clone)]
pub struct Line {
    text: Box<str>,
    name: u32,
    path: u32,
}

impl Line {
    /// Joins what can be found.
    pub fn new(secret: &Searchable<'_>) -> Self {
        let mut text = format!("{} {}", secret.name, secret.path);
        for more in &secret.more {
            text.push(' ');
            text.push_str(more);
        }
        Self {
            text: text.into(),
            name: points(secret.name),
            path: points(secret.path),
        }
    }

    /// Bytes.
    pub fn length(&self) -> usize {
        self.text.len()
    }

    /// The whole line.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Splits byte positions in the line into code points of the name and of the path, in order.
    pub fn split_positions(&self, positions: &[u32]) -> (Vec<u32>, Vec<u32>) {
        let (mut name, mut path) = (Vec::new(), Vec::new());
        for (point, (byte, _)) in self.text.char_indices().enumerate() {
            let point = u32::try_from(point).unwrap_or(u32::MAX);
            if !u32::try_from(byte).is_ok_and(|byte| positions.contains(&byte)) {
                continue;
            }
            if point < self.name {
                name.push(point);
            } else if point > self.name && point - self.name - 1 < self.path {
                path.push(point - self.name - 1);
            }
        }
        (name, path)
    }
}

impl AsRef<str> for Line {
    fn as_ref(&self) -> &str {
        &self.text
    }
}

fn points(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}
