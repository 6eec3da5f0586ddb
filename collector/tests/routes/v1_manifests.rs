//! `PUT` and `GET /v1/libraries/{library}/manifests/{version}`

use axum::body::Body;
use axum::http::{Method, Request, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Served, check_refused, manifest, section, sites};

const PATH: &str = "/v1/libraries/counted/manifests/1.0.0";

#[tokio::test]
async fn registering_is_idempotent() {
    let served = Served::new(1);
    let manifest = manifest("1.0.0", &sites());
    let answer = |new_sites| json!({"library": "counted", "version": "1.0.0", "sites": 2, "new_sites": new_sites});
    assert_eq!(served.register(&manifest).await, (StatusCode::CREATED, answer(2)));
    assert_eq!(served.register(&manifest).await, (StatusCode::OK, answer(0)));
    served.report("2026-W47", &[section(1, "1.0.0", &json!({}))]).await;
    assert_eq!(served.register(&manifest).await, (StatusCode::OK, answer(0)));
}

#[tokio::test]
async fn a_site_keeps_its_kind() {
    let served = Served::with_library().await;
    let changed = json!({"a": {"kind": "used"}, "Client::old": {"kind": "fn"}});
    let answer = served.register(&manifest("1.1.0", &changed)).await;
    check_refused(answer.clone(), StatusCode::CONFLICT, "`a` is registered as fn");
    check_refused(answer, StatusCode::CONFLICT, "`Client::old` is registered as method");
    let (status, _) = served.get("/v1/libraries/counted/removal?site=a").await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(served.removal("?site=a").await["sites"][0]["versions"], json!(["1.0.0"]));
}

#[tokio::test]
async fn a_version_keeps_its_sites_once_it_is_counted() {
    let served = Served::with_library().await;
    let more = json!({"a": {"kind": "fn"}, "late": {"kind": "fn"}});
    assert_eq!(served.register(&manifest("1.0.0", &more)).await.0, StatusCode::OK);
    served.report("2026-W47", &[section(1, "1.0.0", &json!({}))]).await;
    let answer = served.register(&manifest("1.0.0", &sites())).await;
    check_refused(answer.clone(), StatusCode::CONFLICT, "`late` is missing");
    check_refused(answer, StatusCode::CONFLICT, "`Client::old` is new in 1.0.0");
}

#[tokio::test]
async fn only_a_token_of_the_library_registers_it() {
    let served = Served::new(1);
    let send = async |token: Option<&str>, path: &str, library: &str| {
        let mut manifest = manifest("1.0.0", &sites());
        manifest["library"] = json!(library);
        let mut request = Request::builder().method(Method::PUT).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, token);
        }
        served.json(request.body(Body::from(manifest.to_string())).unwrap()).await
    };
    let ours = format!("Bearer {}", served.token);
    let cut = &ours[..ours.len() - 1];
    let basic = ours.replace("Bearer", "Basic");
    for token in [None, Some("Bearer x"), Some("Bearer "), Some(cut), Some(basic.as_str())] {
        let answer = send(token, PATH, "counted").await;
        check_refused(answer, StatusCode::UNAUTHORIZED, "headcount-collector token add");
    }
    let other = "/v1/libraries/other/manifests/1.0.0";
    let answer = send(Some(&ours), other, "other").await;
    check_refused(answer, StatusCode::FORBIDDEN, "does not register `other`");
    assert_eq!(send(Some(&ours), PATH, "counted").await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn bad_input_is_refused_by_name() {
    let served = Served::new(1);
    let good = manifest("1.0.0", &sites());
    let with = |field: &str, value: Value| {
        let mut manifest = good.clone();
        manifest[field] = value;
        manifest
    };
    let cases = [
        (with("headcount", json!(3)), "format 3"),
        (with("library", json!("other")), "the manifest is of other 1.0.0"),
        (with("version", json!("1.0.1")), "the address says counted 1.0.0"),
        (with("who", json!("me")), "unknown field `who`"),
        (with("sites", json!({"a": {"kind": "class"}})), "unknown variant `class`"),
    ];
    for (manifest, because) in cases {
        let answer = served.json(served.put(PATH, &manifest)).await;
        check_refused(answer, StatusCode::BAD_REQUEST, because);
    }
    let long = with("version", json!(" ".repeat(8 << 20)));
    let answer = served.json(served.put(PATH, &long)).await;
    check_refused(answer, StatusCode::PAYLOAD_TOO_LARGE, "8 MiB");
    let answer = served.json(served.put("/v1/libraries/counted/manifests/1.0", &good)).await;
    check_refused(answer, StatusCode::BAD_REQUEST, "plain version");
}

#[tokio::test]
async fn a_name_that_was_given_up_stays_so() {
    let served = Served::with_library().await;
    let without = json!({"a": {"kind": "fn"}});
    assert_eq!(served.register(&manifest("2.0.0", &without)).await.0, StatusCode::CREATED);
    let answer = served.register(&manifest("2.1.0", &sites())).await;
    check_refused(answer, StatusCode::CONFLICT, "`Client::old` was given up after 1.0.0");
    // A backport has what the versions before it have.
    assert_eq!(served.register(&manifest("1.0.1", &sites())).await.0, StatusCode::CREATED);
    // What is registered may be registered again, whatever came between.
    assert_eq!(served.register(&manifest("1.0.0", &without)).await.0, StatusCode::OK);
    assert_eq!(served.register(&manifest("1.0.1", &sites())).await.0, StatusCode::OK);
}

#[tokio::test]
async fn a_manifest_is_given_as_it_was_registered() {
    let served = Served::with_library().await;
    let (status, answer) = served.get(PATH).await;
    assert_eq!((status, answer), (StatusCode::OK, manifest("1.0.0", &sites())));
    let later = manifest("1.10.0", &json!({"b": {"kind": "used"}, "a": {"kind": "fn"}}));
    served.register(&later).await;
    served.register(&manifest("1.9.0", &sites())).await;
    assert_eq!(served.get("/v1/libraries/counted/manifests/1.10.0").await.1, later);
    let (status, answer) = served.get("/v1/libraries/counted/manifests").await;
    let versions = json!({"library": "counted", "versions": ["1.0.0", "1.9.0", "1.10.0"]});
    assert_eq!((status, answer), (StatusCode::OK, versions));
    for (path, because) in [
        ("counted/manifests/1.2.3", "nobody registered counted 1.2.3"),
        ("other/manifests/1.0.0", "nobody registered a library `other`"),
        ("other/manifests", "nobody registered a library `other`"),
    ] {
        let answer = served.get(&format!("/v1/libraries/{path}")).await;
        check_refused(answer, StatusCode::NOT_FOUND, because);
    }
}
