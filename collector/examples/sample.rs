//! A collector full of invented figures, to look at its pages:
//!
//! ```text
//! cargo run -p headcount-collector --example sample -- [half-year | one-section | nothing]
//! ```
//!
//! Everything comes in through the HTTP API, week by week, as it would from machines.

use std::num::NonZeroU64;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{Method, Request, header};
use headcount_collector::server::{self, Connections};
use headcount_collector::store::{MemoryStore, NewToken, Store};
use headcount_collector::token::{Scope, Token};
use headcount_collector::{Clock, Collector, Config, router};
use headcount_report::Week;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tower::ServiceExt;

const LIBRARY: &str = "courier";

/// Site, kind, and the chance that an installation calls it, in the first week and in the last.
const SITES: [(&str, &str, f64, f64); 12] = [
    ("client::Client::new", "method", 0.97, 0.97),
    ("client::Client::send", "method", 0.71, 0.83),
    ("client::Client::send_blocking", "method", 0.31, 0.045),
    ("client::Client::with_proxy", "method", 0.12, 0.11),
    ("codec::decode", "fn", 0.64, 0.66),
    ("codec::decode_lossy", "fn", 0.09, -0.03),
    ("codec::gzip", "used", 0.44, 0.41),
    ("codec::zstd", "used", 0.03, 0.22),
    ("pool::Pool::shrink", "method", 0.006, 0.004),
    ("retry::Backoff::jitter", "method", 0.27, 0.3),
    ("tls::native_roots", "fn", 0.38, 0.35),
    ("tls::pinned_key", "fn", 0.002, 0.002),
];

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let scene = std::env::args().nth(1).unwrap_or_else(|| "half-year".to_owned());
    let is_one = scene == "one-section";
    let now = Timestamp::now();
    // It starts in the first week: a collector never opens a week that it has seen closed.
    let clock = Clock::standing_at(monday(Week::at(now).plus(-25))?);
    let store = Arc::new(MemoryStore::new());
    let token = Token::generate()?;
    store.add_token(NewToken {
        scope: Scope::Library(LIBRARY.parse()?),
        digest: token.digest(),
        created: now,
    })?;
    let publish_at = NonZeroU64::new(if is_one { 1 } else { 20 }).unwrap_or(NonZeroU64::MIN);
    let config = Config { publish_at, ..Config::default() };
    let collector = Collector::start(store, clock.clone(), &config)?;
    let router = router::router(collector);
    let sample = Sample { router: router.clone(), clock, dice: Dice(1) };
    match scene.as_str() {
        "half-year" => sample.half_year(&token, now).await?,
        "one-section" => sample.one_section(&token, now).await?,
        "nothing" => {}
        other => anyhow::bail!("there is no scene `{other}`"),
    }
    let listener = TcpListener::bind("127.0.0.1:8481").await?;
    println!("invented figures on http://{}", listener.local_addr()?);
    server::serve(listener, router, Connections::default(), std::future::pending()).await;
    Ok(())
}

struct Sample {
    router: Router,
    clock: Clock,
    dice: Dice,
}

impl Sample {
    /// A library that deprecated three items and let one go.
    async fn half_year(mut self, token: &Token, now: Timestamp) -> anyhow::Result<()> {
        for version in ["1.8.2", "1.9.0", "2.0.0"] {
            self.register(token, version).await?;
        }
        for back in (0..26).rev() {
            let week = Week::at(now).plus(-back);
            self.clock.set(monday(week)?);
            let machines = if back == 0 { 61 } else { 580 - 15 * back + self.dice.below(60) };
            for _ in 0..machines {
                let progress = 1.0 - f64::from(back) / 25.0;
                let version = self.version(progress);
                let section = self.section(version, progress);
                self.report(week, section).await?;
            }
        }
        self.clock.set(now);
        Ok(())
    }

    /// One installation, one week: what a first user sees.
    async fn one_section(mut self, token: &Token, now: Timestamp) -> anyhow::Result<()> {
        self.clock.set(now);
        self.register(token, "1.9.0").await?;
        let section = self.section("1.9.0", 0.3);
        self.report(Week::at(now), section).await
    }

