//! Which module may use which. The table stands in the docs of `src/lib.rs`, so that what a reader sees is what holds.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use super::source::{How, Named, Source, sources};

/// A file by its module path: `["text", "position"]`; the root is empty. The embedded engine, a crate of its own, is
/// `["local"]`, as the rest calls it.
type Module = Vec<String>;

#[test]
fn modules_use_only_what_the_map_allows() {
    let (map, crates) = (map(), Crate::read());
    let mut broken = Vec::new();
    for edge in crates.edges() {
        let (from, to) = (top(edge.from), top(&edge.to));
        if from.is_empty() || from == to {
            continue;
        }
        let allowed = map.get(&from).unwrap_or_else(|| panic!("{from} is not in the table of src/lib.rs"));
        if !allowed.contains(&to) {
            broken.push(format!("{}:{} uses {to}", edge.path, edge.line));
        }
    }
    assert_eq!(broken, Vec::<String>::new(), "see the table in src/lib.rs");
}

#[test]
fn the_map_knows_each_module_and_arrows_point_down() {
    let map = map();
    let order: Vec<_> = table().into_iter().map(|(module, _)| module).collect();
    let place = |module: &String| {
        order.iter().position(|other| other == module).unwrap_or_else(|| panic!("{module} has no line of its own"))
    };
    for (module, allowed) in &map {
        for used in allowed {
            assert!(place(module) < place(used), "{module} stands above what it uses: {used}");
        }
    }
    let modules: BTreeSet<_> =
        Crate::read().sources.keys().map(|module| top(module)).filter(|top| !top.is_empty()).collect();
    assert_eq!(modules, map.into_keys().collect());
}

/// Files that are not free of circles yet. The list only shrinks.
const CIRCLES: &[&str] = &[];

#[test]
fn no_two_files_need_each_other() {
    let crates = Crate::read();
    let mut needs: BTreeMap<&Module, BTreeSet<Module>> = BTreeMap::new();
    for edge in crates.edges() {
        // A module and its own children are one thing in parts.
        if !edge.from.starts_with(&edge.to) && !edge.to.starts_with(edge.from) {
            needs.entry(edge.from).or_default().insert(edge.to.clone());
        }
    }
    let reaches = |from: &Module| {
        let (mut seen, mut next) = (BTreeSet::new(), vec![from]);
        while let Some(module) = next.pop() {
            next.extend(needs.get(module).into_iter().flatten().filter(|needed| seen.insert((*needed).clone())));
        }
        seen
    };
    let circular: Vec<String> = needs
        .keys()
        .filter(|module| reaches(module).contains(**module))
        .map(|module| module.join("::"))
        .filter(|module| !CIRCLES.contains(&module.as_str()))
        .collect();
    assert_eq!(circular, Vec::<String>::new(), "these need each other");
}

/// What each module may use, by the table of `src/lib.rs`.
fn map() -> BTreeMap<String, BTreeSet<String>> {
    table().into_iter().collect()
}

/// The rows of the table `module | may use | what it is for`, in their order.
fn table() -> Vec<(String, BTreeSet<String>)> {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/lib.rs")).expect("the map");
    let rows = text.lines().filter_map(|line| line.strip_prefix("//! | [`"));
    let rows: Vec<_> = rows
        .map(|row| {
            let mut cells = row.split('|');
            let module = cells.next().and_then(|cell| cell.split('`').next()).expect("a module").to_owned();
            let allowed = cells.next().expect("a column of what it may use");
            (module, allowed.split(',').map(|name| name.trim().to_owned()).filter(|name| !name.is_empty()).collect())
        })
        .collect();
    assert!(rows.len() > 5, "the table is found");
    rows
}

fn top(module: &[String]) -> String {
    module.first().cloned().unwrap_or_default()
}

/// All files of the library by their modules.
struct Crate {
    sources: BTreeMap<Module, Source>,
    exports: BTreeMap<Module, Vec<Named>>,
}

/// One file names something of another.
struct Edge<'a> {
    from: &'a Module,
    to: Module,
    path: &'a str,
    line: usize,
}

impl Crate {
    fn read() -> Self {
        let sources: BTreeMap<_, _> = sources(&["src"])
            .into_iter()
            .filter(|source| !source.is_test() && source.path != "src/main.rs")
            .map(|source| (module_of(&source.path), source))
            .collect();
        let exported = |source: &Source| source.names().into_iter().filter(|named| named.how == How::Export).collect();
        let exports = sources.iter().map(|(module, source)| (module.clone(), exported(source))).collect();
        Self { sources, exports }
    }

    fn edges(&self) -> Vec<Edge<'_>> {
        let mut edges = Vec::new();
        for (from, source) in &self.sources {
            for named in source.names() {
                if let Some(to) = self.resolve(from, &named.segments, 0).filter(|to| to != from) {
                    edges.push(Edge { from, to, path: &source.path, line: named.line });
                }
            }
        }
        edges
    }

    /// The file that holds what `segments` name inside `from`. `None` where that is outside of this repository.
    fn resolve(&self, from: &Module, segments: &[String], depth: usize) -> Option<Module> {
        let (mut at, rest) = start(from, segments)?;
        for (index, segment) in rest.iter().enumerate() {
            let child = [at.as_slice(), std::slice::from_ref(segment)].concat();
            if self.sources.contains_key(&child) {
                at = child;
                continue;
            }
            // A name that the module only passes on belongs to where it comes from.
            let exports = self.exports.get(&at).into_iter().flatten();
            let export = exports.into_iter().find(|export| export.segments.last() == Some(segment));
            let Some(export) = export.filter(|_| depth < 8) else { return Some(at) };
            let mut path = export.segments.clone();
            path.extend(rest[index + 1..].iter().cloned());
            return self.resolve(&at, &path, depth + 1).or(Some(at));
        }
        Some(at)
    }
}

/// The module at which a path begins, and what is left of the path.
fn start<'a>(from: &Module, segments: &'a [String]) -> Option<(Module, &'a [String])> {
    let root: Module = if top(from) == "local" { vec!["local".to_owned()] } else { Module::new() };
    let (first, mut rest) = segments.split_first()?;
    let mut at = match first.as_str() {
        "crate" => root,
        "self" => from.clone(),
        "super" => from.split_last()?.1.to_vec(),
        "codestral_local" => vec!["local".to_owned()],
        // Names of the module's own children, as in `pub use document::Document`.
        _ => return Some((from.clone(), segments)),
    };
    while let Some((_, further)) = rest.split_first().filter(|(next, _)| *next == "super") {
        at.pop();
        rest = further;
    }
    Some((at, rest))
}

fn module_of(path: &str) -> Module {
    let inner = path.trim_start_matches("src/").trim_end_matches(".rs");
    let mut parts: Module = inner.split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "lib") {
        parts.pop();
    }
    parts
}
