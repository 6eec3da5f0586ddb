//! The cases, as data.

use std::collections::BTreeMap;
use std::fs;

use headcount_report::build::Source;

use super::plot::Plot;
use super::{Case, Knowledge, Library, Run, Told};

const BUILD: &str = "build --target-dir {shared}";

/// A package in the place of `scopeguard`.
const PATCH: &str = "[package]\nname = \"scopeguard\"\nversion = \"1.1.0\"\n\
     [features]\ndefault = [\"use_std\"]\nuse_std = []\n";
const PATCH_SOURCE: &str = "pub fn guard<T, F: FnOnce(T)>(value: T, _: F) -> Box<T> {\n    \
     Box::new(value)\n}\n";

/// Hands all arguments to rustc in a file.
const THROUGH_A_FILE: &str = "#!/bin/sh
rustc=$1
shift
file=$0.$$
for argument; do printf '%s\\n' \"$argument\"; done > \"$file\"
\"$rustc\" \"@$file\"
status=$?
rm \"$file\"
exit $status
";

/// What shares its compiled dependencies with all others.
pub(crate) fn usual() -> Vec<Case> {
    [workspaces(), folders(), replaced(), tools()].into_iter().flatten().collect()
}

/// Whose library it is, and how often.
fn workspaces() -> Vec<Case> {
    vec![
        case(
            "standalone",
            plain,
            vec![build("app", "build --locked --target-dir {shared}"), fresh()],
        ),
        case(
            "nested workspace",
            nested,
            vec![
                build("app", BUILD),
                build("", "build --manifest-path app/Cargo.toml --target-dir {shared}"),
            ],
        ),
        case(
            "virtual workspace",
            virtual_workspace,
            vec![
                build("", "build -p matrix-app --target-dir {shared}"),
                Run {
                    libraries: vec![],
                    ..build("", "check -p probe --locked --target-dir {shared}")
                },
            ],
        ),
        case(
            "two versions",
            two_versions,
            vec![Run {
                libraries: vec![
                    Library { version: "0.9.0", ..library(&[("cfg-if", Told::Version("0.1.10"))]) },
                    library(&[("cfg-if", Told::Version("1.0.0"))]),
                ],
                ..build("app", BUILD)
            }],
        ),
        case(
            "host and target",
            host_and_target,
            vec![Run { libraries: vec![without_guard()], ..build("app", BUILD) }],
        ),
    ]
}

/// Where things lie.
fn folders() -> Vec<Case> {
    vec![
        case(
            "shared target",
            shared_target,
            vec![build("app", BUILD), build("second", BUILD), build("app", BUILD)],
        ),
        case(
            "target in the environment",
            plain,
            vec![build("app", "build").with("CARGO_TARGET_DIR", "{shared}")],
        ),
        case(
            "build folder elsewhere",
            plain,
            vec![
                build("app", "build --target-dir {here}/target")
                    .with("CARGO_BUILD_BUILD_DIR", "{shared}"),
            ],
        ),
        case(
            "install",
            nested,
            vec![
                build("app", BUILD),
                Run { graph: Knowledge::Unknown, ..build("", INSTALL) },
                build("", INSTALL_LOCKED),
            ],
        ),
    ]
}

/// Dependencies that are not the published ones.
fn replaced() -> Vec<Case> {
    let local = [("scopeguard", Told::Other(Source::Local))];
    vec![
        case(
            "paths override",
            paths_override,
            vec![Run { libraries: vec![library(&local)], ..build("app", BUILD) }],
        ),
        case(
            "patch on the command line",
            patch_beside,
            vec![Run {
                libraries: vec![library(&local)],
                graph: Knowledge::Unknown,
                ..build(
                    "app",
                    "build --target-dir {shared} --config patch.crates-io.scopeguard.path=\"{here}/patch\"",
                )
            }],
        ),
        case(
            "patch in the workspace",
            patch_inside,
            vec![Run { libraries: vec![library(&local)], ..build("app", BUILD) }],
        ),
    ]
}

/// What else runs rustc, or runs around it.
fn tools() -> Vec<Case> {
    vec![
        case(
            "passes",
            plain,
            vec![
                pass("check --target-dir {shared}"),
                pass("clippy --target-dir {shared}"),
                pass("doc --no-deps -p probe --target-dir {shared}"),
                Run {
                    graph: Knowledge::Unknown,
                    ..build("app", "test --no-run --target-dir {shared}")
                },
                build("app", BUILD),
            ],
        ),
        case(
            "target triple",
            plain,
            vec![
                build("app", TRIPLE),
                build("app", TRIPLE).with("RUSTFLAGS", "--remap-path-prefix=/=/remapped/"),
            ],
        ),
        case("wrapper", wrapper, vec![build("app", BUILD).with("RUSTC_WRAPPER", "{here}/wrapper")]),
        case(
            "with spaces and a response file",
            wrapper,
            vec![build("app", BUILD).with("RUSTC_WRAPPER", "{here}/through a file")],
        ),
    ]
}

