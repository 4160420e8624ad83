//! The pictures in the documentation. The journeys take many; those that the documentation shows are kept.

use crate::{
    cargo::{cargo, finish},
    counted,
    places::Places,
    setup,
};
use anyhow::{Context, Result};
use std::fs;

const JOURNEYS: [&str; 4] = [
    "journey_through_the_screens",
    "journey_of_a_lead",
    "journey_of_a_guardrail",
    "journey_of_somebody_who_leaves",
];
const SCREENS: [&str; 5] = ["vault", "search", "requests", "history", "settings"];
const THEMES: [&str; 2] = ["light", "dark"];

pub fn screenshots(places: &Places) -> Result<()> {
    setup::everything(places)?;
    finish(&mut cargo(places, &["build", "--workspace", "--bins", "--tests"]))?;
    let (taken, kept) = (places.target.join("pictures"), places.root.join("docs/pictures"));
    fs::create_dir_all(&taken)?;
    fs::create_dir_all(&kept)?;
    for journey in JOURNEYS {
        let mut command = cargo(places, &["test", "--workspace", journey]);
        counted::run_some(command.env("CLAVIGER_SHOTS", &taken), "the pictures")?;
    }
    for name in shown() {
        fs::copy(taken.join(&name), kept.join(&name))
            .with_context(|| format!("no picture `{name}` was taken"))?;
    }
    Ok(())
}

fn shown() -> impl Iterator<Item = String> {
    let screens = SCREENS
        .iter()
        .flat_map(|screen| THEMES.map(|theme| format!("{screen}-{theme}.png")));
    [
        "sign-in",
        "access-matrix-light",
        "guardrail-simulated",
        "offboarding-case-light",
    ]
    .map(|name| format!("{name}.png"))
    .into_iter()
    .chain(screens)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pictures_of_the_readme_are_among_those_that_are_kept() {
        let readme = include_str!("../../README.md");
        let shown: Vec<String> = shown().collect();
        let named = readme.split("docs/pictures/").skip(1);
        for name in named.filter_map(|rest| rest.split_once(".png").map(|(name, _)| format!("{name}.png"))) {
            assert!(shown.contains(&name), "{name}");
        }
    }
}
