//! `GET /v1/libraries/{library}/export.csv`, `export.ndjson`

use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use serde_json::{Value, json};

use crate::support::{Served, manifest, sections_with, sites};

async fn text(served: &Served, path: &str) -> (String, String) {
    let path = format!("/v1/libraries/counted/{path}");
    let (status, headers, body) =
        served.send(Request::get(path).body(Body::empty()).unwrap()).await;
    assert_eq!(status, StatusCode::OK);
    let content = headers[header::CONTENT_TYPE].to_str().unwrap().to_owned();
    (content, String::from_utf8(body).unwrap())
}

#[tokio::test]
async fn all_that_is_published_is_handed_out_and_nothing_else() {
    let served = Served::new(20);
    served.register(&manifest("1.0.0", &sites())).await;
    let fields = |rustc: &str| {
        json!({
            "rustc": [rustc], "features": ["std"], "system": {"openssl": ["3.0.9"]},
            "sites": {"a": ["linked", "called", "called>=100"]},
        })
    };
    served.report("2026-W45", &sections_with(1, 19, &fields("1.95"))).await;
    served.report("2026-W46", &sections_with(1, 40, &fields("1.95"))).await;
    served.report("2026-W46", &sections_with(41, 7, &fields("1.80"))).await;
    let (content, csv) = text(&served, "export.csv").await;
    assert_eq!(content, "text/csv; charset=utf-8");
    assert_eq!(csv, CSV);
    let (content, lines) = text(&served, "export.ndjson").await;
    assert_eq!(content, "application/x-ndjson");
    let rows: Vec<Value> = lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), CSV.lines().count() - 1);
    let openssl = json!({
        "week": "2026-W46", "open": true, "of": "system", "name": "openssl", "value": "3.0.9",
        "n": 47, "count": 47, "at_least": false,
    });
    assert_eq!(rows.last(), Some(&openssl));
}

/// Of the first week, only how many sections it has; of compilers, none that seven have.
const CSV: &str = "\
week,open,of,name,value,n,count,at_least
2026-W45,true,sections,,,19,19,false
2026-W46,true,sections,,,47,47,false
2026-W46,true,linked,,Client::old,47,0,false
2026-W46,true,called,,Client::old,47,0,false
2026-W46,true,called>=100,,Client::old,47,0,false
2026-W46,true,called>=10000,,Client::old,47,0,false
2026-W46,true,linked,,a,47,47,false
2026-W46,true,called,,a,47,47,false
2026-W46,true,called>=100,,a,47,47,false
2026-W46,true,called>=10000,,a,47,0,false
2026-W46,true,feature,,std,47,47,false
2026-W46,true,library,,1.0.0,47,47,false
2026-W46,true,rustc,,,47,20,false
2026-W46,true,rustc,,1.95,47,27,true
2026-W46,true,system,openssl,3.0.9,47,47,false
";

#[tokio::test]
async fn no_line_counts_more_than_there_are() {
    let served = Served::new(1);
    served.register(&manifest("1.0.0", &sites())).await;
    let fields = json!({
        "rustc": ["1.94", "1.95"], "target": ["x86_64-unknown-linux-gnu"], "features": ["std"],
        "sites": {"a": ["linked", "called"], "Client::old": ["linked"]},
    });
    served.report("2026-W46", &sections_with(1, 9, &fields)).await;
    let (_, lines) = text(&served, "export.ndjson?weeks=3").await;
    for line in lines.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        assert!(row["count"].as_u64() <= row["n"].as_u64(), "{line}");
    }
}
