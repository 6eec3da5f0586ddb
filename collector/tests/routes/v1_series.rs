//! `GET /v1/libraries/{library}/series`

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::support::{Served, check_refused, manifest, sections, sections_with, sites};

#[tokio::test]
async fn a_site_has_its_weeks_and_where_they_go() {
    let served = Served::new(20);
    served.register(&manifest("1.0.0", &sites())).await;
    for (week, n, called) in [("2026-W43", 400, 60), ("2026-W45", 400, 20), ("2026-W47", 19, 5)] {
        served.report(week, &sections(1, "1.0.0", n, called)).await;
    }
    let answer = served.ask("series?site=Client::old").await;
    assert_eq!((&answer["of"], &answer["path"]), (&json!("site"), &json!("Client::old")));
    let points = answer["points"].as_array().unwrap();
    let point = |point: &Value| {
        (
            point["week"].as_str().unwrap().to_owned(),
            point["n"].clone(),
            point["share"]["count"].clone(),
        )
    };
    let expected = [
        ("2026-W43".to_owned(), json!(400), json!(60)),
        ("2026-W45".to_owned(), json!(400), json!(20)),
        ("2026-W47".to_owned(), json!(19), json!(null)),
    ];
    assert_eq!(points.iter().map(point).collect::<Vec<_>>(), expected);
    assert_eq!(answer["trend"]["kind"], "falling");
    assert_eq!(
        (&answer["trend"]["from"], &answer["trend"]["to"]),
        (&json!("2026-W43"), &json!("2026-W45"))
    );
    assert_eq!(answer["week"], "2026-W45", "the last with a share");
}

#[tokio::test]
async fn sections_and_features_have_weeks_too() {
    let served = Served::new(20);
    served.register(&manifest("1.0.0", &sites())).await;
    served.report("2026-W46", &sections_with(1, 30, &json!({"features": ["std"]}))).await;
    served.report("2026-W46", &sections_with(31, 10, &json!({"features": []}))).await;
    let answer = served.ask("series").await;
    let point = json!({"week": "2026-W46", "open": true, "n": 40, "share": null});
    assert_eq!((&answer["of"], &answer["points"]), (&json!("sections"), &json!([point])));
    let answer = served.ask("series?feature=std").await;
    assert_eq!(answer["points"][0]["share"]["share"], 0.75);
    assert_eq!(served.ask("series?weeks=1").await["points"], json!([]));
}

#[tokio::test]
async fn bad_questions_are_refused_by_name() {
    let served = Served::with_library().await;
    for (query, status, because) in [
        ("?site=nothing", StatusCode::NOT_FOUND, "no site `nothing`"),
        ("?feature=nothing", StatusCode::NOT_FOUND, "no feature `nothing`"),
        ("?site=a&feature=std", StatusCode::BAD_REQUEST, "one at a time"),
        ("?weeks=0", StatusCode::BAD_REQUEST, "from 1 to 261"),
    ] {
        let path = format!("/v1/libraries/counted/series{query}");
        check_refused(served.get(&path).await, status, because);
    }
}
