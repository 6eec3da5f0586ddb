//! `/`, `/libraries/{library}` and what they load

use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode, header};

use serde_json::json;

use crate::support::{Served, manifest, sections, sections_with, sites};

const PAGES: [&str; 8] = [
    "/",
    "/data",
    "/status",
    "/libraries/counted",
    "/libraries/counted/removal",
    "/libraries/counted/versions",
    "/libraries/counted/features",
    "/libraries/counted/sites/Client%3A%3Aold",
];

async fn page(served: &Served, path: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let (status, headers, body) = served.send(request).await;
    (status, headers, String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn a_library_has_a_page_with_verdict_share_and_sample() {
    let served = Served::with_library().await;
    served.report("2026-W47", &sections(1, "1.0.0", 40, 10)).await;
    let (status, _, html) = page(&served, "/libraries/counted/removal").await;
    assert_eq!(status, StatusCode::OK);
    for text in [
        "<h1>counted</h1>",
        "Client::old",
        "not yet",
        "25 %",
        "10 of 40 sections called it",
        "2026-W47",
        "developer machines",
        "volunteers",
        "use <code>a</code>",
        "<caption",
    ] {
        assert!(html.contains(text), "`{text}` is not on the page");
    }
}

#[tokio::test]
async fn the_question_can_be_changed_on_the_page() {
    let served = Served::with_library().await;
    let (_, _, html) = page(&served, "/libraries/counted/removal?threshold=0.05&weeks=7").await;
    assert!(html.contains("<option value=\"0.05\" selected>5 %</option>"));
    assert!(html.contains("<option value=\"7\" selected>7 in a row</option>"));
    let (status, _, html) = page(&served, "/libraries/counted/removal?threshold=7").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(html.contains("threshold is a share"));
}

#[tokio::test]
async fn a_share_below_k_is_on_no_page() {
    let served = Served::new(20);
    served.register(&manifest("1.0.0", &sites())).await;
    served.report("2026-W47", &sections(1, "1.0.0", 19, 7)).await;
    let (_, _, html) = page(&served, "/libraries/counted/removal").await;
    assert!(html.contains("published from 20"));
    assert!(!html.contains("7 of 19") && !html.contains("37 %"));
}

#[tokio::test]
async fn a_version_without_a_manifest_is_pointed_out() {
    let served = Served::with_library().await;
    served.report("2026-W47", &sections(1, "1.1.0", 2, 0)).await;
    let (_, _, html) = page(&served, "/libraries/counted").await;
    assert!(html.contains("2 sections came from versions that nobody registered"));
}

/// The weeks are those of its charts; a verdict rests on half a year.
#[tokio::test]
async fn a_summary_says_the_same_of_removal_whatever_weeks_it_shows() {
    let served = Served::with_library().await;
    served.report("2026-W45", &sections(1, "1.0.0", 40, 40)).await;
    served.report("2026-W47", &sections(100, "1.0.0", 40, 0)).await;
    for query in ["", "/removal", "?weeks=1", "?weeks=261"] {
        let (_, _, html) = page(&served, &format!("/libraries/counted{query}")).await;
        assert!(html.contains("badge not-yet"), "`{query}`: {html}");
    }
}

#[tokio::test]
async fn what_is_no_longer_told_has_its_weeks_all_the_same() {
    let served = Served::with_library().await;
    let openssl = json!({"system": {"openssl": ["3.0.19"]}});
    served.report("2026-W45", &sections_with(1, 30, &openssl)).await;
    served.report("2026-W46", &sections(100, "1.0.0", 30, 0)).await;
    let (_, _, html) = page(&served, "/libraries/counted/versions").await;
    assert!(html.contains("30 sections") && !html.contains("openssl"), "{html}");
    let path = "/libraries/counted/versions?of=system&name=openssl";
    let (status, _, html) = page(&served, path).await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("3.0.19"), "{html}");
}

#[tokio::test]
async fn the_overview_links_to_every_library() {
    let served = Served::new(1);
    let (_, _, html) = page(&served, "/").await;
    assert!(html.contains("Nobody is registered yet"));
    served.register(&manifest("1.0.0", &sites())).await;
    let (status, _, html) = page(&served, "/").await;
    assert_eq!(status, StatusCode::OK);
    assert!(html.contains("href=\"/libraries/counted\""));
}

#[tokio::test]
async fn what_is_not_there_has_a_page_that_says_so() {
    let served = Served::with_library().await;
    for path in [
        "/libraries/nobody",
        "/libraries/a%20b",
        "/libraries/counted/sites/no::such",
        "/libraries/counted/sites/%20",
        "/libraries/counted/versions?of=system&name=openssl",
        "/nowhere",
        "/libraries",
    ] {
        let (status, headers, html) = page(&served, path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(headers[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/html"));
        assert!(html.contains("<h1>Not Found</h1>"), "{path}");
    }
}

/// A form sends the fields that were left empty, too.
#[tokio::test]
async fn a_field_that_was_left_empty_asks_for_nothing() {
    let served = Served::with_library().await;
    for page_of in ["removal", "versions", "features"] {
        let path = format!("/libraries/counted/{page_of}?origin=&line=");
        assert_eq!(page(&served, &path).await.0, StatusCode::OK, "{path}");
    }
    let (status, _, html) = page(&served, "/libraries/counted/features?origin=moon").await;
    assert_eq!(status, StatusCode::BAD_REQUEST, "{html}");
}

#[tokio::test]
async fn a_view_is_kept_from_page_to_page() {
    let served = Served::with_library().await;
    let (_, _, html) =
        page(&served, "/libraries/counted/features?origin=deployed&line=latest").await;
    assert!(
        html.contains("href=\"/libraries/counted/removal?origin=deployed&amp;line=latest\""),
        "{html}"
    );
    assert!(html.contains("<option value=\"deployed\" selected>"), "{html}");
}

#[tokio::test]
async fn libraries_are_looked_up_by_a_part_of_their_name() {
    let served = Served::with_library().await;
    for (path, is_found) in [("/?for=coun", true), ("/?for=COUN", true), ("/?for=tokio", false)] {
        let (status, _, html) = page(&served, path).await;
        assert_eq!(status, StatusCode::OK);
        assert_eq!(html.contains("href=\"/libraries/counted\""), is_found, "{path}");
    }
}

/// The policy forbids all but the page's own files; nothing on it asks for more.
#[tokio::test]
async fn a_page_asks_nobody_else_for_anything() {
    let served = Served::with_library().await;
    served.report("2026-W47", &sections(1, "1.0.0", 40, 10)).await;
    for path in PAGES.into_iter().chain(["/libraries/nobody"]) {
        let (_, headers, html) = page(&served, path).await;
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap();
        assert!(policy.starts_with("default-src 'none'; style-src 'self';"), "{policy}");
        for text in ["<script", "style=\"", "://", "src=\"//", "href=\"//", "onclick"] {
            assert!(!html.contains(text), "`{text}` is on {path}");
        }
    }
    for (path, content) in [("/style.css", "text/css"), ("/icon.svg", "image/svg+xml")] {
        let (status, headers, _) = page(&served, path).await;
        assert_eq!(status, StatusCode::OK);
        assert!(headers[header::CONTENT_TYPE].to_str().unwrap().starts_with(content));
    }
}