const INSTALL: &str = "install --debug --force --path app --root {here}/root --target-dir {shared}";
const INSTALL_LOCKED: &str =
    "install --locked --debug --force --path app --root {here}/root --target-dir {shared}";
const TRIPLE: &str = "build --target x86_64-unknown-linux-gnu --target-dir {shared}";

/// What compiles all its dependencies by itself.
pub(crate) fn unusual() -> Vec<Case> {
    let unknown =
        ["cfg-if", "paste", "scopeguard"].map(|name| (name, Told::Other(Source::Unknown)));
    let from_git = [("scopeguard", Told::Other(Source::Git))];
    vec![
        case("target of its own", plain, vec![build("app", "build")]),
        case("target outside", plain, vec![build("app", "build --target-dir {outside}")]),
        case(
            "install with newer tools",
            pinned,
            vec![Run { graph: Knowledge::Unknown, ..build("", INSTALL_OUTSIDE) }],
        ),
        case(
            "vendored",
            vendored,
            vec![
                pass("vendor --locked ../vendor"),
                Run {
                    libraries: vec![library(&unknown)],
                    ..build("app", "build --locked --target-dir {here}/target")
                },
            ],
        ),
        // A build fetches what it needs, and no dev-dependency; `cargo metadata` needs these too.
        case(
            "fresh home",
            fresh_home,
            vec![
                Run { graph: Knowledge::Unknown, ..at_home("app", IN_HOME) },
                Run {
                    graph: Knowledge::Unknown,
                    ..at_home("app", IN_HOME).with("CARGO_NET_OFFLINE", "true")
                },
            ],
        ),
        case(
            "patch from git",
            patch_from_git,
            vec![Run { libraries: vec![library(&from_git)], ..at_home("app", IN_HOME) }],
        ),
        case(
            "install from git",
            install_from_git,
            vec![Run {
                libraries: vec![Library { source: Source::Git, ..library(&[]) }],
                ..at_home("", INSTALL_FROM_GIT)
            }],
        ),
    ]
}

/// A home of cargo's that `fresh home` fills.
const HOME: &str = "{shared}/matrix/home";
const IN_HOME: &str = "build --target-dir {shared}/matrix/of-home";
const INSTALL_OUTSIDE: &str =
    "install --debug --force --path app --root {here}/root --target-dir {outside}";
const INSTALL_FROM_GIT: &str = "install --locked --debug --force --git file://{here}/repository \
     matrix-app --root {here}/root --target-dir {shared}/matrix/of-home";

fn case(name: &'static str, prepare: fn(&mut Plot), runs: Vec<Run>) -> Case {
    Case { name, prepare, runs }
}

/// A call of cargo after which everything is known.
fn build(at: &'static str, cargo: &'static str) -> Run {
    Run {
        at,
        cargo,
        variables: vec![],
        libraries: vec![library(&[])],
        graph: Knowledge::Right,
        is_fresh: false,
    }
}

/// A build that may fetch.
fn at_home(at: &'static str, cargo: &'static str) -> Run {
    build(at, cargo).with("CARGO_HOME", HOME).with("CARGO_NET_OFFLINE", "false")
}

/// The same build once more.
fn fresh() -> Run {
    Run { is_fresh: true, ..build("app", BUILD) }
}

/// A call of cargo that makes no program.
fn pass(cargo: &'static str) -> Run {
    Run { libraries: vec![], ..build("app", cargo) }
}

impl Run {
    fn with(mut self, name: &'static str, value: &'static str) -> Self {
        self.variables.push((name, value));
        self
    }
}

