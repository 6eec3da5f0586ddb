//! What is collected, kept and published: the data dictionary.

use headcount_report::limits::OPEN_WEEKS;
use maud::{Markup, html};

use super::layout;
use crate::store::Dimension;

/// What a section says, in the order of its fields.
const SAID: &[(&str, &str, &str)] = &[
    ("id", "a random number", "so that a report that is sent twice counts once"),
    ("library, version", "counted-library 1.4.2", "whose section it is"),
    ("origin", "developer, deployed", "whether it ran on a developer's machine or at a user's"),
    ("scanned", "yes or no", "whether the executables were read, so that what is linked is known"),
    ("sites", "linked, called, called>=100", "which parts of the library are used"),
    ("features", "std, tls", "which cargo features of the library are on"),
    ("rustc", "1.95", "which compilers the library has to build with"),
    ("target", "x86_64-unknown-linux-gnu", "which of rustc's own targets"),
    ("dependencies", "libz-sys 1.1.23", "which versions of its dependencies on crates.io"),
    ("system", "openssl 3.0.19", "which versions of system libraries"),
];

/// The page.
pub(super) fn page(publish_at: u64) -> Markup {
    let main = html! {
        div.title {
            h1 { "What is counted" }
            p.lead {
                "Once a week a machine whose owner agreed says, for each library version that its programs \
                used, which of the things below are so. Each such statement is a section. It stands alone: \
                nothing in it names a person, a machine or a program, and no two sections of one machine can \
                be told to belong together."
            }
        }
        section aria-labelledby="said" {
            div.bar { h2 id="said" { "What a section says" } }
            div.card.flush { table.wide {
                thead { tr { th scope="col" { "Field" } th scope="col" { "For example" } th scope="col" { "What for" } } }
                tbody { @for (field, example, purpose) in SAID {
                    tr { th scope="row" { code { (field) } } td { (example) } td { (purpose) } }
                } }
            } }
            p.detail.under {
                "Not in it: names of people, machines, programs and files; private crates; times other than \
                the week; how often something was used beyond the words above; any data of the program."
            }
        }
        section aria-labelledby="kept" {
            div.bar { h2 id="kept" { "What this collector keeps" } }
            div.card.flush { table.wide {
                thead { tr { th scope="col" { "Number of sections" } th scope="col" { "Published" } } }
                tbody { @for dimension in Dimension::ALL {
                    @let (kept, published) = described(*dimension);
                    tr { th scope="row" { (kept) } td { (published.text(publish_at)) } }
                } }
            } }
            p.detail.under {
                "For each week, library version and origin. Sections themselves are not kept: each raises these \
                numbers by one and is gone. Its random number is kept until its week closes, " (OPEN_WEEKS)
                " weeks after it ended, and addresses are kept nowhere."
            }
        }
    };
    layout::document("What is counted", &main)
}

/// When a number is published.
enum Published {
    Always,
    /// Once so many sections stand behind it.
    FromK,
    /// Values of which there are fewer, or whose complement there is less of, are told as `other`.
    KOnBothSides,
    Never,
}

impl Published {
    fn text(&self, k: u64) -> String {
        match self {
            Self::Always => "always".to_owned(),
            Self::FromK => {
                format!("once {k} sections of the versions that contain it stand behind it")
            }
            Self::KOnBothSides => {
                format!("values that at least {k} sections have; rarer ones together, as “other”")
            }
            Self::Never => "never; the operator can see it".to_owned(),
        }
    }
}

fn described(dimension: Dimension) -> (&'static str, Published) {
    match dimension {
        Dimension::Sections => ("of all", Published::Always),
        Dimension::Scanned => ("that were scanned", Published::Always),
        Dimension::Linked => ("that have a site linked", Published::FromK),
        Dimension::Called => ("that called a site", Published::FromK),
        Dimension::Called100 => ("that called it 100 times", Published::FromK),
        Dimension::Called10000 => ("that called it 10,000 times", Published::Never),
        Dimension::Rustc => ("with a version of rustc", Published::KOnBothSides),
        Dimension::Target => ("for a target", Published::KOnBothSides),
        Dimension::Feature => ("with a cargo feature on", Published::FromK),
        Dimension::Dependency => ("with a version of a dependency", Published::KOnBothSides),
        Dimension::System => ("with a version of a system library", Published::KOnBothSides),
        Dimension::UnknownSites => {
            ("with a site that its version's manifest has not", Published::Never)
        }
        Dimension::UnknownVersion => ("of versions that nobody registered", Published::Always),
        Dimension::UnknownLibrary => ("of libraries that nobody registered", Published::Never),
    }
}
