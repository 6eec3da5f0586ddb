//! The libraries that reports are about, and their registration.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use serde_json::{Map, Value, json};

/// As many as a large company's programs have.
pub(crate) const LIBRARIES: usize = 300;

pub(crate) const VERSIONS: [&str; 3] = ["1.4.0", "1.4.2", "2.0.1"];

pub(crate) const FEATURES: [&str; 4] = ["std", "tls", "streaming", "compression"];

/// Sites of each.
pub(crate) const SITES: usize = 60;

pub(crate) fn library(number: usize) -> String {
    format!("counted-library-{number}")
}

pub(crate) fn site(number: usize) -> String {
    format!("codec::decode_{number}")
}

/// Registers every version of every library.
pub(crate) fn register(address: &str, collector: &Path, store: &Path) -> anyhow::Result<()> {
    for number in 0..LIBRARIES {
        let library = library(number);
        let mut add = Command::new(collector);
        let output = add.args(["token", "add", &library, "--store"]).arg(store).output()?;
        ensure!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let token = String::from_utf8(output.stdout)?;
        for version in VERSIONS {
            put(address, token.trim(), &library, version)?;
        }
    }
    Ok(())
}

fn put(address: &str, token: &str, library: &str, version: &str) -> anyhow::Result<()> {
    let sites: Map<String, Value> =
        (0..SITES).map(|number| (site(number), json!({"kind": "method"}))).collect();
    let manifest = json!({
        "headcount": 1, "library": library, "version": version, "features": FEATURES, "sites": sites,
    });
    let body = manifest.to_string();
    let request = format!(
        "PUT /v1/libraries/{library}/manifests/{version} HTTP/1.1\r\nhost: localhost\r\n\
         connection: close\r\nauthorization: Bearer {token}\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = TcpStream::connect(address).context("cannot connect to the collector")?;
    stream.write_all(request.as_bytes())?;
    let mut response = String::new();
    stream.read_to_string(&mut response)?;
    ensure!(response.starts_with("HTTP/1.1 201"), "the collector refused a manifest: {response}");
    Ok(())
}
