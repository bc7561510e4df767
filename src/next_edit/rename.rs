//! Renaming: a name was replaced by another, so its other uses may follow.

use super::{
    pattern::{Pattern, Rule},
    replaced::{Instance, find},
    same_change::{grouped, replacements},
    scene::Scene,
};

/// The patterns of the names that were replaced, those of the latest changes first.
pub fn patterns(scene: &Scene<'_>, most: usize) -> Vec<Pattern> {
    let renames = replacements(scene).into_iter().filter(Instance::is_rename).collect();
    grouped(renames)
        .into_iter()
        .filter(|instances| instances.iter().any(|one| scene.examples.get(one.example).is_some_and(|one| one.typed)))
        .take(most)
        .filter_map(|instances| find(scene, Rule::Rename, &instances, false))
        .collect()
}
