//! `GET /healthz`, `GET /metrics`

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::json;

use crate::support::{Served, section};

#[tokio::test]
async fn a_collector_that_can_take_reports_is_well() {
    let served = Served::new(1);
    let (status, _, body) =
        served.send(Request::get("/healthz").body(Body::empty()).unwrap()).await;
    assert_eq!((status, body.as_slice()), (StatusCode::OK, b"ok\n".as_slice()));
}

#[tokio::test]
async fn metrics_say_what_was_done_and_not_for_whom() {
    let served = Served::with_library().await;
    let sections = [
        section(1, "1.0.0", &json!({"a": ["called"], "stray": ["called"]})),
        section(1, "1.0.0", &json!({"a": ["called"]})),
        section(2, "1.0.1", &json!({})),
    ];
    // One id twice is one section.
    served.report("2026-W47", &sections).await;
    served.get("/v1/libraries/counted/removal").await;
    served.get("/v1/libraries/nobodys/removal").await;
    served.get("/v1/somewhere").await;
    let (status, headers, body) =
        served.send(Request::get("/metrics").body(Body::empty()).unwrap()).await;
    let page = String::from_utf8(body).unwrap();
    assert_eq!(status, StatusCode::OK);
    assert!(headers[header::CONTENT_TYPE].to_str().unwrap().contains("openmetrics-text"));
    for line in [
        r#"headcount_sections_total{outcome="admitted"} 2"#,
        r#"headcount_sections_total{outcome="repeated"} 1"#,
        r#"headcount_sections_total{outcome="over limit"} 0"#,
        "headcount_unknown_libraries_total 1",
        "headcount_unknown_sites_total 1",
        "headcount_waiting 0",
        r#"headcount_requests_total{route="/v1/reports",status="200"} 1"#,
        r#"headcount_requests_total{route="/v1/libraries/{library}/removal",status="200"} 1"#,
        r#"headcount_requests_total{route="/v1/libraries/{library}/removal",status="404"} 1"#,
        r#"headcount_requests_total{route="none",status="404"} 1"#,
    ] {
        assert!(page.lines().any(|known| known == line), "no `{line}` in\n{page}");
    }
    for name in ["counted", "nobodys", "somewhere", "stray"] {
        assert!(!page.contains(name), "`{name}` in\n{page}");
    }
}
