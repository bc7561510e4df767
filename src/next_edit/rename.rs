//! Renaming: a name was replaced by another, so its other uses may follow.

use super::{
    binding::{Bound, bound, is_defined_anew},
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
        .filter(|instances| instances.iter().any(|one| scene.is_typed(one.example)))
        .take(most)
        .filter_map(|instances| find(scene, Rule::Rename, &instances, false))
        .map(|mut pattern| {
            if let Some(names) = pattern.names.filter(|_| is_defined_anew(scene, &pattern)) {
                // What still has a definition by the old name is another thing.
                pattern.places.retain(|place| place.definition || bound(scene, names, place) != Bound::ToOld);
            }
            pattern
        })
        .collect()
}
