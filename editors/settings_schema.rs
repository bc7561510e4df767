//! Writes `editors/settings.schema.json` anew, after the settings have changed: `cargo run --example settings_schema`.

use std::path::Path;
use std::{fs, io};

use codestral_ls::settings::generate_schema;

fn main() -> io::Result<()> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("editors/settings.schema.json");
    fs::write(path, format!("{:#}\n", generate_schema()))
}
