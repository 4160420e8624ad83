//! Every route: one written list, from which the server builds its router and the golden table its rows.

mod list;

pub use list::*;
use std::fmt;

/// Who may call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Caller {
    /// Anybody.
    Anyone,
    /// Whoever holds a device key: a proof and no token.
    Key,
    /// An enrolled device, even while it is ending: a proof and no token.
    Device,
    /// A signed-in session: token and proof.
    Session,
    /// The identity provider's SCIM client: a bearer token of its own.
    Provisioner,
}

/// A method and a path with `{names}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Route {
    /// HTTP method.
    pub method: &'static str,
    /// Path template, in axum's form.
    pub path: &'static str,
    /// Who may call.
    pub caller: Caller,
    /// Whether it changes nothing, and its body says what is asked for.
    pub asks: bool,
}

impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.method, self.path)
    }
}

impl Route {
    /// The path with its names replaced, in order.
    pub fn at(&self, arguments: &[&dyn fmt::Display]) -> String {
        let mut path = String::new();
        let mut arguments = arguments.iter();
        for segment in self.path.split('/').skip(1) {
            path.push('/');
            match (segment.starts_with('{'), arguments.as_slice().first()) {
                (true, Some(value)) => {
                    path.push_str(&value.to_string());
                    arguments.next();
                }
                _ => path.push_str(segment),
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_unique_and_take_their_arguments() {
        let unique: std::collections::BTreeSet<_> = ALL.iter().map(ToString::to_string).collect();
        assert_eq!(unique.len(), ALL.len());
        assert_eq!(WRITE_VERSION.at(&[&"x"]), "/v1/secrets/x/versions");
        assert_eq!(LIVE.at(&[]), "/healthz");
    }
}
