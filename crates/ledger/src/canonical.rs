//! RFC 8785 for what leaves hold, in one pass: whole numbers, and names of members that need no escapes and are ASCII.
//! Anything else is refused, since its order or form would take more; a test compares with a full implementation.

use serde::Serialize;
use serde_json::ser::{CharEscape, CompactFormatter, Formatter, Serializer};
use std::io::{self, Write};

/// The largest number that JSON keeps exact, and its negative (RFC 7493 section 2.2).
const EXACT: u64 = (1 << 53) - 1;

/// The canonical bytes of a value.
///
/// # Errors
/// When it holds what is not written here.
pub fn to_vec<T: Serialize>(value: &T) -> serde_json::Result<Vec<u8>> {
    let mut out = Vec::with_capacity(2_048);
    let canonical = Canonical {
        out: &mut out,
        open: Vec::new(),
        scratch: Vec::new(),
    };
    value.serialize(&mut Serializer::with_formatter(io::sink(), canonical))?;
    Ok(out)
}

/// Writes into a buffer of its own, since the members of an object are sorted where they stand.
struct Canonical<'a> {
    out: &'a mut Vec<u8>,
    open: Vec<Object>,
    scratch: Vec<u8>,
}

/// An object that is not closed yet.
struct Object {
    start: usize,
    members: Vec<Member>,
}

/// Where a member stands: `"name":value`.
#[derive(Clone, Copy)]
struct Member {
    start: usize,
    /// Behind the name's closing quotation mark.
    name_end: usize,
    end: usize,
}

fn refuse<T>(why: &'static str) -> io::Result<T> {
    Err(io::Error::new(io::ErrorKind::InvalidInput, why))
}

impl Canonical<'_> {
    fn member(&mut self) -> io::Result<&mut Member> {
        match self.open.last_mut().and_then(|object| object.members.last_mut()) {
            Some(member) => Ok(member),
            None => refuse("a member outside of an object"),
        }
    }

    fn name(&self, member: &Member) -> &[u8] {
        self.out.get(member.start..member.name_end).unwrap_or_default()
    }

    fn integer(&mut self, number: i128) -> io::Result<()> {
        if number.unsigned_abs() > u128::from(EXACT) {
            return refuse("a number is not exact in JSON");
        }
        write!(self.out, "{number}")
    }
}

macro_rules! integers {
    ($($write:ident $number:ty),*) => {$(
        fn $write<W: ?Sized + Write>(&mut self, _: &mut W, value: $number) -> io::Result<()> {
            self.integer(value.into())
        }
    )*};
}

impl Formatter for Canonical<'_> {
    integers!(
        write_i8 i8, write_i16 i16, write_i32 i32, write_i64 i64, write_u8 u8, write_u16 u16, write_u32 u32, write_u64 u64
    );

    fn write_i128<W: ?Sized + Write>(&mut self, _: &mut W, value: i128) -> io::Result<()> {
        self.integer(value)
    }

    fn write_u128<W: ?Sized + Write>(&mut self, _: &mut W, value: u128) -> io::Result<()> {
        match i128::try_from(value) {
            Ok(value) => self.integer(value),
            Err(_) => refuse("a number is not exact in JSON"),
        }
    }

    fn write_f32<W: ?Sized + Write>(&mut self, _: &mut W, _: f32) -> io::Result<()> {
        refuse("a number is not whole")
    }

    fn write_f64<W: ?Sized + Write>(&mut self, _: &mut W, _: f64) -> io::Result<()> {
        refuse("a number is not whole")
    }

    fn write_number_str<W: ?Sized + Write>(&mut self, _: &mut W, _: &str) -> io::Result<()> {
        refuse("a number in text")
    }

    fn write_raw_fragment<W: ?Sized + Write>(&mut self, _: &mut W, _: &str) -> io::Result<()> {
        refuse("a part that was written before")
    }

    fn write_null<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.out.write_all(b"null")
    }

    fn write_bool<W: ?Sized + Write>(&mut self, _: &mut W, value: bool) -> io::Result<()> {
        CompactFormatter.write_bool(self.out, value)
    }

    fn begin_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.out.write_all(b"\"")
    }

    fn end_string<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.out.write_all(b"\"")
    }

    fn write_string_fragment<W: ?Sized + Write>(&mut self, _: &mut W, fragment: &str) -> io::Result<()> {
        self.out.write_all(fragment.as_bytes())
    }

    fn write_char_escape<W: ?Sized + Write>(&mut self, _: &mut W, escape: CharEscape) -> io::Result<()> {
        // The same escapes as RFC 8785 section 3.2.2.2: two characters where there are such, else lower-case digits.
        CompactFormatter.write_char_escape(self.out, escape)
    }

    fn begin_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.out.write_all(b"[")
    }

    fn end_array<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.out.write_all(b"]")
    }

    fn begin_array_value<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        if first { Ok(()) } else { self.out.write_all(b",") }
    }

    fn begin_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.out.push(b'{');
        self.open.push(Object {
            start: self.out.len(),
            members: Vec::with_capacity(16),
        });
        Ok(())
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, _: &mut W, first: bool) -> io::Result<()> {
        if !first {
            self.out.push(b',');
        }
        let start = self.out.len();
        let Some(object) = self.open.last_mut() else {
            return refuse("a member outside of an object");
        };
        object.members.push(Member {
            start,
            name_end: start,
            end: start,
        });
        Ok(())
    }

    fn end_object_key<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        let name_end = self.out.len();
        let member = self.member()?;
        member.name_end = name_end;
        let member = *member;
        // Then the order of bytes, quotation marks included, is the one of UTF-16: none stands before them.
        let plain = |byte: &u8| byte.is_ascii_graphic() && !b"!\"\\".contains(byte);
        match self.name(&member) {
            [b'"', name @ .., b'"'] if name.iter().all(plain) => Ok(()),
            _ => refuse("the name of a member is not plain"),
        }
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        self.out.write_all(b":")
    }

    fn end_object_value<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        let end = self.out.len();
        self.member()?.end = end;
        Ok(())
    }

    fn end_object<W: ?Sized + Write>(&mut self, _: &mut W) -> io::Result<()> {
        let Some(Object { start, mut members }) = self.open.pop() else {
            return refuse("an object that was not begun");
        };
        if !members.is_sorted_by(|a, b| self.name(a) < self.name(b)) {
            members.sort_unstable_by(|a, b| self.name(a).cmp(self.name(b)));
            if members
                .iter()
                .zip(members.iter().skip(1))
                .any(|(a, b)| self.name(a) == self.name(b))
            {
                return refuse("a member stands twice");
            }
            self.scratch.clear();
            for (place, member) in members.iter().enumerate() {
                if place > 0 {
                    self.scratch.push(b',');
                }
                let member = self.out.get(member.start..member.end).unwrap_or_default();
                self.scratch.extend_from_slice(member);
            }
            self.out.truncate(start);
            self.out.append(&mut self.scratch);
        }
        self.out.push(b'}');
        Ok(())
    }
}

#[cfg(test)]
mod tests;
