//! Which files that are not open hold some given names.

use super::index::ContextIndex;
use super::nearness::Surroundings;
use super::{Place, file::family};

impl ContextIndex {
    /// The files that may be told to a place and are not open, which hold the most of these names; the rarer a name and
    /// the nearer a file, the better. At most so many.
    pub fn holding(&self, place: &Place<'_>, names: &[String], most: usize) -> Vec<String> {
        let files = self.files() as f32;
        let mut worth = vec![0.0; self.numbers() as usize];
        for word in names.iter().filter_map(|name| self.vocabulary().get(name)) {
            let places = self.vocabulary().places(word);
            let rarity = (1.0 + files / places.len().max(1) as f32).ln();
            for (number, _) in places {
                if let Some(worth) = worth.get_mut(*number as usize) {
                    *worth += rarity;
                }
            }
        }
        let own_family = family(place.key, place.language);
        let surroundings = Surroundings::new(place);
        let mut found: Vec<(f32, &str)> = Vec::new();
        for (number, worth) in (0..).zip(worth).filter(|(_, worth)| *worth > 0.0) {
            let Some(file) = self.file(number).filter(|file| !file.is_open && file.family == own_family) else {
                continue;
            };
            if self.may_be_told(number, place) {
                found.push((worth * surroundings.nearness(file), &file.key));
            }
        }
        found.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
        found.into_iter().take(most).map(|(_, key)| key.to_owned()).collect()
    }
}
