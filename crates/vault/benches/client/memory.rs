//! What the processes of a program take of the memory.

use std::fs;

/// The proportional set size of the programs of a name and of everything that they started, in megabytes; none when a process
/// does not show it.
pub fn pss_of(program: &str) -> Option<f64> {
    let all: Vec<(u32, u32, String)> = fs::read_dir("/proc")
        .ok()?
        .filter_map(|entry| process(entry.ok()?.file_name().to_str()?.parse().ok()?))
        .collect();
    let mut ours: Vec<u32> = all
        .iter()
        .filter(|(_, _, name)| name == program)
        .map(|(id, ..)| *id)
        .collect();
    let mut seen = 0;
    while let Some(parent) = ours.get(seen).copied() {
        seen += 1;
        let children = all.iter().filter(|(_, of, _)| *of == parent).map(|(id, ..)| *id);
        let new: Vec<u32> = children.filter(|child| !ours.contains(child)).collect();
        ours.extend(new);
    }
    let sizes: Option<Vec<f64>> = ours.into_iter().map(pss).collect();
    sizes
        .filter(|sizes| !sizes.is_empty())
        .map(|sizes| sizes.iter().sum())
}

/// Its parent and its name. (proc_pid_stat(5): `id (name) state parent …`, the name cut after 15 bytes.)
fn process(id: u32) -> Option<(u32, u32, String)> {
    let text = fs::read_to_string(format!("/proc/{id}/stat")).ok()?;
    let (before, after) = text.rsplit_once(')')?;
    let parent = after.split_whitespace().nth(1)?.parse().ok()?;
    Some((id, parent, before.split_once('(')?.1.to_owned()))
}

fn pss(id: u32) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("Pss:"))?;
    let kilobytes: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kilobytes * 1_024.0 / 1e6)
}
