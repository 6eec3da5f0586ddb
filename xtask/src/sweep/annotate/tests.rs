use std::collections::BTreeSet;

use super::*;

fn annotated(text: &str) -> Annotated {
    file(text, false, &BTreeSet::new()).unwrap()
}

fn names(annotated: &Annotated) -> Vec<&str> {
    annotated.functions.iter().map(|function| function.name.as_str()).collect()
}

/// What is left when the annotations are taken out again.
fn without(text: &str) -> String {
    text.replace(LIBRARY, "").replace(TRACK, "").replace(SKIP, "")
}

#[test]
fn functions_and_blocks() {
    let text = "\
//! Übersicht.
#![allow(x)]

/// Doc — and more.
#[inline]
pub async unsafe fn free() {}
pub(crate) fn inside() {}
fn private() {}
pub const fn constant() {}

unsafe impl<T> Type<T> {
    /// Doc.
    #[must_use] pub const fn len(&self) -> usize { 1 }
    pub fn get(&self) {}
    fn private(&self) {}
}
impl Trait for Type { fn get(&self) {} }
impl Type { pub const fn only() {} fn private(&self) {} }
";
    let annotated = file(text, true, &BTreeSet::new()).unwrap();
    assert_eq!(
        annotated.text,
        "\
//! Übersicht.
#![allow(x)]

headcount::library!(); /// Doc — and more.
#[inline]
#[headcount::track_usage] pub async unsafe fn free() {}
pub(crate) fn inside() {}
fn private() {}
pub const fn constant() {}

#[headcount::track_usage] unsafe impl<T> Type<T> {
    /// Doc.
    #[must_use] #[headcount::track_usage(skip)] pub const fn len(&self) -> usize { 1 }
    pub fn get(&self) {}
    fn private(&self) {}
}
impl Trait for Type { fn get(&self) {} }
impl Type { pub const fn only() {} fn private(&self) {} }
"
    );
    let blanked = blanked(&annotated.text);
    assert_eq!(blanked.len(), annotated.text.len());
    assert_eq!(blanked.replace(' ', ""), text.replace(' ', ""));
    let unchanged = unchanged(&annotated.text);
    assert_eq!(unchanged.len(), annotated.text.len());
    assert_eq!(unchanged.matches("#[unchanged::track_usage").count(), 3);
    assert_eq!(names(&annotated), ["free", "get"]);
    assert_eq!(annotated.constant, 3);
    assert_eq!(annotated.functions[0].lines, 4..=6);
    assert_eq!(annotated.functions[1].block, Some(11..=16));
}

#[test]
fn nothing_but_annotations_is_inserted() {
    let texts = [
        "\u{feff}// \u{1f980}\r\npub fn a() {}\r\nmod b { pub fn c() {} }\r\n",
        "pub fn a(){let s=\"pub fn b(){}\";}pub fn c(){}",
        "impl A { pub fn r#fn(&self) { fn inner() {} } pub const fn c() {} }",
        "#![no_std]",
        "",
    ];
    for text in texts {
        let annotated = file(text, true, &BTreeSet::new()).unwrap();
        assert_eq!(without(&annotated.text), text);
        assert_eq!(annotated.text.lines().count().max(1), text.lines().count().max(1));
        assert!(annotated.text.contains(LIBRARY));
    }
}

#[test]
fn names_that_shadow_each_other_are_told_by_their_lines() {
    let text = "\
pub fn get() {
    pub fn get() {}
}
mod inner {
    pub fn get() {}
    impl super::Type {
        pub fn get(&self) {}
        pub fn set(&self) {}
    }
}
";
    assert_eq!(names(&annotated(text)), ["get", "get", "get", "set"]);
    let annotated = file(text, false, &BTreeSet::from([5, 7])).unwrap();
    assert_eq!(names(&annotated), ["get", "set"]);
    assert_eq!(
        annotated.text,
        "\
#[headcount::track_usage] pub fn get() {
    pub fn get() {}
}
mod inner {
    pub fn get() {}
    #[headcount::track_usage] impl super::Type {
        #[headcount::track_usage(skip)] pub fn get(&self) {}
        pub fn set(&self) {}
    }
}
"
    );
    assert_eq!(without(&annotated.text), text);
}

#[test]
fn a_block_of_which_nothing_is_left_is_left_alone() {
    let text = "impl Type {\n    pub fn get(&self) {}\n}\n";
    assert_eq!(file(text, false, &BTreeSet::from([2])).unwrap().text, text);
}

#[test]
fn macros_and_tests_are_not_looked_into() {
    let text = "\
macro_rules! m { () => { pub fn a() {} } }
m! { pub fn b() {} }
#[cfg(test)] pub fn c() {}
#[cfg(all(test, unix))] impl Type { pub fn d() {} }
#[cfg(test)] mod tests { pub fn e() {} }
";
    assert_eq!(annotated(text).text, text);
    let text = "#[cfg(not(test))] pub fn a() {}\n#[cfg(any(test, unix))] pub fn b() {}\n";
    assert_eq!(names(&annotated(text)), ["a", "b"]);
}

#[test]
fn modules_in_files_are_found() {
    let text = "\
mod a;
#[path = \"there.rs\"] mod b;
#[cfg_attr(unix, path = \"unix.rs\")] #[cfg_attr(windows, path = \"win.rs\")] mod c;
mod d { mod e; }
cfg_if! { if #[cfg(unix)] { mod f; } else { use x; } }
#[cfg(test)] mod tests;
";
    let modules = annotated(text).modules;
    let found: Vec<_> = modules
        .iter()
        .map(|Module { name, paths, inside }| (name.as_str(), paths.len(), inside.len()))
        .collect();
    assert_eq!(found, [("a", 0, 0), ("b", 1, 0), ("c", 2, 0), ("e", 0, 1), ("f", 0, 0)]);
}

#[test]
fn the_root_of_a_test_becomes_a_library_and_stays_so() {
    let text = "#![allow(x)]\n#[path = \"../src/a.rs\"]\nmod a;\npub fn b() {}\n";
    let annotated = library_only(text).unwrap();
    assert!(annotated.starts_with("#![allow(x)]\nheadcount::library!(); #[path"));
    assert_eq!(annotated.replace(LIBRARY, ""), text);
}
