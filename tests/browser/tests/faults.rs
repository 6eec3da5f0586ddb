//! Every fault is found: a page that keeps every promise, and what is told of it once it breaks one.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

use headcount_browser_tests::check::axe::Axe;
use headcount_browser_tests::check::traffic::Expected;
use headcount_browser_tests::form::FORMS;
use headcount_browser_tests::visit::Visit;
use headcount_browser_tests::{Tab, tools};

const PAGE: &str = include_str!("faults/page.http");
const STYLE: &str = include_str!("faults/style.http");
const ANSWER: &str = include_str!("faults/answer.http");

/// The rule that a fault breaks, and how the page gets it: this text, once that.
const FAULTS: [(&str, &str, &str); 33] = [
    ("status", "200 OK", "500 Oh"),
    ("policy", "default-src 'none'; ", ""),
    ("policy", "style-src 'self'", "style-src 'self' 'unsafe-inline'"),
    ("weight", "A page.", "A page.[60 kB]"),
    ("request elsewhere", "A page.", "<img src='http://127.0.0.2:9/i.png' alt=''>"),
    ("failed request", "A page.", "<img src='http://127.0.0.2:9/i.png' alt=''>"),
    ("console", "A page.", "<b style='color: red'>A page.</b>"),
    ("script", "A page.", "<script>1</script>"),
    ("axe color-contrast", "class=\"clear\"", "class=\"faint\""),
    ("axe color-contrast", "class=\"clear\"", "class=\"faint-in-the-dark\""),
    ("axe select-name", "aria-label=\"Week\"", ""),
    ("wider than the screen", "class=\"clear\"", "class=\"wide\""),
    ("small text", "class=\"tick\"", "class=\"small\""),
    ("text over another", "y=\"3\">100", "y=\"101\">100"),
    ("text outside its chart", "y=\"3\">100", "y=\"-25\">100"),
    ("chart without a label", "aria-label=\"A chart\"", ""),
    ("chart without a table", "aria-describedby=\"numbers\"", ""),
    ("chart without data-api", "data-api=\"/answer\"", ""),
    ("data-api", "data-api=\"/answer\"", "data-api=\"/nowhere\""),
    ("table", "data-value=\"0.250\">25 %", "data-value=\"0.251\">25.1 %"),
    ("table", "0.250\">25 %", "0.250\">24 %"),
    ("chart", "20,75", "20,76"),
    ("chart", "cy=\"75\"", "cy=\"74\""),
    ("chart", "older\" d=\"M20,100V25", "older\" d=\"M20,100V26"),
    ("chart", "M110,100V50H200V100", ""),
    ("chart", "<path data-series=\"older\"", "<path"),
    ("chart", "y=\"53\"", "y=\"63\""),
    ("table", "data-sum=\"1.9|1.8|null\"", "data-sum=\"1.9|1.8\""),
    ("chart", ">50 %</text>", ">60 %</text>"),
    ("order", "<a href=\"/other\"", "<a tabindex=\"1\" href=\"/other\""),
    ("focus does not show", "<a href=\"/other\"", "<a class=\"bare\" href=\"/other\""),
    ("skip link", "href=\"#main\"", "href=\"/other\""),
    ("skip link", "href=\"#main\"", "href=\"#nothing\""),
];

/// Answers `/` with a page, and what belongs to it; says where.
fn serve(page: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let page = page.clone();
            thread::spawn(move || answer(stream, &page));
        }
    });
    origin
}

/// Answers one request; a browser that opened a connection to have one may close it again.
fn answer(mut stream: TcpStream, page: &str) {
    let mut lines = BufReader::new(stream.try_clone().unwrap()).lines().map_while(Result::ok);
    let Some(request) = lines.next() else { return };
    let path = request.split(' ').nth(1).unwrap().to_owned();
    lines.take_while(|line| !line.is_empty()).for_each(drop);
    let response = match path.as_str() {
        "/" => page,
        "/style.css" => STYLE,
        "/answer" => ANSWER,
        _ => "HTTP/1.1 404 Not Found\n\n",
    };
    let (head, body) = response.split_once("\n\n").unwrap();
    let _ = write!(stream, "{}\r\n\r\n{body}", head.replace('\n', "\r\n"));
}

/// The rules that a page breaks on a second monitor by day, or on a phone by night.
fn broken(tab: &mut Tab, axe: &Axe, page: String) -> BTreeSet<String> {
    let origin = serve(page);
    let url = format!("{origin}/");
    let expected = Expected { origin: &origin, url: &url, status: 200 };
    let visit = |form| Visit::to(tab, axe, expected, form).unwrap();
    let findings = [FORMS[0], FORMS[3]].map(visit).into_iter().flat_map(|visit| visit.findings);
    findings.map(|finding| finding.rule).collect()
}

#[test]
fn a_page_without_a_fault_is_not_blamed_and_every_fault_is_found() {
    let Some((chromium, axe)) = tools::found() else { return };
    let mut tab = Tab::new(chromium).unwrap();
    assert_eq!(broken(&mut tab, &axe, PAGE.to_owned()), BTreeSet::new());
    let mut unfound = Vec::new();
    for (rule, from, to) in FAULTS {
        let page = PAGE.replacen(from, &to.replace("[60 kB]", &" ".repeat(60_000)), 1);
        assert_ne!(page, PAGE, "there is no `{from}`");
        let rules = broken(&mut tab, &axe, page);
        if !rules.contains(rule) {
            unfound.push(format!("`{to}` breaks `{rule}`, not {rules:?}"));
        }
    }
    assert!(unfound.is_empty(), "{}", unfound.join("\n"));
}
