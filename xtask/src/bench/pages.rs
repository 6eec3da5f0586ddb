//! The collector's pages over five years: of a library with 100 others in the store, and with 10,000.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result};
use headcount_report::Week;
use jiff::Timestamp;

use super::server::Server;
use super::{folder, median, print, step};
use crate::tools;

/// How many other libraries are in each store.
const OTHERS: [u32; 2] = [100, 10_000];

/// How often a page is asked for in a round: the kernel counts hundredths of a second.
const REQUESTS: u16 = 50;

/// Pages, and where they are. Removal looks half a year back, whoever asks.
const PAGES: [(&str, &str); 9] = [
    ("a library's summary", "/libraries/simulated-library?weeks=261"),
    ("its OpenSSL", "/libraries/simulated-library/versions?weeks=261"),
    ("its compilers", "/libraries/simulated-library/versions?weeks=261&of=rustc"),
    ("its releases", "/libraries/simulated-library/versions?weeks=261&of=library"),
    ("its removals", "/libraries/simulated-library/removal"),
    ("one site", "/libraries/simulated-library/sites/client::ClientBuilder::timeout_ms"),
    ("its features", "/libraries/simulated-library/features"),
    ("all libraries", "/"),
    ("the collector", "/status"),
];

/// A page from one store.
struct Page {
    /// Processor time of the server, in milliseconds.
    processor_ms: f64,
    /// From the request to the last byte, in milliseconds.
    clock_ms: f64,
    bytes: usize,
}

/// Prints the table.
pub(super) fn run(runs: usize) -> Result<()> {
    step("pages: build the collector and the simulator");
    for package in ["headcount-collector", "headcount-simulator"] {
        let mut cargo = tools::cargo("build --quiet --release");
        tools::run(cargo.args(["-p", package, "--target-dir"]).arg(folder().join("build")))?;
    }
    let stores = stores()?;
    let servers = stores.iter().map(|store| serve(store)).collect::<Result<Vec<_>>>()?;
    let mut rows = Vec::new();
    for (name, path) in PAGES {
        step(format_args!("pages: {name}"));
        let mut rounds: Vec<Vec<Page>> = Vec::new();
        for _ in 0..runs {
            let pages = servers.iter().map(|server| page(server, path));
            rounds.push(pages.collect::<Result<_>>()?);
        }
        let of = |value: fn(&[Page]) -> f64| median(rounds.iter().map(|pages| value(pages)));
        let ratio = of(|pages| pages[1].processor_ms / pages[0].processor_ms);
        rows.push([
            name.to_owned(),
            format!("{:.1}", of(|pages| pages[0].processor_ms)),
            format!("{:.1}", of(|pages| pages[1].processor_ms)),
            format!("{ratio:.1}"),
            format!("{:.1}", of(|pages| pages[1].clock_ms)),
            rounds[0][1].bytes.to_string(),
        ]);
    }
    servers.into_iter().try_for_each(Server::stop)?;
    let header = ["page", "ms with 100", "ms with 10,000", "ratio", "ms by the clock", "bytes"];
    print("Pages over five years, processor time", header, rows);
    Ok(())
}

/// Finds the stores, whose weeks end with the last one; makes those that are missing.
fn stores() -> Result<[PathBuf; OTHERS.len()]> {
    let (all, week) = (folder().join("pages"), Week::at(Timestamp::now()).plus(-1));
    let folder = all.join(week.to_string());
    if !folder.exists() {
        if all.exists() {
            fs::remove_dir_all(&all).context("cannot remove the stores of another week")?;
        }
        fs::create_dir_all(&folder).context("cannot make a folder")?;
    }
    let stores = OTHERS.map(|others| folder.join(format!("{others}.sqlite")));
    for (store, others) in stores.iter().zip(OTHERS).filter(|(store, _)| !store.exists()) {
        step(format_args!("pages: fill a store with {others} other libraries"));
        // It has its name once it is whole.
        let unfinished = folder.join("unfinished");
        if unfinished.exists() {
            fs::remove_dir_all(&unfinished).context("cannot remove an unfinished store")?;
        }
        fs::create_dir(&unfinished).context("cannot make a folder")?;
        let file = unfinished.join("store.sqlite");
        let mut simulator = Command::new(program("headcount-simulator"));
        simulator.args(["crowd", "--others", &others.to_string(), "--store"]).arg(&file);
        tools::run(&mut simulator)?;
        fs::rename(&file, store).context("cannot rename the store")?;
    }
    Ok(stores)
}

fn serve(store: &Path) -> Result<Server> {
    let mut command = Command::new(program("headcount-collector"));
    command.args(["serve", "--listen", "127.0.0.1:0", "--log-level", "warn", "--store"]).arg(store);
    Server::start(&mut command)
}

fn program(name: &str) -> PathBuf {
    folder().join("build/release").join(name)
}

/// Asks for a page, once before it counts.
fn page(server: &Server, path: &str) -> Result<Page> {
    let url = format!("http://{}{path}", server.address);
    let get = || -> Result<usize> { Ok(ureq::get(&url).call()?.body_mut().read_to_vec()?.len()) };
    let bytes = get()?;
    let (mut waited, before) = (Vec::new(), server.seconds()?);
    for _ in 0..REQUESTS {
        let start = Instant::now();
        get()?;
        waited.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let processor_ms = (server.seconds()? - before) * 1e3 / f64::from(REQUESTS);
    Ok(Page { processor_ms, clock_ms: median(waited), bytes })
}
