//! A generator of load: connections that are kept, each with one request on its way, on one thread.
//!
//! It should take little of a processor that the server needs, too. So requests are put together
//! beforehand, and of an answer it reads no more than the status and where it ends.

use std::cell::Cell;
use std::path::PathBuf;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use futures_util::future::try_join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::reports;

#[derive(clap::Args)]
pub(crate) struct Args {
    address: String,
    /// What `reports` wrote
    reports: PathBuf,
    #[arg(long, default_value = "512")]
    connections: usize,
    /// Reports to begin with
    #[arg(long, default_value = "0")]
    skip: usize,
    #[arg(long)]
    seconds: f64,
    /// Begins anew where reports end: for a server that does not look into them
    #[arg(long)]
    again: bool,
}

/// Prints how many requests were answered in how many seconds.
pub(crate) fn run(args: &Args) -> anyhow::Result<()> {
    let mut requests: Vec<_> =
        reports::read(&args.reports)?.iter().skip(args.skip).map(|body| request(body)).collect();
    ensure!(!requests.is_empty(), "there are no reports");
    requests.shrink_to_fit();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let next = Rc::new(Cell::new(0));
    let start = Instant::now();
    let end = start + Duration::from_secs_f64(args.seconds);
    runtime.block_on(async {
        let connection = |_| connection(&args.address, &requests, &next, args.again, end);
        try_join_all((0..args.connections).map(connection)).await
    })?;
    println!("{} {:.6}", next.get(), start.elapsed().as_secs_f64());
    Ok(())
}

/// As from a proxy that stands before the collector: every machine has an address of its own.
fn request(body: &[u8]) -> Vec<u8> {
    let [a, b, c, d] = std::array::from_fn(|_| fastrand::u8(1..255));
    let head = format!(
        "POST /v1/reports HTTP/1.1\r\nhost: localhost\r\nx-forwarded-for: {a}.{b}.{c}.{d}\r\n\
         content-type: application/json\r\ncontent-encoding: zstd\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    [head.as_bytes(), body].concat()
}

async fn connection(
    address: &str,
    requests: &[Vec<u8>],
    next: &Cell<usize>,
    again: bool,
    end: Instant,
) -> anyhow::Result<()> {
    let mut stream = TcpStream::connect(address).await.context("cannot connect")?;
    stream.set_nodelay(true)?;
    let mut buffer = [0; 4096];
    while Instant::now() < end {
        let number = next.get();
        let Some(request) = requests.get(if again { number % requests.len() } else { number })
        else {
            break;
        };
        next.set(number + 1);
        stream.write_all(request).await?;
        answer(&mut stream, &mut buffer).await?;
    }
    Ok(())
}

/// Reads one answer, which has to be a 200.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> anyhow::Result<()> {
    let mut length = 0;
    loop {
        let read = stream.read(&mut buffer[length..]).await?;
        ensure!(read > 0, "the server closed a connection");
        length += read;
        let text = str::from_utf8(&buffer[..length])?;
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            ensure!(head.starts_with("HTTP/1.1 200"), "refused: {text}");
            let Some((_, rest)) = head.split_once("content-length: ") else {
                bail!("an answer without a length: {head}")
            };
            let wanted: usize = rest.split("\r\n").next().unwrap_or(rest).parse()?;
            if body.len() >= wanted {
                return Ok(());
            }
        }
    }
}
