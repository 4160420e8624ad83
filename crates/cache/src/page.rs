//! A page: records one after another, padded to a power of two, so that its size says little (rule 27).
//!
//! count(4) ‖ (id(16) ‖ length(4) ‖ bytes)… ‖ zeros; integers big-endian. Opened pages are read in place.

use zeroize::Zeroizing;

/// What finds a record within its book.
pub(crate) type Id = [u8; 16];

/// The largest page that holds more than one record, in bytes.
pub(crate) const FULL: usize = 64 * 1024;
/// The largest page at all, in bytes.
pub(crate) const LARGEST: usize = 16 * 1024 * 1024;
const SMALLEST: usize = 4 * 1024;
const HEADER: usize = 4;
const RECORD: usize = 16 + 4;

/// Bytes that are not a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Malformed;

/// What an empty page takes.
pub(crate) const EMPTY: usize = HEADER;

/// What a record takes of a page.
pub(crate) const fn cost(bytes: usize) -> usize {
    RECORD.saturating_add(bytes)
}

/// Writes a page.
pub(crate) fn encode<'a>(records: impl Iterator<Item = (&'a Id, &'a [u8])> + Clone) -> Zeroizing<Vec<u8>> {
    let (count, length) = records
        .clone()
        .fold((0_u32, EMPTY), |(count, length), (_, bytes)| {
            (count.saturating_add(1), length + cost(bytes.len()))
        });
    let mut page = Zeroizing::new(Vec::with_capacity(length.next_power_of_two().max(SMALLEST)));
    page.extend_from_slice(&count.to_be_bytes());
    for (id, bytes) in records {
        page.extend_from_slice(id);
        page.extend_from_slice(&u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes());
        page.extend_from_slice(bytes);
    }
    let padded = page.capacity().min(length.next_power_of_two().max(SMALLEST));
    page.resize(padded.max(length), 0);
    page
}

/// Reads a page in place.
pub(crate) fn decode(page: &[u8]) -> Result<Vec<(Id, &[u8])>, Malformed> {
    let (count, mut rest) = page.split_first_chunk::<4>().ok_or(Malformed)?;
    let count = usize::try_from(u32::from_be_bytes(*count)).map_err(|_| Malformed)?;
    if count > rest.len() / RECORD {
        return Err(Malformed);
    }
    let mut records = Vec::with_capacity(count);
    for _ in 0..count {
        let (id, after) = rest.split_first_chunk::<16>().ok_or(Malformed)?;
        let (length, after) = after.split_first_chunk::<4>().ok_or(Malformed)?;
        let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Malformed)?;
        let (bytes, after) = after.split_at_checked(length).ok_or(Malformed)?;
        records.push((*id, bytes));
        rest = after;
    }
    Ok(records)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn encoded(records: &[(Id, Vec<u8>)]) -> Zeroizing<Vec<u8>> {
        encode(records.iter().map(|(id, bytes)| (id, bytes.as_slice())))
    }

    #[test]
    fn a_page_has_a_size_that_says_little() {
        assert_eq!(encoded(&[]).len(), 4096);
        assert_eq!(encoded(&[([1; 16], vec![0; 4096])]).len(), 8192);
        assert_eq!(encoded(&[([1; 16], vec![0; FULL - EMPTY - cost(0)])]).len(), FULL);
    }

    proptest! {
        #[test]
        fn what_was_written_is_read(records: Vec<(Id, Vec<u8>)>) {
            let page = encoded(&records);
            prop_assert!(page.len().is_power_of_two());
            let read: Vec<_> = decode(&page).unwrap().into_iter().map(|(id, bytes)| (id, bytes.to_vec())).collect();
            prop_assert_eq!(read, records);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _read = decode(&bytes);
        }
    }
}
