//! A collector in memory, with a clock of its own.

use std::num::NonZeroU64;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use headcount_collector::store::{MemoryStore, NewToken, Store};
use headcount_collector::token::{Scope, Token};
use headcount_collector::{Clock, Collector, Config, router};
use jiff::Timestamp;
use serde_json::{Value, json};
use tower::ServiceExt;

/// A Sunday: the week that runs is 2026-W47.
pub(crate) const NOW: &str = "2026-11-22T10:00:00Z";

pub(crate) struct Served {
    router: Router,
    pub(crate) clock: Clock,
    /// Registers `counted`.
    pub(crate) token: Token,
    /// Sees everything.
    pub(crate) operator: Token,
}

impl Served {
    /// A collector with an empty store.
    pub(crate) fn new(publish_at: u64) -> Self {
        let now: Timestamp = NOW.parse().unwrap();
        let store = Arc::new(MemoryStore::new());
        let add_token = |scope| {
            let token = Token::generate().unwrap();
            let digest = token.digest();
            store.add_token(NewToken { scope, digest, created: now }).unwrap();
            token
        };
        let token = add_token(Scope::Library("counted".parse().unwrap()));
        let operator = add_token(Scope::Operator);
        let clock = Clock::standing_at(now);
        let publish_at = NonZeroU64::new(publish_at).unwrap();
        let config = Config { publish_at, ..Config::default() };
        let collector = Collector::start(store, clock.clone(), &config).unwrap();
        Self { router: router::router(collector), clock, token, operator }
    }

    /// One that publishes at once and knows `counted` 1.0.0 with `a`, a function, and `old`, a
    /// deprecated method.
    pub(crate) async fn with_library() -> Self {
        let served = Self::new(1);
        let (status, answer) = served.register(&manifest("1.0.0", &sites())).await;
        assert_eq!(status, StatusCode::CREATED, "{answer}");
        served
    }

    pub(crate) async fn send(&self, request: Request<Body>) -> (StatusCode, HeaderMap, Vec<u8>) {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        (parts.status, parts.headers, body.to_vec())
    }

    pub(crate) async fn json(&self, request: Request<Body>) -> (StatusCode, Value) {
        let (status, _, body) = self.send(request).await;
        (status, serde_json::from_slice(&body).unwrap())
    }

    /// Asks with a token.
    pub(crate) async fn get_with(&self, token: &Token, path: &str) -> (StatusCode, Value) {
        let request = Request::get(path).header(header::AUTHORIZATION, format!("Bearer {token}"));
        self.json(request.body(Body::empty()).unwrap()).await
    }

    pub(crate) async fn get(&self, path: &str) -> (StatusCode, Value) {
        self.json(Request::get(path).body(Body::empty()).unwrap()).await
    }

    /// The removal answer, which has to be one.
    pub(crate) async fn removal(&self, query: &str) -> Value {
        self.ask(&format!("removal{query}")).await
    }

    /// An answer about `counted`, which has to be one.
    pub(crate) async fn ask(&self, question: &str) -> Value {
        let (status, answer) = self.get(&format!("/v1/libraries/counted/{question}")).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    pub(crate) async fn post(&self, body: impl Into<Body>) -> (StatusCode, Value) {
        self.json(Request::post("/v1/reports").body(body.into()).unwrap()).await
    }

    /// Reports sections, which have to be taken.
    pub(crate) async fn report(&self, week: &str, sections: &[Value]) -> Value {
        let (status, answer) = self.post(report(week, sections).to_string()).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
        answer
    }

    /// Registers a manifest at its own address, with the token of `counted`.
    pub(crate) async fn register(&self, manifest: &Value) -> (StatusCode, Value) {
        let (library, version) = (manifest["library"].as_str(), manifest["version"].as_str());
        let path = format!("/v1/libraries/{}/manifests/{}", library.unwrap(), version.unwrap());
        self.json(self.put(&path, manifest)).await
    }

    pub(crate) fn put(&self, path: &str, manifest: &Value) -> Request<Body> {
        Request::builder()
            .method(Method::PUT)
            .uri(path)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
            .body(Body::from(manifest.to_string()))
            .unwrap()
    }
}

pub(crate) fn sites() -> Value {
    json!({
        "a": {"kind": "fn"},
        "Client::old": {"kind": "method", "deprecated": {"since": "1.0.0", "note": "use `a`"}},
    })
}

pub(crate) fn manifest(version: &str, sites: &Value) -> Value {
    json!({
        "headcount": 1, "library": "counted", "version": version, "features": ["std"],
        "sites": sites,
    })
}

pub(crate) fn report(week: &str, sections: &[Value]) -> Value {
    json!({"headcount": 1, "week": week, "sections": sections})
}

/// A scanned section of `counted`.
pub(crate) fn section(id: u32, version: &str, sites: &Value) -> Value {
    json!({
        "id": format!("{id:032x}"), "library": "counted", "version": version,
        "origin": "developer", "scanned": true, "sites": sites,
    })
}

/// Sections with ids from `first` on, of which the first `called` call `Client::old`.
pub(crate) fn sections(first: u32, version: &str, n: u32, called: u32) -> Vec<Value> {
    let hit = json!({"Client::old": ["linked", "called"]});
    let sites = |place| if place < called { hit.clone() } else { json!({}) };
    (0..n).map(|place| section(first + place, version, &sites(place))).collect()
}

/// Sections with ids from `first` on, which differ from a plain one in some fields.
pub(crate) fn sections_with(first: u32, n: u32, fields: &Value) -> Vec<Value> {
    let section = |place| {
        let mut section = section(first + place, "1.0.0", &json!({}));
        section.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        section
    };
    (0..n).map(section).collect()
}

/// The answer is a refusal whose sentence contains `because`.
#[track_caller]
pub(crate) fn check_refused(
    (status, answer): (StatusCode, Value),
    expected: StatusCode,
    because: &str,
) {
    let error = answer["error"].as_str().unwrap();
    assert_eq!(status, expected, "{error}");
    assert!(error.contains(because), "`{error}` does not say `{because}`");
}
