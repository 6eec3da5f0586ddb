//! Decides what the attributes expand to, and records the facts that are the same for every
//! library of this build: compiler, target, profile.

use std::env;
use std::process::Command;

/// Where linkme has an implementation; elsewhere it is a `compile_error!`.
const SLICE_SYSTEMS: [&str; 11] = [
    "android", "freebsd", "fuchsia", "illumos", "ios", "linux", "macos", "none", "openbsd", "tvos",
    "windows",
];

/// Where objects are ELF, so that the assembler knows `.reloc` and `BFD_RELOC_NONE`.
const ELF_SYSTEMS: [&str; 7] =
    ["android", "freebsd", "fuchsia", "illumos", "linux", "none", "openbsd"];

/// Architectures with stable inline assembly, and the minor version of rustc that stabilised it.
/// PowerPC is left out: there every record would be kept.
const ASSEMBLERS: [(&str, u32); 8] = [
    ("aarch64", 66),
    ("arm", 66),
    ("loongarch64", 72),
    ("riscv32", 66),
    ("riscv64", 66),
    ("s390x", 84),
    ("x86", 66),
    ("x86_64", 66),
];

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
    let counting = !disabled && SLICE_SYSTEMS.contains(&system.as_str());
    let reloc = ELF_SYSTEMS.contains(&system.as_str())
        && !is_set("CARGO_CFG_MIRI")
        && !is_set("CARGO_CFG_HEADCOUNT_NO_RELOC") // for tests, where it would be had
        && ASSEMBLERS.iter().any(|(name, since)| *name == architecture && minor >= *since);

    if minor >= 80 {
        println!("cargo:rustc-check-cfg=cfg(headcount_counting, headcount_pure, headcount_reloc)");
    }
    if counting {
        println!("cargo:rustc-cfg=headcount_counting");
    }
    // Where `runtime/src/expand.rs` knows how to set a register to zero.
    if ["aarch64", "x86", "x86_64"].contains(&architecture.as_str()) {
        println!("cargo:rustc-cfg=headcount_pure");
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
