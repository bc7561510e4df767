//! White space at the start of lines: how much, and by which signs a text is indented.

/// The columns of one level where a text does not tell. Most languages' style guides say 4.
pub const DEFAULT_UNIT: usize = 4;

/// The widest single step that is taken for one level; more is alignment.
const MAX_UNIT: usize = 8;

/// What a text is indented with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// One tab a level.
    Tabs,
    /// This many blanks a level.
    Spaces(usize),
}

impl Style {
    /// The style of `lines`, by their majority; `None` where no line is indented.
    pub fn of<'a>(lines: impl Iterator<Item = &'a str>) -> Option<Self> {
        let (mut tabs, mut spaces) = (0_usize, 0_usize);
        let mut steps = [0_usize; MAX_UNIT + 1];
        let mut last = 0;
        for line in lines.filter(|line| !line.trim().is_empty()) {
            let columns = of(line).len();
            // ` * ` is how comments of C-like languages go on.
            if line[columns..].starts_with('*') {
                continue;
            }
            if line.starts_with('\t') {
                tabs += 1;
            } else if columns >= 2 {
                spaces += 1;
                if let Some(step) = columns.checked_sub(last).filter(|step| (2..=MAX_UNIT).contains(step)) {
                    steps[step] += 1;
                }
            }
            last = columns;
        }
        // The narrowest of the most frequent steps.
        let unit = (2..=MAX_UNIT).rev().max_by_key(|step| steps[*step]).filter(|step| steps[*step] > 0);
        match (tabs, spaces) {
            (0, 0) => None,
            _ if tabs >= spaces => Some(Self::Tabs),
            _ => Some(Self::Spaces(unit.unwrap_or(DEFAULT_UNIT))),
        }
    }

    /// One level.
    pub fn level(self) -> String {
        match self {
            Self::Tabs => "\t".to_owned(),
            Self::Spaces(unit) => " ".repeat(unit),
        }
    }

    /// Columns of one level.
    pub fn unit(self) -> usize {
        match self {
            Self::Tabs => DEFAULT_UNIT,
            Self::Spaces(unit) => unit,
        }
    }
}

/// The white space that `line` starts with: blanks and tabs.
pub fn of(line: &str) -> &str {
    let rest = line.trim_start_matches([' ', '\t']);
    &line[..line.len() - rest.len()]
}

/// The columns of the white space `space`, where a tab stands for `tab` of them.
pub fn columns(space: &str, tab: usize) -> usize {
    space.chars().map(|c| if c == '\t' { tab } else { 1 }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tab_stands_for_as_many_columns_as_one_says() {
        assert_eq!((of("\t  x"), of("x"), of(" \u{a0}x")), ("\t  ", "", " "));
        assert_eq!((columns("\t  ", 4), columns("\t  ", 8)), (6, 10));
    }
}
