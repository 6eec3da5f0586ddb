//! `GET /v1/libraries/{library}/removal`

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Served, manifest, section, sections, sites};

/// All fields at once, so that none changes unseen.
#[tokio::test]
async fn one_section_is_answered_as_one() {
    let served = Served::with_library().await;
    served.report("2026-W47", &sections(1, "1.0.0", 1, 1)).await;
    let mut answer = served.removal("").await;
    let sample = answer["sample"].take();
    assert!(sample.as_str().unwrap().contains("volunteers"));
    let text = answer["sites"][0]["verdict"]["text"].take();
    assert!(text.as_str().unwrap().starts_with("Not yet: 1 of 1 section called"), "{text}");
    for share in ["called", "linked"] {
        let low = answer["sites"][0][share]["low"].take();
        assert!((low.as_f64().unwrap() - 0.0513).abs() < 1e-4, "{low}");
    }
    let week_confidence = answer["week_confidence"].as_f64().unwrap();
    assert!((week_confidence - (1.0 - 0.05 / 13.0)).abs() < 1e-9);
    answer["week_confidence"] = json!(0.996);
    let share = json!({"count": 1, "share": 1.0, "low": null, "high": 1.0});
    let mut linked = share.clone();
    linked["n"] = json!(1);
    let expected = json!({
        "library": "counted", "publish_at": 1, "origin": null, "line": null,
        "threshold": 0.01, "confidence": 0.95, "week_confidence": 0.996, "weeks_wanted": 4,
        "week": "2026-W47", "open": true, "weeks": [], "origins": ["developer"], "sample": null, "unregistered_sections": 0,
        "sites": [{
            "path": "Client::old", "kind": "method",
            "deprecated": {"since": "1.0.0", "note": "use `a`"},
            "versions": ["1.0.0"], "gone_in": null, "n": 1, "called": share, "linked": linked,
            "trend": null,
            "series": [{"week": "2026-W47", "open": true, "n": 1, "called": 1, "upper_bound": 1.0}],
            "verdict": {"kind": "not_yet", "text": null, "more_sections": null},
        }],
    });
    assert_eq!(answer, expected);
}

#[tokio::test]
async fn no_share_is_published_below_k() {
    let served = Served::new(20);
    served.register(&manifest("1.0.0", &sites())).await;
    served.report("2026-W47", &sections(1, "1.0.0", 19, 19)).await;
    let answer = served.removal("").await;
    let site = &answer["sites"][0];
    assert_eq!(
        (&site["n"], &site["called"], &site["linked"]),
        (&json!(19), &json!(null), &json!(null))
    );
    assert_eq!(site["series"][0]["called"], json!(null));
    assert_eq!(site["verdict"]["kind"], "not_enough_sections");
    assert_eq!(site["verdict"]["more_sections"], 535 + 3 * 554);
    served.report("2026-W47", &sections(20, "1.0.0", 1, 0)).await;
    let site = &served.removal("").await["sites"][0];
    assert_eq!(
        (&site["called"]["count"], &site["verdict"]["kind"]),
        (&json!(19), &json!("not_yet"))
    );
}

#[tokio::test]
async fn four_quiet_weeks_are_safe_once_they_are_closed() {
    let served = Served::with_library().await;
    for week in ["2026-W43", "2026-W44", "2026-W45", "2026-W46"] {
        assert_ne!(served.removal("").await["sites"][0]["verdict"]["kind"], "safe");
        served.report(week, &sections(1, "1.0.0", 554, 0)).await;
    }
    for (now, kind) in [
        ("2026-12-13T23:59:59Z", "not_enough_sections"),
        ("2026-12-14T00:00:00Z", "safe"), // a Monday: the week before the last four closes
    ] {
        served.clock.set(now.parse().unwrap());
        assert_eq!(served.removal("").await["sites"][0]["verdict"]["kind"], kind, "{now}");
    }
    // The first sections of a week do not undo it.
    served.report("2026-W51", &sections(1, "1.0.0", 2, 0)).await;
    let answer = served.removal("").await;
    assert_eq!(answer["sites"][0]["verdict"]["kind"], "safe", "{answer}");
    assert_eq!((&answer["week"], &answer["open"]), (&json!("2026-W46"), &json!(false)));
    let verdict = async |query: &str| {
        let answer = served.removal(query).await;
        answer["sites"][0]["verdict"]["kind"].as_str().unwrap().to_owned()
    };
    assert_eq!(verdict("?confidence=0.99").await, "not_enough_sections");
    assert_eq!(verdict("?weeks=5").await, "not_enough_sections");
    assert_eq!(verdict("?threshold=0.05&weeks=1").await, "safe");
    // Many calls in an open week do.
    served.report("2026-W50", &sections(1, "1.0.0", 100, 10)).await;
    assert_eq!(verdict("").await, "not_yet");
}

