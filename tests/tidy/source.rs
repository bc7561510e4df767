//! The sources as a reader of rules needs them: what each file names outside of its tests.

use std::fs;
use std::path::{Path, PathBuf};

use proc_macro2::{TokenStream, TokenTree};
use syn::visit::{self, Visit};
use syn::{Attribute, Item, UseTree};

/// One source file.
pub struct Source {
    /// Below the repository, with `/` on every system.
    pub path: String,
    pub text: String,
    file: syn::File,
}

/// One path that the code names, such as `crate::text::Position`, with the line it stands in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    pub segments: Vec<String>,
    pub line: usize,
    pub how: How,
}

impl Named {
    fn new(path: &syn::Path, how: How) -> Self {
        let segments = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        Self { segments, line: path.segments.first().map_or(0, |first| first.ident.span().start().line), how }
    }
}

/// How a path is named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// By a `use`.
    Import,
    /// By a `pub use`: whoever names it by this module means what is behind it.
    Export,
    /// As a macro that is called.
    Macro,
    /// In any other way.
    Mention,
}

impl Source {
    pub fn in_src(&self) -> bool {
        self.path.starts_with("src/")
    }

    /// Whether the file holds nothing but tests.
    pub fn is_test(&self) -> bool {
        !self.in_src() || self.path.ends_with("/tests.rs") || self.path.contains("/tests/")
    }

    /// All paths of the file that are no test's: imports, expressions, types, and what stands in macros.
    pub fn names(&self) -> Vec<Named> {
        let mut reader = Reader::default();
        reader.visit_file(&self.file);
        reader.found
    }
}

/// All sources below `folders` of the repository.
pub fn sources(folders: &[&str]) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let paths = folders.iter().flat_map(|folder| files(&root.join(folder)));
    let read = |path: PathBuf| {
        let name = path.strip_prefix(root).expect("below the repository").to_string_lossy().replace('\\', "/");
        let text = fs::read_to_string(&path).expect("sources are UTF-8");
        let file = syn::parse_file(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        Source { path: name, text, file }
    };
    paths.map(read).collect()
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder can be read").flatten().map(|entry| entry.path());
    let found = entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] });
    // `tests/unfinished` is for the embedded engine to finish: no Rust yet.
    let is_source = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "rs");
    found.filter(|path| is_source(path) && !path.components().any(|part| part.as_os_str() == "unfinished")).collect()
}

#[derive(Default)]
struct Reader {
    found: Vec<Named>,
}

impl<'a> Visit<'a> for Reader {
    fn visit_item(&mut self, item: &'a Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            Item::Struct(item) => &item.attrs,
            Item::Enum(item) => &item.attrs,
            Item::Const(item) => &item.attrs,
            Item::Static(item) => &item.attrs,
            Item::Type(item) => &item.attrs,
            Item::Macro(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            _ => return visit::visit_item(self, item),
        };
        if !is_for_tests(attributes) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'a syn::ItemUse) {
        let is_private = matches!(item.vis, syn::Visibility::Inherited);
        self.import(&item.tree, &mut Vec::new(), if is_private { How::Import } else { How::Export });
    }

    fn visit_vis_restricted(&mut self, _: &'a syn::VisRestricted) {
        // The path in `pub(crate)` says who may use something, and uses nothing.
    }

    fn visit_path(&mut self, path: &'a syn::Path) {
        self.found.push(Named::new(path, How::Mention));
        visit::visit_path(self, path);
    }

    fn visit_macro(&mut self, invoked: &'a syn::Macro) {
        self.found.push(Named::new(&invoked.path, How::Macro));
        self.tokens(invoked.tokens.clone());
    }
}

impl Reader {
    fn import(&mut self, tree: &UseTree, prefix: &mut Vec<String>, how: How) {
        let last = match tree {
            UseTree::Path(path) => {
                prefix.push(path.ident.to_string());
                self.import(&path.tree, prefix, how);
                prefix.pop();
                return;
            }
            UseTree::Group(group) => return group.items.iter().for_each(|tree| self.import(tree, prefix, how)),
            UseTree::Name(name) => &name.ident,
            UseTree::Rename(rename) => &rename.ident,
            UseTree::Glob(_) => {
                let segments = [prefix.as_slice(), &["*".to_owned()]].concat();
                return self.found.push(Named { segments, line: 0, how });
            }
        };
        let mut segments = prefix.clone();
        if last != "self" {
            segments.push(last.to_string());
        }
        self.found.push(Named { segments, line: last.span().start().line, how });
    }

    /// Paths among the tokens of a macro, which no parser knows the grammar of.
    fn tokens(&mut self, tokens: TokenStream) {
        let mut path: Option<Named> = None;
        let mut colons = 0;
        for token in tokens {
            match token {
                TokenTree::Ident(ident) => {
                    if colons != 2 {
                        self.found.extend(path.take());
                    }
                    let line = ident.span().start().line;
                    path.get_or_insert_with(|| Named { segments: vec![], line, how: How::Mention })
                        .segments
                        .push(ident.to_string());
                    colons = 0;
                }
                TokenTree::Punct(punct) if punct.as_char() == ':' => colons += 1,
                other => {
                    self.found.extend(path.take());
                    colons = 0;
                    if let TokenTree::Group(group) = other {
                        self.tokens(group.stream());
                    }
                }
            }
        }
        self.found.extend(path);
    }
}

fn is_for_tests(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        let cfg = attribute.path().is_ident("cfg")
            && attribute.parse_args::<syn::Path>().is_ok_and(|path| path.is_ident("test"));
        cfg || attribute.path().is_ident("test")
    })
}
