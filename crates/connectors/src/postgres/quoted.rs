//! Names of roles in SQL that takes no parameters.

/// An identifier in quotes (PostgreSQL 4.1.1): whatever is in it is part of the name.
pub fn identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_never_ends_its_quotes() {
        assert_eq!(identifier("ada"), "\"ada\"");
        assert_eq!(identifier("a\"; DROP ROLE x; --"), "\"a\"\"; DROP ROLE x; --\"");
    }
}
