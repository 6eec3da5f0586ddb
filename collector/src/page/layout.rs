//! What every page has around it.

use maud::{DOCTYPE, Markup, html};

use crate::address;
use crate::answer::SAMPLE;
use crate::error::Error;

/// A whole document.
pub(super) fn document(title: &str, main: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                title { (title) " · headcount" }
                link rel="stylesheet" href=(address::STYLE);
                link rel="icon" href=(address::ICON) type="image/svg+xml";
            }
            body {
                a.skip href="#main" { "Skip to content" }
                header.top {
                    nav aria-label="Site" {
                        a.brand href=(address::OVERVIEW) {
                            img src=(address::ICON) alt="" width="22" height="22";
                            "headcount"
                        }
                        ul {
                            li { a href=(address::OVERVIEW) { "Libraries" } }
                            li { a href=(address::DATA) { "What is counted" } }
                            li { a href=(address::STATUS) { "Collector" } }
                        }
                    }
                }
                main id="main" { (main) }
                footer {
                    p { strong { "Who is counted. " } (SAMPLE) }
                    p { "This page loads nothing from anyone else, runs no script and sets no cookie." }
                }
            }
        }
    }
}

/// The page for an error.
pub(super) fn error(error: &Error) -> Markup {
    let status = error.status();
    let title = status.canonical_reason().unwrap_or("Error");
    let main = html! {
        div.title { h1 { (title) } }
        p.lead { (error) "." }
        p { a href=(address::OVERVIEW) { "See which libraries are here" } }
    };
    document(title, &main)
}
