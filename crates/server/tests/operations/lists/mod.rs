//! Sync and lists: what changed, and that a list is what deciding one by one would give.

mod deciding;
mod following;
mod paging;
