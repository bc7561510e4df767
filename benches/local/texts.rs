//! The texts that the embedded engine is tried on, and an index of them.

use std::{fs, path::PathBuf, time::Duration};

use codestral_local::{File, Index, SEGMENT_BYTES, Segment, indexable};

use crate::{
    corpus::{self, Error, Half, Language},
    evaluate::quickest,
};

/// Memory the index may use here: no corpus should be cut.
pub const LIMIT: usize = 4 << 30;

/// Where texts come from.
pub enum Source {
    /// The pinned corpus: one half of it, or all.
    Pinned(Language, Option<Half>),
    /// Files below folders with one of these extensions.
    Folders(Vec<PathBuf>, Vec<String>),
}

/// The files of a source that the server would index.
pub fn read(source: &Source) -> Result<Vec<File>, Error> {
    let files = match source {
        Source::Pinned(language, half) => pinned(*language, *half)?.into_iter().map(|(_, file)| file).collect(),
        Source::Folders(folders, extensions) => below(folders, extensions),
    };
    let bytes: usize = files.iter().map(|file| file.text.len()).sum();
    println!("corpus: {} files, {:.1} MB", files.len(), bytes as f64 / 1e6);
    if files.is_empty() {
        return Err("no files to index: see --help".into());
    }
    Ok(files)
}

/// The files of the pinned corpus that the server would index, each with its package.
pub fn pinned(language: Language, half: Option<Half>) -> Result<Vec<(String, File)>, Error> {
    let mut texts = corpus::read(language)?;
    texts.retain(|text| half.is_none_or(|half| half == text.half()) && indexable(text.text.as_bytes()).is_ok());
    println!("fingerprint of the corpus: {:016x}", corpus::fingerprint(&texts));
    let file = |text: corpus::Text| {
        (text.package, File { key: text.path.into(), language: language.id().into(), text: text.text })
    };
    Ok(texts.into_iter().map(file).collect())
}

fn below(roots: &[PathBuf], extensions: &[String]) -> Vec<File> {
    let (mut files, mut folders) = (Vec::new(), roots.to_vec());
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        for path in entries.map(|entry| entry.path()) {
            let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
            if path.is_dir() {
                folders.push(path);
            } else if extensions.iter().any(|wanted| wanted == extension) {
                let bytes = fs::read(&path).unwrap_or_default();
                let Ok(text) = indexable(&bytes) else { continue };
                let key = path.to_string_lossy().replace('\\', "/").into();
                files.push(File { key, language: extension.into(), text: text.into() });
            }
        }
    }
    files.sort_by(|a, b| a.key.cmp(&b.key));
    files
}

/// Builds the index as a server would, and says what that took.
pub fn index(files: &[File]) -> Index {
    let mut times = Vec::new();
    let index = built(files, |batch| {
        let (segment, time) = quickest(|| Segment::build(batch.clone()));
        times.push(time);
        segment
    });
    let coverage = index.coverage();
    println!(
        "index: {:.1} MB/s, slowest segment {:?}, {:.2} bytes of memory a byte, {} files, {} segments",
        coverage.bytes as f64 / 1e6 / times.iter().sum::<Duration>().as_secs_f64(),
        times.iter().max().copied().unwrap_or_default(),
        coverage.memory as f64 / coverage.bytes as f64,
        coverage.files,
        index.slots().len(),
    );
    index
}

/// An index of `files`, a segment at a time.
pub fn built(files: &[File], mut build: impl FnMut(Vec<File>) -> Segment) -> Index {
    let mut index = Index::new(LIMIT);
    let (mut batch, mut size) = (Vec::new(), 0);
    for (n, file) in files.iter().enumerate() {
        size += file.text.len();
        batch.push(file.clone());
        if size < SEGMENT_BYTES && n + 1 < files.len() {
            continue;
        }
        index.add(build(std::mem::take(&mut batch)));
        size = 0;
    }
    index
}
