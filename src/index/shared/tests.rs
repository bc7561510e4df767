//! What comes in, stays and goes.

use super::*;

const URI: &str = "file:///w/a.rs";
const TEXT: &str = "fn first() {\n    second();\n}\n";

fn settings() -> Settings {
    Settings::default()
}

fn document(text: &str) -> Document {
    Document::new(URI, "rust", 1, text)
}

fn nowhere() -> Location {
    Location::nowhere()
}

fn found(path: &str) -> Location {
    Location { is_found: true, ..Location::named(Some(path.into()), vec![path.into()]) }
}

fn file(key: &str) -> File {
    File { key: key.into(), language: "rust".into(), text: TEXT.into() }
}

/// Open documents, files and bytes of text that an index knows.
#[track_caller]
fn check(index: &SharedIndex, open: usize, files: usize, bytes: usize) {
    let coverage = index.coverage();
    assert_eq!((coverage.open, coverage.files, coverage.bytes), (open, files, bytes));
}

#[test]
fn what_was_read_before_a_reset_does_not_come_in() {
    let index = SharedIndex::new(&settings());
    let before = index.epoch();
    index.reset(&settings());
    index.add(before, vec![file("/w/a.rs")]);
    check(&index, 0, 0, 0);
    index.add(index.epoch(), vec![file("/w/a.rs")]);
    index.remove(before, "/w/a.rs");
    check(&index, 0, 1, TEXT.len());
}

#[test]
fn a_reset_forgets_and_a_refresh_brings_open_documents_back_as_they_are_by_then() {
    let index = SharedIndex::new(&settings());
    index.open(&document(TEXT), &nowhere());
    index.reset(&settings());
    check(&index, 0, 0, 0);
    let edited = format!("{TEXT}\n");
    index.refresh(URI, &nowhere(), || Some(document(&edited)));
    check(&index, 1, 0, edited.len());
    index.refresh(URI, &nowhere(), || panic!("it is known already"));
}

#[test]
fn a_document_that_was_closed_meanwhile_is_not_brought_back() {
    let index = SharedIndex::new(&settings());
    index.refresh(URI, &nowhere(), || None);
    check(&index, 0, 0, 0);
}

#[test]
fn an_edit_brings_back_what_a_reset_has_forgotten() {
    let index = SharedIndex::new(&settings());
    index.open(&document(TEXT), &nowhere());
    index.reset(&settings());
    let edit = Edit { replaced: 0..0, inserted: "\n".into() };
    let edited = document(&format!("\n{TEXT}"));
    index.edit(&edited, &nowhere(), std::slice::from_ref(&edit));
    check(&index, 1, 0, TEXT.len() + 1);
    index.edit(&document(&format!("\n\n{TEXT}")), &nowhere(), &[edit]);
    check(&index, 1, 0, TEXT.len() + 2);
}

#[test]
fn an_edit_of_a_document_that_came_in_with_it_just_before_is_made_once() {
    let index = SharedIndex::new(&settings());
    let edited = document(&format!("\n{TEXT}"));
    index.refresh(URI, &found("/w/a.rs"), || Some(edited.clone()));
    // Its place was not found when the edit came.
    index.edit(&edited, &Location::default(), &[Edit { replaced: 0..0, inserted: "\n".into() }]);
    check(&index, 1, 0, TEXT.len() + 1);
}

#[test]
fn private_documents_are_left_out_until_they_are_opened_again() {
    let index = SharedIndex::new(&settings());
    let private = found("/w/.env");
    index.open(&document(TEXT), &private);
    let edit = Edit { replaced: 0..0, inserted: "\n".into() };
    index.edit(&document(&format!("\n{TEXT}")), &private, &[edit]);
    check(&index, 0, 0, 0);
}

#[test]
fn documents_of_one_path_are_apart_and_closing_one_forgets_no_other() {
    let index = SharedIndex::new(&settings());
    let of_file = || found("/w/a.rs");
    let twin = || Location { file: None, ..of_file() };
    let others =
        ["git:/w/a.rs", "vscode-notebook-cell:/w/a.rs#W0", "vscode-notebook-cell:/w/a.rs#W1", "untitled:/w/a.rs"];
    index.open(&document(TEXT), &of_file());
    for uri in others {
        index.open(&Document::new(uri, "rust", 1, TEXT), &twin());
    }
    // Another spelling of the same file's name is another document as well.
    index.open(&Document::new("file:///w/%61.rs", "rust", 1, TEXT), &of_file());
    check(&index, 6, 0, 6 * TEXT.len());
    for (closed, uri) in others.iter().enumerate() {
        index.close(uri);
        check(&index, 5 - closed, 0, (5 - closed) * TEXT.len());
    }
    index.close(URI);
    check(&index, 1, 0, TEXT.len());
    index.close("file:///w/%61.rs");
    index.add(index.epoch(), vec![file("/w/a.rs")]);
    index.open(&Document::new("git:/w/a.rs", "rust", 1, TEXT), &twin());
    index.close("git:/w/a.rs");
    check(&index, 0, 1, TEXT.len());
}

#[test]
fn what_is_found_to_be_private_is_forgotten() {
    let index = SharedIndex::new(&settings());
    index.open(&document(TEXT), &found("/w/a.rs"));
    check(&index, 1, 0, TEXT.len());
    let private = Location { names: vec!["/w/a.rs".into(), "/w/.env".into()], ..found("/w/a.rs") };
    index.refresh(URI, &private, || Some(document(TEXT)));
    check(&index, 0, 0, 0);
}

#[test]
fn a_document_comes_in_when_its_place_is_found_and_stays_while_that_is_looked_for_again() {
    let index = SharedIndex::new(&settings());
    let named = Location { is_found: false, ..found("/w/a.rs") };
    let edit = Edit { replaced: 0..0, inserted: "\n".into() };
    let edited = document(&format!("\n{TEXT}"));
    index.open(&document(TEXT), &named);
    index.edit(&edited, &named, std::slice::from_ref(&edit));
    index.refresh(URI, &named, || Some(edited.clone()));
    check(&index, 0, 0, 0);
    index.refresh(URI, &found("/w/a.rs"), || Some(edited.clone()));
    check(&index, 1, 0, TEXT.len() + 1);
    index.edit(&document(&format!("\n\n{TEXT}")), &named, &[edit]);
    index.refresh(URI, &named, || panic!("nothing is known that would change it"));
    check(&index, 1, 0, TEXT.len() + 2);
}
