//! The same change: tokens that were replaced between the same neighbours are replaced elsewhere, with other names too.

use super::{
    difference::{Piece, Replacement},
    pattern::{Pattern, Rule},
    replaced::{Instance, find},
    scene::Scene,
    tokens::{Token, mix},
};

/// Larger replacements are not repeated token by token.
const MAX_TOKENS: usize = 30;

/// The patterns of replaced tokens that are no renaming, those of the latest changes first.
pub fn exact(scene: &Scene<'_>, most: usize) -> Vec<Pattern> {
    let others = replacements(scene).into_iter().filter(|instance| !instance.is_rename()).collect();
    typed(scene, grouped(others))
        .take(most)
        .filter_map(|instances| find(scene, Rule::SameChange, &instances, false))
        .collect()
}

/// All that is replaced on one line as one pattern, with holes for the words that are kept.
pub fn shapes(scene: &Scene<'_>, spans: &[Vec<Replacement>], most: usize) -> Vec<Pattern> {
    let (mut instances, mut several) = (Vec::new(), Vec::new());
    for (number, spans) in spans.iter().enumerate() {
        let Some(example) = scene.examples.get(number) else { continue };
        let mut spans = spans.iter();
        for piece in &example.taken.pieces {
            let Piece::Line { old, new, replacements, .. } = piece else { continue };
            let Some(what) = spans.next() else { break };
            let instance = Instance { example: number, old, new, what };
            several.push((number, what.old.clone(), replacements.len() > 1));
            if !what.old.is_empty() && what.old.len() <= MAX_TOKENS && what.new.len() <= MAX_TOKENS {
                instances.push(instance);
            }
        }
    }
    let mut groups: Vec<(u64, Vec<Instance<'_>>)> = Vec::new();
    for instance in instances {
        let key = shape(&instance);
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, group)) => group.push(instance),
            None => groups.push((key, vec![instance])),
        }
    }
    typed(scene, groups.into_iter().map(|(_, group)| group))
        .take(most)
        .filter_map(|instances| {
            // A single replacement without holes is found by `exact`.
            let first = instances.first()?;
            let exact = several.contains(&(first.example, first.what.old.clone(), true));
            let with_holes = find(scene, Rule::SameShape, &instances, true);
            with_holes.or_else(|| exact.then(|| find(scene, Rule::SameShape, &instances, false)).flatten())
        })
        .map(|mut pattern| {
            pattern.key = mix(pattern.key, 1);
            pattern
        })
        .collect()
}

/// From the first to the last replacement of each changed line of each example.
pub fn spans(scene: &Scene<'_>) -> Vec<Vec<Replacement>> {
    let span = |piece: &Piece| match piece {
        Piece::Line { replacements, .. } => Some(match (replacements.first(), replacements.last()) {
            (Some(first), Some(last)) => {
                Replacement { old: first.old.start..last.old.end, new: first.new.start..last.new.end }
            }
            _ => Replacement { old: 0..0, new: 0..0 },
        }),
        Piece::Lines { .. } => None,
    };
    scene.examples.iter().map(|example| example.taken.pieces.iter().filter_map(span).collect()).collect()
}

/// What was replaced within lines, the latest first.
pub fn replacements<'a>(scene: &'a Scene<'_>) -> Vec<Instance<'a>> {
    let mut found = Vec::new();
    for (example, taken) in scene.examples.iter().enumerate() {
        for piece in &taken.taken.pieces {
            let Piece::Line { old, new, replacements, .. } = piece else { continue };
            for what in replacements {
                if what.old.len() <= MAX_TOKENS && what.new.len() <= MAX_TOKENS {
                    found.push(Instance { example, old, new, what });
                }
            }
        }
    }
    found
}

/// Instances with one key together, in the order of the first of each.
pub fn grouped(instances: Vec<Instance<'_>>) -> Vec<Vec<Instance<'_>>> {
    let mut groups: Vec<(u64, Vec<Instance<'_>>)> = Vec::new();
    for instance in instances {
        let key = instance.key();
        match groups.iter_mut().find(|(other, _)| *other == key) {
            Some((_, group)) => group.push(instance),
            None => groups.push((key, vec![instance])),
        }
    }
    groups.into_iter().map(|(_, group)| group).collect()
}

fn typed<'a>(
    scene: &'a Scene<'_>,
    groups: impl IntoIterator<Item = Vec<Instance<'a>>>,
) -> impl Iterator<Item = Vec<Instance<'a>>> {
    groups.into_iter().filter(|instances| instances.iter().any(|one| scene.is_typed(one.example)))
}

/// Equal for replacements that differ only in the words that are kept.
fn shape(instance: &Instance<'_>) -> u64 {
    let (old, new) = (instance.old_tokens(), instance.new_tokens());
    let kept = |token: &Token, other: &[Token]| token.is_wordlike() && other.iter().any(|one| one.hash == token.hash);
    let mut names: Vec<u32> = Vec::new();
    let mut hash = 3;
    for (tokens, others) in [(old, new), (new, old)] {
        for token in tokens {
            let value = if kept(token, others) {
                let number = names.iter().position(|&name| name == token.hash).unwrap_or_else(|| {
                    names.push(token.hash);
                    names.len() - 1
                });
                number as u64
            } else {
                u64::from(token.hash) << 8
            };
            hash = mix(hash, value);
        }
        hash = mix(hash, u64::MAX);
    }
    hash
}
