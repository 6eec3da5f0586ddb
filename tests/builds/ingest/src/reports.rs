//! Reports as machines send them, JSON packed with zstd, in one file: each after its length.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;
use fastrand::Rng;
use headcount_report::{Fact, Facts, Origin, Report, Section, SectionId, Week};
use jiff::Timestamp;

use crate::libraries::{FEATURES, LIBRARIES, SITES, VERSIONS, library, site};

/// Libraries in one report.
const SECTIONS: usize = 20;

/// Sites of each that were used.
const USED: usize = 10;

/// How a sender packs.
const LEVEL: i32 = 3;

/// Reads what [`write`] wrote.
pub(crate) fn read(file: &Path) -> anyhow::Result<Vec<Vec<u8>>> {
    let bytes = std::fs::read(file).context("cannot read the reports")?;
    let mut rest = &*bytes;
    let mut reports = Vec::new();
    while let Some((length, more)) = rest.split_first_chunk() {
        let (report, more) = more.split_at(u32::from_le_bytes(*length) as usize);
        reports.push(report.to_vec());
        rest = more;
    }
    Ok(reports)
}

/// Writes so many, and says how large they are.
pub(crate) fn write(file: &Path, count: usize) -> anyhow::Result<()> {
    let mut out = BufWriter::new(File::create(file).context("cannot write the reports")?);
    let mut rng = Rng::with_seed(1);
    let week = Week::at(Timestamp::now());
    let (mut plain, mut packed) = (0, 0);
    for _ in 0..count {
        let json = report(&mut rng, week)?.encode();
        let body = zstd::encode_all(&*json, LEVEL)?;
        out.write_all(&u32::try_from(body.len())?.to_le_bytes())?;
        out.write_all(&body)?;
        (plain, packed) = (plain + json.len(), packed + body.len());
    }
    out.flush()?;
    println!("{} bytes of JSON, {} with zstd", plain / count, packed / count);
    Ok(())
}

fn report(rng: &mut Rng, week: Week) -> anyhow::Result<Report> {
    let libraries = rng.choose_multiple(0..LIBRARIES, SECTIONS);
    let sections: anyhow::Result<_> =
        libraries.into_iter().map(|library| section(rng, library)).collect();
    Ok(Report::new(week, sections?))
}

fn section(rng: &mut Rng, number: usize) -> anyhow::Result<Section> {
    let mut facts = || {
        let reached = [Fact::Called, Fact::Called100, Fact::Called10000];
        // Every other site is only linked, and few are called often.
        let called = [0, 0, 0, 1, 1, 2][rng.usize(0..6)];
        [Fact::Linked].into_iter().chain(reached.into_iter().take(called)).collect()
    };
    let facts: Vec<Facts> = (0..USED).map(|_| facts()).collect();
    let used = rng.choose_multiple(0..SITES, USED).into_iter().zip(facts);
    let sites: Result<_, _> = used.map(|(at, facts)| Ok((site(at).parse()?, facts))).collect();
    let features = rng.choose_multiple(FEATURES, 2);
    let dependencies = ["libz-sys", "bytes"].map(|name| {
        let version = format!("1.{}.{}", rng.u8(0..4), rng.u8(0..6));
        anyhow::Ok((name.parse()?, BTreeSet::from([version.parse()?])))
    });
    let mut id = [0; 16];
    rng.fill(&mut id);
    Ok(Section {
        id: SectionId(id),
        library: library(number).parse()?,
        version: VERSIONS[rng.usize(0..VERSIONS.len())].parse()?,
        origin: Origin::Developer,
        scanned: true,
        rustc: [format!("1.{}", rng.u8(88..96)).parse()?].into(),
        target: ["x86_64-unknown-linux-gnu".parse()?].into(),
        features: Some(features.into_iter().map(str::parse).collect::<Result<_, _>>()?),
        dependencies: dependencies.into_iter().collect::<anyhow::Result<_>>()?,
        system: BTreeMap::new(),
        sites: sites.map_err(|error: headcount_report::vocabulary::VocabularyError| error)?,
    })
}
