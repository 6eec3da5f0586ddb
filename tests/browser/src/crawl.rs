//! Which addresses there are.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How many addresses of one shape are opened: one library stands for all, another for whoever is
/// not like the first.
const PER_SHAPE: usize = 2;

/// How many with the same parameters: the page is the same, and only asked something else.
const PER_QUESTION: usize = 1;

/// Every address that was found from a first one on, each shape a few times.
#[derive(Debug, Default)]
pub struct Crawl {
    found: BTreeSet<String>,
    waiting: VecDeque<String>,
    shapes: BTreeMap<String, usize>,
}

impl Crawl {
    /// Begins at an address.
    #[must_use]
    pub fn from(start: &str) -> Self {
        let mut crawl = Self::default();
        crawl.add(start.to_owned());
        crawl
    }

    /// Adds an address, such as `/libraries/a?weeks=4`, unless enough like it were added.
    pub fn add(&mut self, address: String) {
        if !self.found.insert(address.clone()) {
            return;
        }
        let limit = if address.contains('?') { PER_QUESTION } else { PER_SHAPE };
        let count = self.shapes.entry(shape(&address)).or_default();
        *count += 1;
        if *count <= limit {
            self.waiting.push_back(address);
        }
    }
}

impl Iterator for Crawl {
    type Item = String;

    /// The next address to open.
    fn next(&mut self) -> Option<String> {
        self.waiting.pop_front()
    }
}

/// What an address is about, whichever it is: names of collections and of parameters stay. As in
/// `/libraries/NAME/sites/PATH`, every second part of a path is a name that someone gave.
fn shape(address: &str) -> String {
    let (path, query) = address.split_once('?').unwrap_or((address, ""));
    let parts = path.trim_start_matches('/').split('/').enumerate();
    let parts: Vec<_> = parts.map(|(at, part)| if at % 2 == 0 { part } else { "*" }).collect();
    let names = query.split('&').filter_map(|pair| pair.split('=').next());
    let names: BTreeSet<_> = names.filter(|name| !name.is_empty()).collect();
    format!("/{}?{}", parts.join("/"), names.into_iter().collect::<Vec<_>>().join("&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(address: &str, expected: &str) {
        assert_eq!(shape(address), expected);
    }

    #[test]
    fn names_that_someone_gave_are_no_part_of_a_shape() {
        check("/", "/?");
        check("/libraries/a", "/libraries/*?");
        check("/libraries/a/sites/b::c", "/libraries/*/sites/*?");
        check("/libraries/a?weeks=4&threshold=0.1", "/libraries/*?threshold&weeks");
    }

    #[test]
    fn an_address_is_opened_once_and_a_shape_a_few_times() {
        let mut crawl = Crawl::from("/");
        for library in ["a", "b", "a", "c", "d"] {
            crawl.add(format!("/libraries/{library}"));
        }
        crawl.add("/libraries/a?weeks=4".to_owned());
        crawl.add("/libraries/a?weeks=8".to_owned());
        let opened: Vec<_> = crawl.collect();
        assert_eq!(opened, ["/", "/libraries/a", "/libraries/b", "/libraries/a?weeks=4"]);
    }
}
