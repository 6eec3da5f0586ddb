//! Programs that tasks run, and how those that are missing are installed.

mod axe;

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, ensure};

/// A program that tests need.
struct Tool {
    name: &'static str,
    /// Debian's.
    package: &'static str,
    needed_to: &'static str,
}

const TOOLS: [Tool; 6] = [
    Tool {
        name: "strace",
        package: "strace",
        needed_to: "count the system calls of a counted program",
    },
    Tool { name: "valgrind", package: "valgrind", needed_to: "count instructions" },
    Tool { name: "chromium", package: "chromium", needed_to: "look at the collector's pages" },
    Tool { name: "npm", package: "npm", needed_to: "install axe-core, which looks at them too" },
    Tool { name: "crontab", package: "cron", needed_to: "see a report scheduled" },
    Tool {
        name: "systemd-analyze",
        package: "systemd",
        needed_to: "check the units that schedule a report",
    },
];

/// Sees to it that the tests find their tools: installs them where that is possible.
///
/// # Errors
/// In CI when a tool is still missing, since skipping its tests would go unnoticed.
pub(crate) fn preflight() -> Result<()> {
    if !missing().is_empty() && is_root() && Path::new("/etc/debian_version").exists() {
        install(&missing().iter().map(|tool| tool.package).collect::<Vec<_>>())?;
    }
    let missing = missing();
    for tool in &missing {
        eprintln!("`{}` is missing; install it to {}", tool.name, tool.needed_to);
    }
    ensure!(missing.is_empty() || !is_ci(), "in CI no test may be skipped for want of a tool");
    match axe::install_if_missing() {
        Err(error) if !is_ci() => eprintln!("{error:#}; pages are not looked at"),
        outcome => outcome?,
    }
    Ok(())
}

/// The folder of the checkout.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("xtask lies in the checkout's folder")
}

/// A command of the cargo that runs this, from arguments without spaces in them.
pub(crate) fn cargo(arguments: &str) -> Command {
    let mut command = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments.split_whitespace());
    command
}

/// Runs a command, showing it and what it prints.
pub(crate) fn run(command: &mut Command) -> Result<()> {
    let shown = shown(command);
    println!("$ {shown}");
    let status = command.status().with_context(|| format!("cannot start `{shown}`"))?;
    ensure!(status.success(), "`{shown}` failed ({status})");
    Ok(())
}

/// Runs a command for what it prints.
pub(crate) fn output(command: &mut Command) -> Result<String> {
    let shown = shown(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start `{shown}`"))?;
    ensure!(output.status.success(), "`{shown}` failed ({})", output.status);
    String::from_utf8(output.stdout).with_context(|| format!("`{shown}` printed no text"))
}

/// The command as a person would type it.
fn shown(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_name().unwrap_or_default();
    [program]
        .into_iter()
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>()
        .join(" ")
}

fn missing() -> Vec<&'static Tool> {
    TOOLS.iter().filter(|tool| !is_there(tool)).collect()
}

fn is_there(tool: &Tool) -> bool {
    let folders = env::var_os("PATH").unwrap_or_default();
    env::split_paths(&folders).any(|folder| folder.join(tool.name).is_file())
}

/// Installs packages of Debian's.
pub(crate) fn install(packages: &[&str]) -> Result<()> {
    let apt_get = || {
        let mut command = Command::new("apt-get");
        command.env("DEBIAN_FRONTEND", "noninteractive").args(["--quiet", "--yes"]);
        command
    };
    run(apt_get().arg("update"))?;
    run(apt_get().args(["install", "--no-install-recommends"]).args(packages))
}

/// Whether this may do anything.
pub(crate) fn is_root() -> bool {
    output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0")
}

fn is_ci() -> bool {
    env::var_os("CI").is_some_and(|value| value == "true")
}
