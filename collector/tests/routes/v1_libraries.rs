//! `GET /v1/libraries`

use axum::http::StatusCode;
use serde_json::json;

use crate::support::{Served, manifest, sections, sites};

#[tokio::test]
async fn libraries_are_listed() {
    let served = Served::new(20);
    let (status, empty) = served.get("/v1/libraries").await;
    assert_eq!((status, &empty["libraries"]), (StatusCode::OK, &json!([])));
    served.register(&manifest("1.0.0", &sites())).await;
    served.report("2026-W46", &sections(1, "1.0.0", 3, 0)).await;
    let (_, answer) = served.get("/v1/libraries").await;
    let line = json!({
        "library": "counted", "latest_version": "1.0.0", "versions": 1, "sites": 2,
        "deprecated": 1, "week": "2026-W46", "sections": 3,
    });
    assert_eq!(answer["libraries"], json!([line]));
    assert!(answer["sample"].as_str().unwrap().contains("volunteers"));
}
