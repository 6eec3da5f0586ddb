//! `GET /v1/libraries/{library}/versions`

use axum::http::{StatusCode, header};
use headcount_collector::token::Token;
use serde_json::{Value, json};

use crate::support::{Served, check_refused, manifest, sections_with, sites};

const WEEK: &str = "2026-W46";

/// A collector that publishes from 20 sections on, with sections of `counted` 1.0.0.
async fn served(sections: &[(u32, Value)]) -> Served {
    let served = Served::new(20);
    served.register(&manifest("1.0.0", &sites())).await;
    let mut first = 1;
    for (n, fields) in sections {
        served.report(WEEK, &sections_with(first, *n, fields)).await;
        first += n;
    }
    served
}

/// The cells of one subject as `value count`.
fn cells(subject: &Value) -> Vec<String> {
    let cell =
        |cell: &Value| format!("{} {}", cell["value"].as_str().unwrap_or("other"), cell["count"]);
    subject["cells"].as_array().unwrap().iter().map(cell).collect()
}

/// All fields at once, so that none changes unseen.
#[tokio::test]
async fn a_distribution_has_shares_a_floor_and_weeks() {
    let old = json!({"system": {"openssl": ["1.0.2u"]}});
    let new = json!({"system": {"openssl": ["3.0.9"]}});
    let served = served(&[(40, old), (160, new), (5, json!({}))]).await;
    let mut answer = served.ask("versions?of=system&name=openssl&coverage=0.7").await;
    assert!(answer["sample"].take().as_str().unwrap().contains("volunteers"));
    let subject = &mut answer["subjects"][0];
    for field in [
        "/support/low",
        "/cells/0/share/low",
        "/cells/0/share/high",
        "/cells/1/share/low",
        "/cells/1/share/high",
    ] {
        assert!(subject.pointer_mut(field).unwrap().take().is_f64(), "{field}");
    }
    let share = |count, share| json!({"count": count, "share": share, "low": null, "high": null});
    let expected = json!({
        "library": "counted", "publish_at": 20, "origin": null, "line": null,
        "week": WEEK, "open": true, "origins": ["developer"], "sample": null,
        "unregistered_sections": 0, "coverage": 0.7,
        "subjects": [{
            "of": "system", "name": "openssl", "n": 200,
            "cells": [
                {"value": "1.0.2u", "count": 40, "share": share(40, 0.2)},
                {"value": "3.0.9", "count": 160, "share": share(160, 0.8)},
            ],
            "support": {
                "from": "3.0.9", "covers": true, "values": ["3.0.9"], "count": 160, "share": 0.8, "low": null,
            },
            "series": [{"week": WEEK, "open": true, "n": 200, "cells": [
                {"value": "1.0.2u", "count": 40}, {"value": "3.0.9", "count": 160},
            ]}],
        }],
    });
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn a_version_that_few_have_is_told_nowhere() {
    let of = |rustc: &str| json!({"rustc": [rustc], "dependencies": {"libz-sys": ["1.1.23"]}});
    let rare = json!({"rustc": ["1.95"], "dependencies": {"their-own": ["1.0.0"]}});
    let served = served(&[(30, of("1.93")), (19, of("1.94")), (50, of("1.95")), (9, rare)]).await;
    let answer = served.ask("versions").await;
    let subjects = answer["subjects"].as_array().unwrap();
    let named: Vec<_> = subjects.iter().map(|subject| (&subject["of"], &subject["name"])).collect();
    let name = |of, name: Value| (json!(of), name);
    let expected = [
        name("library", json!(null)),
        name("rustc", json!(null)),
        name("target", json!(null)),
        name("dependency", json!("libz-sys")),
    ];
    assert_eq!(named, expected.iter().map(|(of, name)| (of, name)).collect::<Vec<_>>());
    assert_eq!(cells(&subjects[0]), ["1.0.0 108"]);
    // One more than the 19 is hidden, so that the others are not just these.
    assert_eq!(cells(&subjects[1]), ["other 20", "1.93 30", "1.95 58"]);
    assert_eq!(cells(&subjects[2]), [""; 0]);
    assert!(!answer.to_string().contains("1.94") && !answer.to_string().contains("their-own"));
}

#[tokio::test]
async fn the_operator_sees_what_is_not_published() {
    let served = served(&[(30, json!({"rustc": ["1.93"]})), (3, json!({"rustc": ["1.94"]}))]).await;
    let path = "/v1/libraries/counted/versions?of=rustc";
    let (status, answer) = served.get_with(&served.operator, path).await;
    assert_eq!((status, &answer["publish_at"]), (StatusCode::OK, &json!(1)));
    assert_eq!(cells(&answer["subjects"][0]), ["1.93 30", "1.94 3"]);
    let refused = served.get_with(&served.token, path).await;
    check_refused(refused, StatusCode::FORBIDDEN, "token add --operator");
    let unknown = Token::generate().unwrap();
    check_refused(served.get_with(&unknown, path).await, StatusCode::FORBIDDEN, "--operator");
    // It is not a token of the library.
    let put = served.put("/v1/libraries/counted/manifests/1.0.1", &manifest("1.0.1", &sites()));
    assert_eq!(served.json(put).await.0, StatusCode::CREATED);
    let mut put = served.put("/v1/libraries/counted/manifests/1.0.2", &manifest("1.0.2", &sites()));
    let bearer = format!("Bearer {}", served.operator);
    put.headers_mut().insert(header::AUTHORIZATION, bearer.parse().unwrap());
    check_refused(served.json(put).await, StatusCode::FORBIDDEN, "does not register");
}

/// All sections less those of developers are the deployed ones.
#[tokio::test]
async fn no_difference_of_origins_tells_what_few_have() {
    let of = |origin: &str, rustc: &str| json!({"origin": origin, "rustc": [rustc]});
    let served = served(&[
        (60, of("developer", "1.95")),
        (30, of("developer", "1.80")),
        (50, of("deployed", "1.95")),
        (3, of("deployed", "1.80")),
    ])
    .await;
    let rustc = async |query: &str| {
        cells(&served.ask(&format!("versions?of=rustc{query}")).await["subjects"][0])
    };
    assert_eq!(rustc("").await, ["1.80 33", "1.95 110"]);
    // 17 or more of the 33 could as well be deployed, for all that is told.
    assert_eq!(rustc("&origin=developer").await, ["other 33", "1.95 57"]);
    assert_eq!(rustc("&origin=deployed").await, ["other 53"]);
    let both = served.ask("versions?of=rustc&origin=developer&line=latest").await;
    let (rustc, n) = (&both["subjects"][0], &both["subjects"][0]["n"]);
    assert_eq!((cells(rustc), n), (vec![], &json!(null)));
}

#[tokio::test]
async fn only_the_latest_release_line_can_be_asked_for() {
    let served = Served::new(20);
    for version in ["1.0.0", "2.0.0", "2.1.0"] {
        served.register(&manifest(version, &sites())).await;
    }
    let of = |version: &str, openssl: &str| json!({"version": version, "system": {"openssl": [openssl]}});
    for (first, n, fields) in [
        (1, 60, of("1.0.0", "1.0.2u")),
        (101, 40, of("2.0.0", "3.0.9")),
        (201, 100, of("2.1.0", "3.0.9")),
    ] {
        served.report(WEEK, &sections_with(first, n, &fields)).await;
    }
    let answer = served.ask("versions?line=latest").await;
    assert_eq!(answer["line"], "2");
    assert_eq!(cells(&answer["subjects"][0]), ["2.0.0 40", "2.1.0 100"]);
    assert_eq!(cells(&answer["subjects"][3]), ["3.0.9 140"]);
    let all = served.ask("versions").await;
    assert_eq!(cells(&all["subjects"][3]), ["1.0.2u 60", "3.0.9 140"]);
}

#[tokio::test]
async fn bad_questions_are_refused_by_name() {
    let served = served(&[]).await;
    for (query, status, because) in [
        ("?coverage=1", StatusCode::BAD_REQUEST, "coverage is a share from 0.5 to 0.9999"),
        ("?weeks=262", StatusCode::BAD_REQUEST, "weeks is a number from 1 to 261"),
        ("?of=everything", StatusCode::BAD_REQUEST, "everything"),
        ("?week=W47", StatusCode::BAD_REQUEST, "ISO week"),
        ("?line=1", StatusCode::BAD_REQUEST, "latest"),
        ("?name=nothing", StatusCode::NOT_FOUND, "versions of `nothing`"),
    ] {
        let path = format!("/v1/libraries/counted/versions{query}");
        check_refused(served.get(&path).await, status, because);
    }
}