/// The item is gone in 2.0.0. As users move on, its share stays that of the users who have it.
#[tokio::test]
async fn removing_a_site_does_not_raise_its_share() {
    let served = Served::with_library().await;
    served.register(&manifest("2.0.0", &json!({"a": {"kind": "fn"}}))).await;
    served.report("2026-W45", &sections(1, "1.0.0", 40, 10)).await;
    let before = served.removal("").await["sites"][0]["called"].clone();
    served.report("2026-W46", &sections(1, "1.0.0", 20, 5)).await;
    served.report("2026-W46", &sections(21, "2.0.0", 60, 0)).await;
    let answer = served.removal("").await;
    let site = &answer["sites"][0];
    assert_eq!(before["share"], 0.25);
    assert_eq!((&site["called"]["share"], &site["n"]), (&json!(0.25), &json!(20)));
    assert_eq!((&site["gone_in"], &site["versions"]), (&json!("2.0.0"), &json!(["1.0.0"])));
    assert!(site["deprecated"].is_object());
}

#[tokio::test]
async fn linked_is_a_share_of_scanned_sections() {
    let served = Served::with_library().await;
    let linked = json!({"Client::old": ["linked"]});
    let mut unscanned = section(1, "1.0.0", &linked);
    unscanned["scanned"] = json!(false);
    let none = section(3, "1.0.0", &json!({}));
    served.report("2026-W47", &[unscanned, section(2, "1.0.0", &linked), none]).await;
    let site = &served.removal("").await["sites"][0];
    assert_eq!((&site["n"], &site["linked"]["n"]), (&json!(3), &json!(2)));
    assert_eq!(site["linked"]["share"], 0.5);
}

#[tokio::test]
async fn any_site_can_be_asked_for_by_name() {
    let served = Served::with_library().await;
    let answer = served.removal("?site=a").await;
    assert_eq!(answer["sites"].as_array().unwrap().len(), 1);
    let site = &answer["sites"][0];
    assert_eq!((&site["path"], &site["deprecated"]), (&json!("a"), &json!(null)));
    assert_eq!((&answer["week"], &answer["weeks"]), (&json!(null), &json!([])));
    assert_eq!(site["verdict"]["more_sections"], 4 * 554);
}

#[tokio::test]
async fn a_site_that_is_gone_from_the_line_is_called_gone() {
    let served = Served::with_library().await;
    served.register(&manifest("2.0.0", &json!({"a": {"kind": "fn"}}))).await;
    served.report("2026-W47", &sections(1, "1.0.0", 3, 3)).await;
    let verdict = |answer: &Value| answer["sites"][0]["verdict"].clone();
    let gone = verdict(&served.removal("?line=latest").await);
    assert_eq!(
        (&gone["kind"], &gone["more_sections"]),
        (&json!("not_enough_sections"), &json!(null))
    );
    let text = gone["text"].as_str().unwrap();
    assert!(text.contains("release line, 2, has it; 1.0.0 was the last"), "{text}");
    assert_eq!(verdict(&served.removal("").await)["kind"], "not_yet");
    let there = verdict(&served.removal("?line=latest&site=a").await);
    assert_eq!(there["more_sections"], 4 * 554);
}

#[tokio::test]
async fn bad_questions_are_refused_by_name() {
    let served = Served::with_library().await;
    let cases = [
        ("?threshold=0", StatusCode::BAD_REQUEST, "threshold is a share from 0.0001 to 0.5"),
        ("?threshold=NaN", StatusCode::BAD_REQUEST, "threshold"),
        ("?confidence=1", StatusCode::BAD_REQUEST, "confidence is a chance"),
        ("?weeks=0", StatusCode::BAD_REQUEST, "from 1 to 26"),
        ("?weeks=many", StatusCode::BAD_REQUEST, "weeks"),
        ("?treshold=0.01", StatusCode::BAD_REQUEST, "unknown field `treshold`"),
        ("?site=%2Fetc", StatusCode::BAD_REQUEST, "a site's path"),
        ("?site=nothing", StatusCode::NOT_FOUND, "no site `nothing`"),
    ];
    for (query, expected, because) in cases {
        let path = format!("/v1/libraries/counted/removal{query}");
        let (status, answer): (_, Value) = served.get(&path).await;
        let error = answer["error"].as_str().unwrap();
        assert_eq!(status, expected, "{error}");
        assert!(error.contains(because), "`{error}` does not say `{because}`");
    }
    let (status, _) = served.get("/v1/libraries/nobody/removal").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
}
