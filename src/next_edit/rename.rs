//! Renaming: a name was replaced by another, so its other uses may follow.

use super::{
    pattern::{Pattern, Rule},
    replaced::{Instance, find},
    same_change::{grouped, replacements},
    scene::Scene,
    tokens::Kind,
};

/// The patterns of the names that were replaced, those of the latest changes first.
pub fn patterns(scene: &Scene<'_>, most: usize) -> Vec<Pattern> {
    let renames = replacements(scene).into_iter().filter(is_rename).collect();
    grouped(renames)
        .into_iter()
        .filter(|instances| instances.iter().any(|one| scene.examples.get(one.example).is_some_and(|one| one.typed)))
        .take(most)
        .filter_map(|instances| find(scene, Rule::Rename, &instances, false))
        .collect()
}

/// Whether one word was replaced by another.
pub fn is_rename(instance: &Instance<'_>) -> bool {
    let word = |tokens: &[super::tokens::Token]| matches!(tokens, [token] if token.kind == Kind::Word);
    word(instance.old_tokens()) && word(instance.new_tokens())
}
