//! Decides what the attributes expand to, and records the facts that are the same for every
//! library of this build: compiler, target, profile.

use std::env;
use std::process::Command;

/// Where the C library's part in recording is known. Elsewhere hits are counted and never written.
const RECORDING_SYSTEMS: [&str; 9] =
    ["android", "freebsd", "fuchsia", "illumos", "ios", "linux", "macos", "openbsd", "tvos"];

/// Where objects are ELF, so that the assembler knows `.reloc` and `BFD_RELOC_NONE`.
const ELF_SYSTEMS: [&str; 7] =
    ["android", "freebsd", "fuchsia", "illumos", "linux", "none", "openbsd"];

/// Architectures for which `src/expand.rs` knows how to set a register to zero. All have had stable
/// inline assembly for longer than `sym` in it, which came with 1.66.
const ZERO_ARCHITECTURES: [&str; 3] = ["aarch64", "x86", "x86_64"];

fn main() {
    let variable = |name: &str| env::var(name).unwrap_or_default();
    let is_set = |name: &str| env::var_os(name).is_some();

    println!("cargo:rerun-if-changed=build.rs");
    let rustc = rustc_version();
    println!("cargo:rustc-env=HEADCOUNT_RUSTC={rustc}");
    println!("cargo:rustc-env=HEADCOUNT_TARGET={}", variable("TARGET"));
    println!("cargo:rustc-env=HEADCOUNT_PROFILE={}", variable("PROFILE"));

    let minor = rustc.split('.').nth(1).and_then(|minor| minor.parse().ok()).unwrap_or(0);
    let (system, architecture) =
        (variable("CARGO_CFG_TARGET_OS"), variable("CARGO_CFG_TARGET_ARCH"));
    let disabled = is_set("CARGO_FEATURE_DISABLED") || is_set("CARGO_CFG_HEADCOUNT_DISABLED");
    let atomics = variable("CARGO_CFG_TARGET_HAS_ATOMIC");
    let has_atomic = |width: &str| atomics.split(',').any(|has| has == width);
    let counting = !disabled && has_atomic("32") && has_atomic("ptr");
    let recording = counting && RECORDING_SYSTEMS.contains(&system.as_str()) && has_atomic("64");
    let reloc = counting
        && ELF_SYSTEMS.contains(&system.as_str())
        && ZERO_ARCHITECTURES.contains(&architecture.as_str())
        && !is_set("CARGO_CFG_MIRI")
        && !is_set("CARGO_CFG_HEADCOUNT_NO_RELOC"); // for tests, where it would be had

    if minor >= 80 {
        println!(
            "cargo:rustc-check-cfg=cfg(headcount_counting, headcount_recording, headcount_reloc)"
        );
    }
    if counting {
        println!("cargo:rustc-cfg=headcount_counting");
    }
    if recording {
        println!("cargo:rustc-cfg=headcount_recording");
    }
    if reloc {
        println!("cargo:rustc-cfg=headcount_reloc");
    }
}

/// `1.95.0`, or `unknown`.
fn rustc_version() -> String {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    Command::new(rustc)
        .arg("--version")
        .output()
        .ok()
        .and_then(|output| String::from_utf8(output.stdout).ok())
        .and_then(|version| version.split(' ').nth(1).map(|version| version.trim().to_owned()))
        .unwrap_or_else(|| "unknown".to_owned())
}
