//! A copy of the examples, to be edited and built as a downstream user would.

use std::fs;
use std::path::{Path, PathBuf};

use crate::root;

/// The folders that the application is built from.
const FOLDERS: [&str; 6] = [
    "macros",
    "runtime",
    "build-support",
    "examples/counted-library",
    "examples/middle-crate",
    "examples/application",
];

/// A copy of the application with everything of this repository that it is built from.
#[derive(Debug)]
pub struct Downstream {
    folder: PathBuf,
}

impl Downstream {
    /// Copies the examples to a folder of this name, which always has the same path.
    ///
    /// # Panics
    /// When a file cannot be copied.
    #[must_use]
    pub fn copy(name: &str) -> Self {
        let folder = crate::fixtures().join("downstream").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder).expect("cannot remove the last copy");
        }
        for part in FOLDERS {
            copy(&root().join(part), &folder.join(part));
        }
        let workspace = fs::read_to_string(root().join("Cargo.toml")).expect("a workspace");
        let (before, members) = workspace.split_once("members = [").expect("members");
        let (_, after) = members.split_once(']').expect("an end of the members");
        let members: Vec<_> = FOLDERS[..5].iter().map(|part| format!("\"{part}\"")).collect();
        let workspace = format!("{before}members = [{}]{after}", members.join(", "));
        fs::write(folder.join("Cargo.toml"), workspace).expect("cannot write the workspace");
        Self { folder }
    }

    /// The application's folder.
    #[must_use]
    pub fn application(&self) -> PathBuf {
        self.folder.join("examples/application")
    }

    /// Replaces text that occurs exactly once in a file.
    ///
    /// # Panics
    /// When it does not.
    pub fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.folder.join(file);
        let text = fs::read_to_string(&path).expect("cannot read the file");
        assert_eq!(text.matches(from).count(), 1, "`{from}` in {file}");
        fs::write(path, text.replace(from, to)).expect("cannot write the file");
    }

    /// Replaces every annotation of headcount's in the libraries by equally many spaces; says how
    /// many there were.
    ///
    /// # Panics
    /// When a file cannot be read or written.
    #[must_use]
    pub fn blank_annotations(&self) -> usize {
        let sources = ["counted-library", "middle-crate"]
            .map(|name| self.folder.join("examples").join(name).join("src"));
        let files = sources.iter().flat_map(|folder| files(folder));
        files
            .map(|file| {
                let text = fs::read_to_string(&file).expect("cannot read the file");
                let (text, count) = blank(text);
                fs::write(file, text).expect("cannot write the file");
                count
            })
            .sum()
    }
}

/// Blanks attributes, macros and imports of headcount's.
fn blank(mut text: String) -> (String, usize) {
    const BEGINNINGS: [(&str, &str); 7] = [
        ("#[track_usage", "]"),
        ("#[headcount::track_usage", "]"),
        ("#[deprecated_tracked", "]"),
        ("#[headcount::deprecated_tracked", "]"),
        ("headcount::used!(", ";"),
        ("headcount::library!(", ";"),
        ("use headcount::", ";"),
    ];
    let mut count = 0;
    for (beginning, end) in BEGINNINGS {
        while let Some(start) = text.find(beginning) {
            let stop = start + end_of(&text[start..], end);
            let spaces: String = text[start..stop]
                .bytes()
                .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
                .collect();
            text.replace_range(start..stop, &spaces);
            count += 1;
        }
    }
    (text, count)
}

/// Where the first `end` outside of a string stops.
fn end_of(text: &str, end: &str) -> usize {
    let mut in_string = false;
    let mut escaped = false;
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if in_string => escaped = true,
            '"' => in_string = !in_string,
            _ if !in_string && text[at..].starts_with(end) => return at + end.len(),
            _ => {}
        }
    }
    panic!("no end of an annotation: {text}");
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("cannot read the folder");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

/// Copies sources: everything but targets.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("cannot make the folder");
    for path in files(from) {
        let name = path.file_name().expect("a name");
        if path.is_dir() && name != "target" {
            copy(&path, &to.join(name));
        } else if path.is_file() {
            fs::copy(&path, to.join(name)).expect("cannot copy");
        }
    }
}
