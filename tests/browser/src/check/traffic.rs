//! What a page loads, and what the browser complains of.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::chromium::Event;
use crate::finding::Finding;

/// A page and its style sheet, as they are without compression.
const MAX_BYTES: u64 = 60_000;

/// What the policy of a page has to say.
const POLICY: [&str; 3] = ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"];

/// What it must not say: these let in what anyone writes into a page, or from anywhere.
const HOLES: [&str; 6] = ["unsafe-", "*", "http:", "https:", "data:", "script-src"];

/// What was expected of a page.
#[derive(Debug, Clone, Copy)]
pub struct Expected<'a> {
    /// Such as `http://127.0.0.1:8480`.
    pub origin: &'a str,
    /// The page's own address.
    pub url: &'a str,
    /// Its status.
    pub status: u64,
}

/// Looks through everything that the browser told of while it loaded and showed the page.
#[must_use]
pub fn findings(events: &[Event], expected: Expected<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut weighed = BTreeMap::new();
    let mut bytes = 0;
    for Event { method, params } in events {
        match method.as_str() {
            "Network.requestWillBeSent" => {
                let url = text(&params["request"]["url"]);
                if !url.strip_prefix(expected.origin).is_some_and(|path| path.starts_with('/')) {
                    findings.push(Finding::new("request elsewhere", url));
                }
            }
            "Network.responseReceived" => {
                findings.extend(response(params, expected));
                let is_weighed = ["Document", "Stylesheet"].contains(&text(&params["type"]));
                weighed.insert(text(&params["requestId"]), is_weighed);
            }
            "Network.dataReceived" if weighed.get(text(&params["requestId"])) == Some(&true) => {
                bytes += params["dataLength"].as_u64().unwrap_or(0);
            }
            "Network.loadingFailed" => {
                let what = format!("{}: {}", text(&params["type"]), text(&params["errorText"]));
                findings.push(Finding::new("failed request", what));
            }
            _ => findings.extend(complaint(method, params, expected)),
        }
    }
    if bytes > MAX_BYTES {
        findings.push(Finding::new("weight", format!("{bytes} bytes, of {MAX_BYTES}")));
    }
    findings
}

fn response(params: &Value, expected: Expected<'_>) -> Vec<Finding> {
    let response = &params["response"];
    let url = text(&response["url"]);
    let mut findings = Vec::new();
    let wanted = if url == expected.url { expected.status } else { 200 };
    if response["status"] != wanted {
        let what = format!("{url}: {} instead of {wanted}", response["status"]);
        findings.push(Finding::new("status", what));
    }
    let headers = response["headers"].as_object().into_iter().flatten();
    let mut policies =
        headers.filter(|(name, _)| name.eq_ignore_ascii_case("content-security-policy"));
    let policy = policies.next().map_or("", |(_, policy)| text(policy));
    let lacks = POLICY.iter().filter(|part| !policy.contains(**part));
    let lacks = lacks.map(|part| format!("{url}: no `{part}` in `{policy}`"));
    let holes = HOLES.iter().filter(|hole| policy.contains(**hole));
    let holes = holes.map(|hole| format!("{url}: `{hole}` in `{policy}`"));
    findings.extend(lacks.chain(holes).map(|what| Finding::new("policy", what)));
    findings
}

/// What a developer would see in the browser's console.
fn complaint(method: &str, params: &Value, expected: Expected<'_>) -> Option<Finding> {
    match method {
        "Runtime.exceptionThrown" => {
            Some(Finding::new("exception", text(&params["exceptionDetails"]["text"])))
        }
        "Runtime.consoleAPICalled" if ["warning", "error"].contains(&text(&params["type"])) => {
            Some(Finding::new("console", params["args"].to_string()))
        }
        "Log.entryAdded" => {
            let entry = &params["entry"];
            let is_bad = ["warning", "error"].contains(&text(&entry["level"]));
            // The browser also says in the console that the page itself is one for an error.
            let is_expected = expected.status >= 400
                && text(&entry["source"]) == "network"
                && text(&entry["url"]) == expected.url;
            (is_bad && !is_expected).then(|| Finding::new("console", text(&entry["text"])))
        }
        _ => None,
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}
