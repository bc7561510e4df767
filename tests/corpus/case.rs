//! One case: how it is written, and what it is judged by.

use codestral_ls::completion::filter::{self, Filter, Filtered, Growing};
use codestral_ls::completion::stop::{Enough, Reach, Watch};
use codestral_ls::completion::{Window, block};

/// What became of a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Judgement {
    /// What was wanted is shown.
    Exact,
    /// Nothing wrong is shown: nothing, or the beginning of what was wanted.
    Mended,
    Wrong,
}

#[derive(Debug)]
pub struct Case {
    pub kind: String,
    /// As it stands in the file.
    pub line: String,
    language: String,
    window: Window,
    reply: String,
    /// Whether the token limit ended the reply.
    cut_off: bool,
    /// What may be shown, each with the bytes it takes the place of; empty is nothing.
    wanted: Vec<(String, usize)>,
}

/// The cases in a file.
pub fn read(text: &str) -> impl Iterator<Item = Case> {
    let mut kind = String::new();
    text.lines().filter_map(move |line| {
        if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']'))
            && !line.contains('¦')
        {
            name.clone_into(&mut kind);
        }
        let fields: Vec<&str> = line.split('¦').map(|field| field.trim_matches(' ')).collect();
        let [language, text, reply, wanted] = fields[..] else {
            assert!(fields.len() == 1, "four fields: {line}");
            return None;
        };
        Some(Case::new(&kind, line, language, text, reply, wanted))
    })
}

impl Case {
    fn new(kind: &str, line: &str, language: &str, text: &str, reply: &str, wanted: &str) -> Self {
        let text = plain(text);
        let (prefix, suffix) = text.split_once('▮').unwrap_or_else(|| panic!("no cursor: {line}"));
        let window = Window { prefix: prefix.into(), suffix: suffix.into(), from_start: true, to_end: true };
        let (reply, cut_off) = reply.strip_suffix('✂').map_or((reply, false), |reply| (reply, true));
        let reply = plain(reply);
        let wanted = wanted.split('‖').map(|wanted| {
            let wanted = wanted.trim_matches(' ');
            let left = wanted.trim_end_matches('⌦');
            let text = match left {
                "keep" => reply.clone(),
                "nothing" => String::new(),
                text => plain(text),
            };
            (text, wanted[left.len()..].chars().count())
        });
        let mut wanted: Vec<_> = wanted.collect();
        let first = |(text, replaces): &(String, usize)| {
            let end = block::end(&window, language, text, true)?;
            Some((text[..end].to_owned(), *replaces))
        };
        let blocks: Vec<_> = wanted.iter().filter(|(text, _)| !text.is_empty()).filter_map(first).collect();
        wanted.extend(blocks);
        let line = line.to_owned();
        Self { kind: kind.into(), line, language: language.into(), window, reply, cut_off, wanted }
    }

    pub fn is_good(&self) -> bool {
        self.kind.starts_with("good:")
    }

    /// What the filters make of the whole reply.
    pub fn shown(&self) -> Result<Filtered, Filter> {
        filter::shown(&self.window, &self.language, &self.reply, self.cut_off)
    }

    /// What they make of it when it comes three characters at a time, and is read no further than it is worth.
    pub fn shown_growing(&self, reach: Reach) -> Result<Filtered, Filter> {
        let mut growing = Growing::new(self.window.clone(), self.language.as_str().into());
        let characters: Vec<char> = self.reply.chars().collect();
        let mut watch = Watch::new(reach);
        let mut enough = None;
        for piece in characters.chunks(3) {
            growing.push(&String::from_iter(piece));
            enough = watch.enough(&growing);
            if enough.is_some() {
                break;
            }
        }
        let text = match enough {
            None => {
                growing.finish();
                if self.cut_off { filter::whole_lines(growing.text()) } else { growing.text() }
            }
            Some(Enough::Reached) => {
                growing.text().rfind('\n').map_or("", |end| filter::before_next_round(&growing.text()[..end]))
            }
            Some(Enough::Over) => growing.text(),
        };
        let empty = || growing.took().last().map_or(Filter::Blank, |took| took.filter);
        let end = block::end(&self.window, &self.language, text, true).ok_or_else(empty)?;
        filter::apply(&self.window, &self.language, &text[..end], &text[end..])
            .map_err(|filter| if text.is_empty() { empty() } else { filter })
    }

    /// What became of it, whole or grown.
    pub fn judge(&self, shown: Result<Filtered, Filter>) -> Judgement {
        let (text, replaces) = shown.map_or((String::new(), 0), |shown| (shown.text, shown.replaces));
        let document = self.document(&text, replaces);
        if self.wanted.iter().any(|(wanted, replaces)| self.document(wanted, *replaces) == document) {
            return Judgement::Exact;
        }
        let begins = |(wanted, _): &(String, usize)| wanted.starts_with(text.trim_end());
        let mended = text.is_empty() || (replaces == 0 && self.wanted.iter().any(begins));
        if mended { Judgement::Mended } else { Judgement::Wrong }
    }

    /// What is shown, for a person to read.
    pub fn drawn(&self) -> String {
        match self.shown() {
            Ok(shown) => format!("{:?}{}", shown.text, "⌦".repeat(shown.replaces)),
            Err(filter) => filter.name().to_owned(),
        }
    }

    /// The text with a suggestion in it, without blanks at the ends of lines.
    fn document(&self, text: &str, replaces: usize) -> String {
        let whole = format!("{}{text}{}", self.window.prefix, &self.window.suffix[replaces..]);
        let lines: Vec<&str> = whole.split('\n').map(str::trim_end).collect();
        lines.join("\n").trim_end().to_owned()
    }
}

fn plain(field: &str) -> String {
    field.replace('⏎', "\n").replace('⇥', "\t").replace('·', " ")
}
