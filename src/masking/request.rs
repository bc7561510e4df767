//! All texts of one request, masked with the same placeholders.

use std::ops::Range;
use std::sync::Arc;

use ropey::Rope;

use super::{Masked, MaskedText, Masker, Placeholders, Rendered, ValueSyntax};

/// Masks the texts of one request.
#[derive(Debug)]
pub struct RequestMask {
    masker: Arc<Masker>,
    placeholders: Placeholders,
}

/// A whole text, masked, and places in it.
#[derive(Debug, Clone)]
pub struct MaskedRope {
    /// The masked text.
    pub text: Rope,
    rendered: Option<Rendered>,
}

impl RequestMask {
    /// A request of which nothing is masked yet.
    pub fn new(masker: Arc<Masker>) -> Self {
        Self { masker, placeholders: Placeholders::default() }
    }

    /// How many different secrets were masked.
    pub fn count(&self) -> usize {
        self.placeholders.count()
    }

    /// The placeholders so far, for a text that is masked elsewhere.
    pub fn placeholders(&self) -> &Placeholders {
        &self.placeholders
    }

    /// A text was masked elsewhere: these are the placeholders so far.
    pub fn go_on_with(&mut self, placeholders: Placeholders) {
        self.placeholders = placeholders;
    }

    /// A text of that kind.
    pub fn text(&mut self, text: &str, kind: ValueSyntax) -> MaskedText {
        self.masker.text(text, kind, &mut self.placeholders)
    }

    /// A whole text of that kind, out of which parts are cut afterwards.
    pub fn rope(&mut self, text: &Rope, kind: ValueSyntax) -> MaskedRope {
        let found = self.masker.scan(text, kind).masked(text);
        self.found(text, &found)
    }

    /// A whole text in which `found` are the secrets.
    pub fn found(&mut self, text: &Rope, found: &Masked) -> MaskedRope {
        if found.secrets().is_empty() {
            return MaskedRope { text: text.clone(), rendered: None };
        }
        let rendered = found.render(text, 0..text.len_bytes(), &mut self.placeholders);
        MaskedRope { text: Rope::from_str(&rendered.text), rendered: Some(rendered) }
    }

    /// Markdown: what stands in a fenced block is of the kind that its fence names, the rest is prose. The same text
    /// masked again stays as it is.
    pub fn markdown(&mut self, text: &str) -> MaskedText {
        let mut masked = MaskedText::default();
        let mut part_start = 0;
        let mut at = 0;
        let mut open: Option<(&str, ValueSyntax)> = None;
        for line in text.split_inclusive('\n') {
            let (start, end) = (at, at + line.len());
            at = end;
            let bare = line.trim();
            let fence = bare.get(..bare.len() - bare.trim_start_matches(['`', '~']).len()).unwrap_or_default();
            match open {
                None if fence.len() >= SHORTEST_FENCE => {
                    self.push(&mut masked, text.get(part_start..end), ValueSyntax::Prose);
                    let info = bare.get(fence.len()..).unwrap_or_default().trim();
                    open = Some((fence, ValueSyntax::of(info.split([' ', ',', '{', ':']).next().unwrap_or_default())));
                    part_start = end;
                }
                Some((opened, kind)) if bare.len() == fence.len() && fence.starts_with(opened) => {
                    self.push(&mut masked, text.get(part_start..start), kind);
                    open = None;
                    part_start = start;
                }
                _ => {}
            }
        }
        self.push(&mut masked, text.get(part_start..), open.map_or(ValueSyntax::Prose, |(_, kind)| kind));
        masked
    }

    fn push(&mut self, masked: &mut MaskedText, part: Option<&str>, kind: ValueSyntax) {
        masked.push(&self.text(part.unwrap_or_default(), kind));
    }
}

/// Signs of which a fence of Markdown has at least so many.
const SHORTEST_FENCE: usize = 3;

impl MaskedRope {
    /// Where a range of the original stands in the masked text. What it holds of a secret is the whole placeholder, or
    /// nothing of it.
    pub fn range(&self, range: &Range<usize>) -> Range<usize> {
        let Some(rendered) = &self.rendered else { return range.clone() };
        let (start, end) = (rendered.to_masked(range.start), rendered.to_masked(range.end));
        start..end.max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::super::examples::assemble;
    use super::*;

    fn request() -> RequestMask {
        RequestMask::new(Arc::new(Masker::new(&[])))
    }

    #[track_caller]
    fn check(template: &str, expected: &str) {
        let (token, word) = (assemble("gh|p_<A36>", 1), assemble("trom|bone|sword", 1));
        let text = template.replace('§', &token).replace('¤', &word);
        let mut request = request();
        let masked = request.markdown(&text);
        assert_eq!(&*masked, expected);
        assert_eq!(request.markdown(&masked), masked, "masked text stays as it is");
    }

    #[test]
    fn each_block_is_read_as_its_fence_says() {
        check("use § here", "use masked_secret_1 here");
        check("```yaml\npassword: ¤\n```\n", "```yaml\npassword: masked_secret_1\n```\n");
        check("```rust\nfn f(password: Password) {}\n```\n", "```rust\nfn f(password: Password) {}\n```\n");
        check(
            "a\n~~~~yaml\n```\npassword: ¤\n~~~~\nb §",
            "a\n~~~~yaml\n```\npassword: masked_secret_1\n~~~~\nb masked_secret_2",
        );
        check("```yaml\npassword: ¤", "```yaml\npassword: masked_secret_1");
    }

    #[test]
    fn a_range_keeps_its_place_and_never_holds_part_of_a_secret() {
        let token = assemble("gh|p_<A36>", 1);
        let text = Rope::from_str(&format!("é \"{token}\" after"));
        let masked = request().rope(&text, ValueSyntax::Code);
        assert_eq!(masked.text.to_string(), "é \"masked_secret_1\" after");
        let part = |range: Range<usize>| masked.text.byte_slice(masked.range(&range)).to_string();
        let end = text.len_bytes();
        assert_eq!(part(end - 5..end), "after");
        assert_eq!(part(0..end), masked.text.to_string());
        assert_eq!(part(0..10), "é \"masked_secret_1");
        assert_eq!(part(10..end), "\" after");
    }
}