/// The library as the program uses it, but for some of its dependencies.
fn library(others: &[(&'static str, Told)]) -> Library {
    let mut dependencies = BTreeMap::from([
        ("headcount", Told::Other(Source::Local)),
        ("cfg-if", Told::Right),
        ("paste", Told::Right),
        ("scopeguard", Told::Right),
    ]);
    dependencies.extend(others.iter().copied());
    Library { version: "1.2.3", source: Source::Local, features: vec!["guard"], dependencies }
}

fn without_guard() -> Library {
    let mut library = library(&[]);
    library.features.clear();
    library.dependencies.remove("scopeguard");
    library
}

fn plain(plot: &mut Plot) {
    plot.copy("probe", "probe");
    plot.copy("app", "app");
}

/// A workspace around the program's own.
fn nested(plot: &mut Plot) {
    plain(plot);
    plot.copy("probe", "outer");
    plot.rename("outer/Cargo.lock", "Cargo.lock");
    plot.add("Cargo.toml", "[workspace]\nmembers = [\"outer\"]\n");
}

fn virtual_workspace(plot: &mut Plot) {
    plain(plot);
    plot.replace("app/Cargo.toml", "[workspace]\n", "");
    plot.rename("app/Cargo.lock", "Cargo.lock");
    plot.add("Cargo.toml", "[workspace]\nresolver = \"2\"\nmembers = [\"app\", \"probe\"]\n");
}

fn two_versions(plot: &mut Plot) {
    plain(plot);
    plot.copy("probe", "old");
    plot.replace("old/Cargo.toml", "1.2.3", "0.9.0");
    plot.replace("old/Cargo.toml", "cfg-if = \"1\"", "cfg-if = \"=0.1.10\"");
    plot.replace(
        "app/Cargo.toml",
        "[build-",
        "old = { package = \"probe\", path = \"../old\", features = [\"guard\"] }\n\n[build-",
    );
    plot.replace("app/src/main.rs", "probe::touch()", "probe::touch() + old::touch()");
}

fn host_and_target(plot: &mut Plot) {
    plain(plot);
    let with_guard = "probe = { path = \"../probe\", features = [\"guard\"] }\n";
    plot.replace("app/Cargo.toml", with_guard, "probe = { path = \"../probe\" }\n");
    let heading = "[build-dependencies]\n";
    plot.replace("app/Cargo.toml", heading, &format!("{heading}{with_guard}"));
    plot.replace("app/build.rs", "{\n", "{\n    probe::touch();\n");
}

/// Two programs with one library and different lock files.
fn shared_target(plot: &mut Plot) {
    plain(plot);
    plot.copy("app", "second");
    plot.pin_as_the_library_does("second/Cargo.lock");
}

fn paths_override(plot: &mut Plot) {
    patch_beside(plot);
    plot.add("app/.cargo/config.toml", "paths = [\"../patch\"]\n");
}

fn patch_beside(plot: &mut Plot) {
    plain(plot);
    plot.add("patch/Cargo.toml", PATCH);
    plot.add("patch/src/lib.rs", PATCH_SOURCE);
}

fn patch_inside(plot: &mut Plot) {
    plain(plot);
    plot.add("app/patch/Cargo.toml", PATCH);
    plot.add("app/patch/src/lib.rs", PATCH_SOURCE);
    let patch = "[patch.crates-io]\nscopeguard = { path = \"patch\" }\n\n[build-dep";
    plot.replace("app/Cargo.toml", "[build-dep", patch);
}

fn wrapper(plot: &mut Plot) {
    plain(plot);
    plot.add("wrapper", "#!/bin/sh\nexec \"$@\"\n");
    plot.add("through a file", THROUGH_A_FILE);
}

/// What ends in the program has one possible version; what its build script uses has many.
fn pinned(plot: &mut Plot) {
    plain(plot);
    for (any, one) in [
        ("cfg-if = \"1\"", "cfg-if = \"=1.0.0\""),
        ("paste = \"1\"", "paste = \"=1.0.14\""),
        ("version = \"1\"", "version = \"=1.1.0\""),
    ] {
        plot.replace("probe/Cargo.toml", any, one);
    }
}

fn vendored(plot: &mut Plot) {
    plain(plot);
    let config = "[source.crates-io]\nreplace-with = \"vendored\"\n\n\
        [source.vendored]\ndirectory = \"../vendor\"\n";
    plot.add("app/.cargo/config.toml", config);
}

fn fresh_home(plot: &mut Plot) {
    plain(plot);
    plot.add_to("app/Cargo.toml", "[dev-dependencies]\nlazy_static = \"1\"\n");
    for folder in [HOME, "{shared}/matrix/of-home"] {
        drop(fs::remove_dir_all(plot.fill(folder)));
    }
}

fn patch_from_git(plot: &mut Plot) {
    plain(plot);
    plot.add("patch/Cargo.toml", PATCH);
    plot.add("patch/src/lib.rs", PATCH_SOURCE);
    plot.commit("patch");
    let url = plot.fill("file://{here}/patch").into_string().expect("text");
    let patch = format!("[patch.crates-io]\nscopeguard = {{ git = \"{url}\" }}\n\n[build-dep");
    plot.replace("app/Cargo.toml", "[build-dep", &patch);
}

fn install_from_git(plot: &mut Plot) {
    plain(plot);
    plot.copy("probe", "repository/probe");
    plot.copy("app", "repository/app");
    plot.commit("repository");
}
