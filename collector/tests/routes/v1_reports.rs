//! `POST /v1/reports`

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::http::{Request, StatusCode};
use hyper::body::Frame;
use serde_json::{Value, json};

use crate::support::{Served, check_refused, manifest, report, section, sections, sites};

fn taken(admitted: u64, repeated: u64, libraries: u64, sites: u64) -> Value {
    json!({
        "admitted": admitted, "repeated": repeated, "over_limit": 0,
        "unknown_libraries": libraries, "unknown_sites": sites,
    })
}

#[tokio::test]
async fn a_report_sent_three_times_counts_once() {
    let served = Served::with_library().await;
    let sections = sections(1, "1.0.0", 3, 2);
    assert_eq!(served.report("2026-W47", &sections).await, taken(3, 0, 0, 0));
    for _ in 0..2 {
        assert_eq!(served.report("2026-W47", &sections).await, taken(0, 3, 0, 0));
    }
    let site = &served.removal("?site=Client::old").await["sites"][0];
    assert_eq!((&site["n"], &site["called"]["count"]), (&json!(3), &json!(2)));
}

#[tokio::test]
async fn what_nobody_registered_is_counted_as_unknown_and_the_rest_is_taken() {
    let served = Served::with_library().await;
    let mut elsewhere = section(1, "1.0.0", &json!({}));
    elsewhere["library"] = json!("elsewhere");
    let newer = section(2, "9.9.9", &json!({"a": ["called"]}));
    let stray = section(3, "1.0.0", &json!({"a": ["called"], "x": ["called"], "y": ["linked"]}));
    let answer = served.report("2026-W47", &[elsewhere, newer, stray]).await;
    assert_eq!(answer, taken(3, 0, 2, 2));
    let removal = served.removal("?site=a").await;
    assert_eq!(removal["sites"][0]["called"]["count"], 1);
    assert_eq!(removal["sites"][0]["n"], 1);
    assert_eq!(removal["unregistered_sections"], 1);
}

#[tokio::test]
async fn a_version_that_is_registered_late_starts_then() {
    let served = Served::with_library().await;
    let called = json!({"a": ["called"]});
    served.report("2026-W47", &[section(1, "1.1.0", &called)]).await;
    served.register(&manifest("1.1.0", &sites())).await;
    let answer = served.report("2026-W47", &[section(2, "1.1.0", &called)]).await;
    assert_eq!(answer, taken(1, 0, 0, 0));
    let site = &served.removal("?site=a").await["sites"][0];
    assert_eq!((&site["n"], &site["called"]["share"]), (&json!(1), &json!(1.0)));
}

#[tokio::test]
async fn bad_input_is_refused_by_name() {
    let good = report("2026-W47", &[section(1, "1.0.0", &json!({"a": ["called"]}))]).to_string();
    let cases = [
        ("{", "{{", "cannot be read"),
        ("\"headcount\":1", "\"headcount\":2", "format 2 is unknown"),
        ("\"origin\"", "\"host\":\"me\",\"origin\"", "unknown field `host`"),
        ("\"week\"", "\"when\"", "unknown field `when`"),
        ("\"called\"", "\"shouted\"", "unknown variant `shouted`"),
        ("2026-W47", "2026-W54", "ISO week"),
        ("1.0.0", "1.0.0-rc.1", "plain version"),
        ("\"counted\"", "\"/home/me\"", "a crate's name"),
        ("developer", "ci", "unknown variant `ci`"),
        ("00001\"", "0000Z\"", "hexadecimal"),
        ("{\"a\"", "{\"/etc/passwd\"", "a site's path"),
    ];
    let served = Served::with_library().await;
    for (from, to, because) in cases {
        let bad = good.replacen(from, to, 1);
        assert_ne!(bad, good);
        check_refused(served.post(bad).await, StatusCode::BAD_REQUEST, because);
    }
    check_refused(served.post("").await, StatusCode::BAD_REQUEST, "cannot be read");
    // None of it left a trace: the good one is new.
    assert_eq!(served.post(good).await.1, taken(1, 0, 0, 0));
}

#[tokio::test]
async fn the_running_week_and_the_four_before_it_are_open() {
    let served = Served::with_library().await;
    let one = |id| [section(id, "1.0.0", &json!({}))];
    assert_eq!(served.report("2026-W47", &one(1)).await["admitted"], 1);
    assert_eq!(served.report("2026-W43", &one(2)).await["admitted"], 1);
    for week in ["2026-W42", "2026-W48", "1990-W01"] {
        let answer = served.post(report(week, &one(3)).to_string()).await;
        let clock = "by this collector's clock it is 2026-11-22T10:00:00Z, and it takes 2026-W43 \
                     to 2026-W47";
        check_refused(answer, StatusCode::UNPROCESSABLE_ENTITY, clock);
    }
}

#[tokio::test]
async fn a_closed_week_stays_closed_when_the_clock_goes_back() {
    let served = Served::with_library().await;
    let one = |id| [section(id, "1.0.0", &json!({}))];
    let now = served.clock.now();
    served.clock.set("2026-11-30T00:00:00Z".parse().unwrap());
    assert_eq!(served.report("2026-W49", &one(1)).await["admitted"], 1);
    served.clock.set(now);
    let answer = served.post(report("2026-W43", &one(2)).to_string()).await;
    check_refused(answer, StatusCode::UNPROCESSABLE_ENTITY, "it takes 2026-W45 to 2026-W47");
}

#[tokio::test]
async fn a_body_over_1_mib_is_refused() {
    let served = Served::with_library().await;
    let answer = served.post(vec![b' '; (1 << 20) + 1]).await;
    check_refused(answer, StatusCode::PAYLOAD_TOO_LARGE, "1 MiB");
    let answer = served.post(vec![b' '; 1 << 20]).await;
    check_refused(answer, StatusCode::BAD_REQUEST, "cannot be read");
}

#[tokio::test]
async fn other_methods_and_addresses_answer_in_json_too() {
    let served = Served::with_library().await;
    check_refused(served.get("/v1/reports").await, StatusCode::METHOD_NOT_ALLOWED, "method");
    check_refused(served.get("/v1/nothing").await, StatusCode::NOT_FOUND, "nothing");
    check_refused(served.get("/v1/libraries/-/removal").await, StatusCode::BAD_REQUEST, "name");
}

/// Which bits stood in one section cannot be told from the sums.
#[tokio::test]
async fn the_sums_do_not_say_which_bits_stood_together() {
    let answers = [
        [json!({"a": ["called"], "Client::old": ["called"]}), json!({})],
        [json!({"a": ["called"]}), json!({"Client::old": ["called"]})],
    ];
    let mut seen = Vec::new();
    for [first, second] in answers {
        let served = Served::with_library().await;
        let pair = [section(1, "1.0.0", &first), section(2, "1.0.0", &second)];
        served.report("2026-W47", &pair).await;
        seen.push([served.removal("").await, served.removal("?site=a").await]);
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(seen[0][1]["sites"][0]["called"]["count"], 1);
}

/// A body of which nothing ever comes.
struct Silent;

impl HttpBody for Silent {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        Poll::Pending
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_not_waited_for() {
    let served = Served::new(1);
    let request = Request::post("/v1/reports").body(Body::new(Silent)).unwrap();
    let (status, answer) = served.json(request).await;
    assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
    assert!(answer["error"].as_str().unwrap().contains("30 s"), "{answer}");
}
