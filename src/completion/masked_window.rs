//! The window as an endpoint may see it: cut out of the document after its secrets were masked.
//!
//! Replies are kept, met with what is typed and filtered by the [`Window`](super::Window) of the text as it is.

use ropey::Rope;

use super::window::{Bounds, Budget};
use crate::masking::{Masked, MaskedText, Masker, Placeholders, ValueSyntax};

/// The text around one cursor, masked, with LF line ends.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MaskedWindow {
    /// The text before the cursor.
    pub prefix: MaskedText,
    /// The text after the cursor.
    pub suffix: MaskedText,
    /// How many different secrets were masked, with those of what is sent beside.
    pub count: usize,
    /// What was masked, in the order of the text.
    pub masked: Vec<MaskedSecret>,
}

/// One masked secret, for a person; never the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MaskedSecret {
    /// The rule that found it.
    pub rule: &'static str,
    /// Its line in the document, counted from 1.
    pub line: usize,
}

impl MaskedWindow {
    /// Cuts the window that [`Window::cut`](super::Window::cut) cuts out of a text with these secrets. What is sent beside
    /// has those `placeholders`: a secret that has one gets the same.
    pub fn cut(text: &Rope, cursor: usize, budget: Budget, found: &Masked, mut placeholders: Placeholders) -> Self {
        let Bounds { start, cursor, end } = Bounds::around(text, cursor, budget);
        let prefix = found.render(text, start..cursor, &mut placeholders);
        let suffix = found.render(text, cursor..end, &mut placeholders);
        // A secret around the cursor stands in both halves.
        let mut ranges: Vec<_> = prefix.replaced.iter().chain(&suffix.replaced).map(|(original, _)| original).collect();
        ranges.dedup();
        let rule_at = |at: usize| found.at(at).map_or("", |secret| secret.rule);
        let secret = |at: usize| MaskedSecret { rule: rule_at(at), line: text.byte_to_line(at) + 1 };
        let masked = ranges.into_iter().map(|range| secret(range.start)).collect();
        let count = placeholders.count();
        Self { prefix: prefix.text.with_lf(), suffix: suffix.text.with_lf(), count, masked }
    }

    /// The window after `said`, a model's words, was written at the end of the cursor's line, which is `line` up to the
    /// cursor. `None` where that makes a secret of them.
    pub fn after_typing(mut self, line: &str, said: &str, masker: &Masker, kind: ValueSyntax) -> Option<Self> {
        let typed = format!("{line}{said}");
        let found = masker.mask(&typed, kind);
        if found.secrets().iter().any(|secret| secret.range.end >= line.len()) {
            return None;
        }
        let part = line.len()..typed.len();
        self.prefix.push(&found.render(typed.as_str(), part, &mut Placeholders::default()).text);
        Some(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::completion::Window;
    use crate::masking::examples::assemble;

    const BUDGET: Budget = Budget { prefix: 256, suffix: 256 };

    /// `§` stands for a token, `<cursor>` for the cursor, also inside of it as `§<cursor>§`, each its half.
    #[track_caller]
    fn check(marked: &str, prefix: &str, suffix: &str, masked: &[(&str, usize)]) {
        let token = assemble("gh|p_<A36>", 1);
        let (head, tail) = token.split_at(20);
        let text = marked.replace("§<cursor>§", &format!("{head}<cursor>{tail}")).replace('§', &token);
        let cursor = text.find("<cursor>").unwrap();
        let text = text.replacen("<cursor>", "", 1);
        let found = Masker::new(&[]).mask(&text, ValueSyntax::Code);
        let window = MaskedWindow::cut(&Rope::from_str(&text), cursor, BUDGET, &found, Placeholders::default());
        assert_eq!((&*window.prefix, &*window.suffix), (prefix, suffix));
        let told: Vec<_> = window.masked.iter().map(|secret| (secret.rule, secret.line)).collect();
        assert_eq!(told, masked);
        assert_eq!(window.count, usize::from(!masked.is_empty()));
    }

    #[test]
    fn each_half_is_masked_and_a_secret_around_the_cursor_in_both() {
        const TOKEN: &str = "github-token";
        check("a = \"§\"\r\nb<cursor>\r\n", "a = \"masked_secret_1\"\nb", "\n", &[(TOKEN, 1)]);
        check("a<cursor>\n\nb = \"§\"", "a", "\n\nb = \"masked_secret_1\"", &[(TOKEN, 3)]);
        check("a = \"§\"; b<cursor> = \"§\"", "a = \"masked_secret_1\"; b", " = \"masked_secret_1\"", &[(TOKEN, 1); 2]);
        check("a = \"§<cursor>§\"", "a = \"masked_secret_1", "masked_secret_1\"", &[(TOKEN, 1)]);
        check("let a<cursor> = 1;", "let a", " = 1;", &[]);
    }

    #[test]
    fn an_edge_inside_of_a_secret_leaves_none_of_it() {
        let token = assemble("gh|p_<A36>", 1);
        let text = format!("{token} {}\n", "x".repeat(250));
        let found = Masker::new(&[]).mask(&text, ValueSyntax::Code);
        let rope = Rope::from_str(&text);
        for cursor in 0..text.len() {
            let window = MaskedWindow::cut(&rope, cursor, BUDGET, &found, Placeholders::default());
            let sent = format!("{}\0{}", &*window.prefix, &*window.suffix);
            assert!((0..token.len() - 8).all(|at| !sent.contains(&token[at..at + 8])), "{cursor}: {sent}");
        }
    }

    #[test]
    fn without_a_secret_it_is_the_window() {
        let text = Rope::from_str(&"let a = b;\r\n".repeat(100));
        let found = Masker::new(&[]).scan(&text, ValueSyntax::Code).masked(&text);
        for cursor in (0..text.len_bytes()).step_by(7) {
            let (masked, window) = (
                MaskedWindow::cut(&text, cursor, BUDGET, &found, Placeholders::default()),
                Window::cut(&text, cursor, BUDGET),
            );
            assert_eq!((&*masked.prefix, &*masked.suffix), (window.prefix.as_str(), window.suffix.as_str()));
        }
    }

    #[test]
    fn what_a_model_said_is_added_unless_it_makes_a_secret() {
        let masker = Masker::new(&[]);
        let after = |said: &str| {
            let window = MaskedWindow { prefix: "let a = ".into(), ..MaskedWindow::default() };
            window.after_typing("let a = ", said, &masker, ValueSyntax::Code).map(|window| window.prefix.to_string())
        };
        assert_eq!(after("b();\n").as_deref(), Some("let a = b();\n"));
        assert_eq!(after(&assemble("\"gh|p_<A36>\"", 1)), None);
    }
}
