//! `GET /v1/libraries/{library}/features`

use serde_json::{Value, json};

use crate::support::{Served, manifest, sections_with};

const WEEK: &str = "2026-W46";

fn api() -> Value {
    json!({
        "main": {"kind": "fn"}, "side": {"kind": "fn"}, "rare": {"kind": "fn"},
        "tiny": {"kind": "linked"}, "dead": {"kind": "fn", "deprecated": {"since": "1.0.0"}},
    })
}

fn paths(sites: &Value) -> Vec<&str> {
    sites.as_array().unwrap().iter().map(|site| site["path"].as_str().unwrap()).collect()
}

#[tokio::test]
async fn an_api_is_ranked_by_what_users_use() {
    let served = Served::new(20);
    served.register(&manifest("1.0.0", &api())).await;
    let uses = |sites: &[&str], features: &[&str]| {
        let called = |site: &&str| ((*site).to_owned(), json!(["linked", "called"]));
        let sites: serde_json::Map<_, _> = sites.iter().map(called).collect();
        json!({"sites": sites, "features": features})
    };
    let mut both = uses(&["main", "side"], &["std"]);
    both["sites"]["tiny"] = json!(["linked"]);
    served.report(WEEK, &sections_with(1, 50, &uses(&["main"], &[]))).await;
    served.report(WEEK, &sections_with(51, 45, &both)).await;
    served.report(WEEK, &sections_with(96, 5, &uses(&["main", "rare"], &["std"]))).await;
    let answer = served.ask("features").await;
    assert_eq!((&answer["version"], &answer["sections"]), (&json!("1.0.0"), &json!(100)));
    assert_eq!(paths(&answer["sites"]), ["main", "side", "tiny", "rare"]);
    let counts: Vec<_> =
        answer["sites"].as_array().unwrap().iter().map(|site| &site["used"]["count"]).collect();
    assert_eq!(counts, [100, 45, 45, 5]);
    let cumulative = |site: usize| answer["sites"][site]["cumulative"].as_f64().unwrap();
    assert!((cumulative(0) - 1.0 / 1.95).abs() < 1e-9, "{}", cumulative(0));
    assert!((cumulative(3) - 1.0).abs() < 1e-9);
    // main and side make up 74 % of all use, with tiny it is 97 %.
    assert_eq!(answer["core"], 3);
    assert_eq!(paths(&answer["never_seen"]), ["dead"]);
    let at_most = answer["never_seen"][0]["at_most"].as_f64().unwrap();
    assert!((at_most - (1.0 - 0.05_f64.powf(0.01))).abs() < 1e-9);
    assert_eq!(answer["features"][0]["feature"], "std");
    assert_eq!(answer["features"][0]["on"]["count"], 50);
    assert_eq!(answer["features"][0]["n"], 100);
}

/// Whoever moves to a version without a site does not change its share; one that is new has none yet.
#[tokio::test]
async fn shares_are_among_versions_that_contain_the_site() {
    let served = Served::new(20);
    served.register(&manifest("1.0.0", &json!({"old": {"kind": "fn"}, "a": {"kind": "fn"}}))).await;
    served.register(&manifest("2.0.0", &json!({"new": {"kind": "fn"}, "a": {"kind": "fn"}}))).await;
    let called = |version: &str, site: &str| json!({"version": version, "sites": {(site): ["linked", "called"]}});
    served.report(WEEK, &sections_with(1, 40, &called("1.0.0", "a"))).await;
    served.report(WEEK, &sections_with(101, 19, &called("2.0.0", "new"))).await;
    let answer = served.ask("features").await;
    assert_eq!(paths(&answer["sites"]), ["a"]);
    assert_eq!((&answer["sites"][0]["n"], &answer["untold"]), (&json!(59), &json!(["new"])));
    served.report(WEEK, &sections_with(120, 1, &called("2.0.0", "a"))).await;
    let answer = served.ask("features").await;
    assert_eq!(paths(&answer["sites"]), ["new", "a"]);
    assert_eq!(answer["sites"][0]["used"]["share"], 0.95);
    assert_eq!(answer["sites"][0]["n"], 20);
    // Nobody of so few is an answer as well, once there are enough: none may be told before.
    assert_eq!(answer["untold"], json!([]));
}

#[tokio::test]
async fn a_library_without_sections_has_no_share() {
    let served = Served::new(1);
    served.register(&manifest("1.0.0", &api())).await;
    let answer = served.ask("features").await;
    assert_eq!((&answer["week"], &answer["sites"]), (&json!(null), &json!([])));
    assert_eq!(answer["untold"].as_array().unwrap().len(), 5);
    assert_eq!((&answer["core"], &answer["features"]), (&json!(0), &json!([])));
}