    /// Users move to the newer versions by and by.
    fn version(&mut self, progress: f64) -> &'static str {
        match self.dice.part() + progress {
            ..1.0 => "1.8.2",
            1.0..1.7 => "1.9.0",
            _ => "2.0.0",
        }
    }

    fn section(&mut self, version: &str, progress: f64) -> Value {
        let is_scanned = self.dice.part() < 0.9;
        let mut sites = serde_json::Map::new();
        for (path, _, first, last) in SITES {
            let chance = first + (last - first) * progress;
            let dice = self.dice.part();
            if !contains(version, path) || dice >= chance.max(0.0) * 1.25 + 0.01 {
                continue;
            }
            let mut facts = vec!["linked"];
            if dice < chance {
                facts.push("called");
            }
            if dice < chance / 3.0 {
                facts.push("called>=100");
            }
            sites.insert(path.to_owned(), json!(facts));
        }
        let origin = if self.dice.part() < 0.8 { "developer" } else { "deployed" };
        json!({
            "id": format!("{:016x}{:016x}", self.dice.next(), self.dice.next()),
            "library": LIBRARY, "version": version, "origin": origin, "scanned": is_scanned,
            "rustc": ["1.95"], "target": ["x86_64-unknown-linux-gnu"], "features": ["std"],
            "sites": sites,
        })
    }

    async fn register(&self, token: &Token, version: &str) -> anyhow::Result<()> {
        let site = |(path, kind, ..): &(&str, &str, f64, f64)| {
            let mut site = json!({"kind": kind});
            if let Some(deprecated) = deprecated(path) {
                site["deprecated"] = deprecated;
            }
            ((*path).to_owned(), site)
        };
        let sites = SITES.iter().filter(|(path, ..)| contains(version, path)).map(site);
        let manifest = json!({
            "headcount": 1, "library": LIBRARY, "version": version, "features": ["std"],
            "sites": sites.collect::<serde_json::Map<_, _>>(),
        });
        let path = format!("/v1/libraries/{LIBRARY}/manifests/{version}");
        self.send(Method::PUT, &path, Some(token), &manifest).await
    }

    async fn report(&self, week: Week, section: Value) -> anyhow::Result<()> {
        let report = json!({"headcount": 1, "week": week, "sections": [section]});
        self.send(Method::POST, "/v1/reports", None, &report).await
    }

    async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<&Token>,
        body: &Value,
    ) -> anyhow::Result<()> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        let request = request.body(Body::from(body.to_string()))?;
        let response = self.router.clone().oneshot(request).await?;
        anyhow::ensure!(response.status().is_success(), "{path}: {}", response.status());
        Ok(())
    }
}

fn monday(week: Week) -> anyhow::Result<Timestamp> {
    Ok(week.first_day().to_zoned(TimeZone::UTC)?.timestamp())
}

/// Whether a version has a site: the lossy decoder is gone in 2.0.0, the pinned key came in 1.9.0.
fn contains(version: &str, path: &str) -> bool {
    match path {
        "codec::decode_lossy" => version != "2.0.0",
        "tls::pinned_key" => version != "1.8.2",
        _ => true,
    }
}

fn deprecated(path: &str) -> Option<Value> {
    let (since, note) = match path {
        "client::Client::send_blocking" => ("1.8.0", "use `Client::send` and block on it"),
        "codec::decode_lossy" => ("1.8.0", "use `codec::decode`; it reports what it cannot read"),
        "pool::Pool::shrink" => ("1.9.0", "the pool shrinks by itself"),
        "tls::pinned_key" => ("1.9.0", "pin a certificate instead"),
        _ => return None,
    };
    Some(json!({"since": since, "note": note, "remove_in": "3.0.0"}))
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    /// xorshift64*, by G. Marsaglia and S. Vigna.
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// From 0 to 1.
    fn part(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or(0)) / f64::from(u32::MAX)
    }

    fn below(&mut self, limit: i32) -> i32 {
        i32::try_from(self.next() >> 40).unwrap_or(0) % limit
    }
}
