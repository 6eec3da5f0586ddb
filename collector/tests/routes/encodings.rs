//! Bodies with a `Content-Encoding`

use std::io::{Read, Write};

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use crate::support::{Served, check_refused, manifest, report, section, sites};

fn gzip(content: impl Read) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    copy(content, &mut encoder);
    encoder.finish().unwrap()
}

fn zstd(content: impl Read) -> Vec<u8> {
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    copy(content, &mut encoder);
    encoder.finish().unwrap()
}

fn copy(mut content: impl Read, encoder: &mut impl Write) {
    std::io::copy(&mut content, encoder).unwrap();
}

impl Served {
    async fn post_encoded(&self, coding: &str, body: Vec<u8>) -> (StatusCode, Value) {
        let request = Request::post("/v1/reports").header(header::CONTENT_ENCODING, coding);
        self.json(request.body(Body::from(body)).unwrap()).await
    }
}

#[tokio::test]
async fn a_compressed_report_is_the_report() {
    let served = Served::with_library().await;
    let body = |id| report("2026-W47", &[section(id, "1.0.0", &json!({}))]).to_string();
    for (id, coding) in (1..).zip(["gzip", "x-gzip", "GZIP", "zstd", "identity"]) {
        let body = match coding {
            "zstd" => zstd(body(id).as_bytes()),
            "identity" => body(id).into_bytes(),
            _ => gzip(body(id).as_bytes()),
        };
        let (status, answer) = served.post_encoded(coding, body).await;
        assert_eq!((status, &answer["admitted"]), (StatusCode::OK, &json!(1)), "{answer}");
    }
    let mut put = served.put("/v1/libraries/counted/manifests/1.1.0", &manifest("1.1.0", &sites()));
    put.headers_mut().insert(header::CONTENT_ENCODING, "zstd".parse().unwrap());
    *put.body_mut() = Body::from(zstd(manifest("1.1.0", &sites()).to_string().as_bytes()));
    assert_eq!(served.json(put).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn what_inflates_too_far_is_refused() {
    let served = Served::with_library().await;
    let blanks = |bytes| std::io::repeat(b' ').take(bytes);
    let over = (1 << 20) + 1;
    // Text as hard to compress as random hexadecimal digits: the size counts, not the ratio.
    let dense = |bytes: u64| {
        let mut state = 1_u64;
        let digit = std::iter::repeat_with(move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            b"0123456789abcdef"[usize::try_from(state >> 60).unwrap()]
        });
        std::io::Cursor::new(digit.take(usize::try_from(bytes).unwrap()).collect::<Vec<_>>())
    };
    for (coding, body) in [
        ("gzip", gzip(dense(over))),
        ("zstd", zstd(dense(over))),
        ("zstd", zstd(blanks(1 << 20))), // the size is allowed, the ratio is not
        ("zstd", zstd(blanks(1 << 20)).repeat(10 << 10)),
    ] {
        assert!(body.len() < 1 << 20, "{} bytes of {coding}", body.len());
        let answer = served.post_encoded(coding, body).await;
        check_refused(answer, StatusCode::PAYLOAD_TOO_LARGE, "1 MiB");
    }
    for (coding, body) in [("gzip", gzip(dense(over - 1))), ("zstd", zstd(dense(over - 1)))] {
        let answer = served.post_encoded(coding, body).await;
        check_refused(answer, StatusCode::BAD_REQUEST, "report cannot be read");
    }
}

/// A frame's window is memory that the reader has to have before it sees a byte of content.
#[tokio::test]
async fn a_frame_that_asks_for_too_much_memory_is_refused() {
    let served = Served::with_library().await;
    let mut encoder = zstd::Encoder::new(Vec::new(), 3).unwrap();
    encoder.window_log(27).unwrap();
    encoder.write_all(report("2026-W47", &[]).to_string().as_bytes()).unwrap();
    let answer = served.post_encoded("zstd", encoder.finish().unwrap()).await;
    check_refused(answer, StatusCode::BAD_REQUEST, "too much memory");
}

#[tokio::test]
async fn what_is_not_encoded_as_it_says_is_refused() {
    let served = Served::with_library().await;
    let body = report("2026-W47", &[section(1, "1.0.0", &json!({}))]).to_string().into_bytes();
    let (gzip, zstd) = (gzip(&*body), zstd(&*body));
    let cut = |body: &[u8]| body[..body.len() - 3].to_vec();
    let trailed = |body: &[u8]| [body, b"and more"].concat();
    for (coding, bad) in [
        ("gzip", body.clone()),
        ("zstd", body.clone()),
        ("gzip", cut(&gzip)),
        ("zstd", cut(&zstd)),
        ("gzip", trailed(&gzip)),
        ("zstd", trailed(&zstd)),
        ("gzip", zstd),
    ] {
        let answer = served.post_encoded(coding, bad).await;
        check_refused(answer, StatusCode::BAD_REQUEST, "not what its content encoding says");
    }
    for coding in ["br", "gzip, zstd", "gzip;q=1", ""] {
        let answer = served.post_encoded(coding, gzip.clone()).await;
        check_refused(answer, StatusCode::UNSUPPORTED_MEDIA_TYPE, "gzip, zstd");
    }
    assert_eq!(served.post_encoded("gzip", gzip).await.1["admitted"], 1);
}

/// Sites that repeat in many versions of one library: nothing compresses better.
#[tokio::test]
async fn the_most_repetitive_report_is_taken() {
    let served = Served::with_library().await;
    let site = |number| (format!("client::Client::send_{number}"), json!(["linked", "called"]));
    let sites = Value::Object((0..1_000).map(site).collect::<Map<_, _>>());
    let sections: Vec<_> = (0..20).map(|id| section(id, &format!("1.{id}.0"), &sites)).collect();
    let body = report("2026-W47", &sections).to_string();
    for (coding, body) in [("gzip", gzip(body.as_bytes())), ("zstd", zstd(body.as_bytes()))] {
        let (status, answer) = served.post_encoded(coding, body).await;
        assert_eq!(status, StatusCode::OK, "{answer}");
    }
}
