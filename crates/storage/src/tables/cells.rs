//! Takes a row's cells one after the other, in the order of its column list.

use super::Row;
use crate::{Result, StorageError, codes::Coded, error::Said, raw_id::RawId};
use claviger_model::{name::Name, time::Timestamp};
use serde::de::DeserializeOwned;
use sqlx::{Column as _, Decode, Row as _, Type};

/// A row and the place of the next cell.
pub struct Cells<'r> {
    row: &'r Row,
    at: usize,
}

impl<'r> Cells<'r> {
    /// Starts at the first cell.
    pub fn of(row: &'r Row) -> Self {
        Self { row, at: 0 }
    }

    /// The next cell as the driver decodes it.
    pub fn take<T>(&mut self) -> Result<T>
    where
        T: Decode<'r, super::Db> + Type<super::Db>,
    {
        let value = self
            .row
            .try_get(self.at)
            .map_err(|error| self.corrupt(error.to_string()))?;
        self.at += 1;
        Ok(value)
    }

    /// An id.
    pub fn id<T: RawId>(&mut self) -> Result<T> {
        let bytes: &[u8] = self.take()?;
        T::from_raw(bytes).map_err(|error| self.taken_corrupt(error.to_string()))
    }

    /// An id or null.
    pub fn id_or_null<T: RawId>(&mut self) -> Result<Option<T>> {
        let bytes: Option<&[u8]> = self.take()?;
        bytes
            .map(T::from_raw)
            .transpose()
            .map_err(|error| self.taken_corrupt(error.to_string()))
    }

    /// 32 bytes.
    pub fn digest(&mut self) -> Result<[u8; 32]> {
        let bytes: &[u8] = self.take()?;
        bytes
            .try_into()
            .map_err(|_| self.taken_corrupt(format!("{} bytes instead of 32", bytes.len())))
    }

    /// 32 bytes or null.
    pub fn digest_or_null(&mut self) -> Result<Option<[u8; 32]>> {
        let bytes: Option<&[u8]> = self.take()?;
        let read = bytes.map(<[u8; 32]>::try_from).transpose();
        read.map_err(|_| self.taken_corrupt("not 32 bytes".to_owned()))
    }

    /// A number of whatever width.
    pub fn number<T: TryFrom<i64>>(&mut self) -> Result<T> {
        let number: i64 = self.take()?;
        T::try_from(number).map_err(|_| self.taken_corrupt(format!("`{number}` is out of range")))
    }

    /// A number or null.
    pub fn number_or_null<T: TryFrom<i64>>(&mut self) -> Result<Option<T>> {
        let number: Option<i64> = self.take()?;
        number
            .map(T::try_from)
            .transpose()
            .map_err(|_| self.taken_corrupt("out of range".to_owned()))
    }

    /// A flag, stored as 0 or 1.
    pub fn flag(&mut self) -> Result<bool> {
        self.take::<i64>().map(|number| number != 0)
    }

    /// A time.
    pub fn time(&mut self) -> Result<Timestamp> {
        self.take().map(Timestamp::from_millis)
    }

    /// A time or null.
    pub fn time_or_null(&mut self) -> Result<Option<Timestamp>> {
        Ok(self.take::<Option<i64>>()?.map(Timestamp::from_millis))
    }

    /// A name.
    pub fn name(&mut self) -> Result<Name> {
        let text: &str = self.take()?;
        Name::parse(text).map_err(|error| self.taken_corrupt(error.to_string()))
    }

    /// A variant of an enum.
    pub fn code<T: Coded>(&mut self) -> Result<T> {
        let text: &str = self.take()?;
        T::from_text(text).ok_or_else(|| self.taken_corrupt(format!("`{text}` is unknown")))
    }

    /// A variant of an enum, or null.
    pub fn code_or_null<T: Coded>(&mut self) -> Result<Option<T>> {
        let Some(text) = self.take::<Option<&str>>()? else {
            return Ok(None);
        };
        T::from_text(text)
            .map(Some)
            .ok_or_else(|| self.taken_corrupt(format!("`{text}` is unknown")))
    }

    /// What stands as JSON.
    pub fn json<T: DeserializeOwned>(&mut self) -> Result<T> {
        let text: &str = self.take()?;
        serde_json::from_str(text).map_err(|error| self.taken_corrupt(error.to_string()))
    }

    /// What a type of our own reads from text.
    pub fn parsed<T>(&mut self) -> Result<T>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let text: &str = self.take()?;
        text.parse()
            .map_err(|error: T::Err| self.taken_corrupt(error.to_string()))
    }

    /// The same, or null.
    pub fn parsed_or_null<T>(&mut self) -> Result<Option<T>>
    where
        T: std::str::FromStr,
        T::Err: std::fmt::Display,
    {
        let Some(text) = self.take::<Option<&str>>()? else {
            return Ok(None);
        };
        text.parse()
            .map(Some)
            .map_err(|error: T::Err| self.taken_corrupt(error.to_string()))
    }

    fn taken_corrupt(&self, said: String) -> StorageError {
        self.corrupt_at(self.at.saturating_sub(1), said)
    }

    fn corrupt(&self, said: String) -> StorageError {
        self.corrupt_at(self.at, said)
    }

    fn corrupt_at(&self, at: usize, said: String) -> StorageError {
        let name = self
            .row
            .columns()
            .get(at)
            .map_or_else(|| format!("column {at}"), |c| c.name().to_owned());
        StorageError::Corrupt {
            column: name,
            source: Box::new(Said(said)),
        }
    }
}

/// Reads every row.
pub fn all<T>(rows: &[Row], read: impl Fn(&mut Cells<'_>) -> Result<T>) -> Result<Vec<T>> {
    rows.iter().map(|row| read(&mut Cells::of(row))).collect()
}

/// Reads a row that may be absent.
pub fn one<T>(row: Option<&Row>, read: impl FnOnce(&mut Cells<'_>) -> Result<T>) -> Result<Option<T>> {
    row.map(|row| read(&mut Cells::of(row))).transpose()
}

/// The JSON text of a value.
pub fn json_text<T: serde::Serialize + ?Sized>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|error| StorageError::Query(Box::new(error)))
}
