//! What the operator decides.

use std::fmt;
use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::num::{NonZeroU32, NonZeroU64};
use std::path::{Path, PathBuf};
use std::str::FromStr;

use anyhow::Context;
use axum::http::HeaderName;
use clap::{ArgMatches, Args, Command, FromArgMatches, ValueEnum};
use serde::{Deserialize, Deserializer};
use tracing::level_filters::LevelFilter;

/// A configuration file that says what [`Config::default`] says, with what each setting is for.
pub const DEFAULTS: &str = include_str!("../headcount-collector.toml");

/// How one collector serves. A setting is a key of the configuration file and an argument of
/// `headcount-collector serve`, by the same name and with the same values.
#[derive(Debug, Clone, PartialEq, Eq, Args, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// The store: one SQLite file, created when it is missing
    #[arg(long, value_name = "FILE")]
    pub store: PathBuf,

    /// Where to listen; port 0 takes a free one. TLS is a reverse proxy's work
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: SocketAddr,

    /// Publish a share only once this many sections stand behind it
    #[arg(long, value_name = "K")]
    pub publish_at: NonZeroU64,

    /// Count this many sections a day of one library and week from one network (IPv4 /24, IPv6
    /// /48), and no more
    #[arg(long, value_name = "N")]
    pub sections_per_prefix: NonZeroU32,

    /// Keep the sums of this many weeks, counted back from the last one that has any
    #[arg(long, value_name = "WEEKS")]
    pub keep_weeks: NonZeroU32,

    /// Believe this header about where a request comes from, when it comes from a proxy with a
    /// loopback or private address: X-Forwarded-For, X-Real-IP
    #[arg(long, value_name = "HEADER")]
    #[serde(deserialize_with = "present")]
    pub proxy_header: Option<HeaderName>,

    /// How the log on stderr is written
    #[arg(long, value_name = "FORMAT")]
    pub log_format: LogFormat,

    /// How much is logged: off, error, warn, info, debug, trace
    #[arg(long, value_name = "LEVEL")]
    #[serde(deserialize_with = "parsed")]
    pub log_level: LevelFilter,
}

/// How a line of the log is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people
    Text,
    /// One JSON object a line
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            store: PathBuf::from("headcount.sqlite"),
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8480)),
            publish_at: const { NonZeroU64::new(20).unwrap() },
            // The installations of a large office.
            sections_per_prefix: const { NonZeroU32::new(200).unwrap() },
            // Five years: as long as a long-term release lives.
            keep_weeks: const { NonZeroU32::new(260).unwrap() },
            proxy_header: None,
            log_format: LogFormat::Text,
            log_level: LevelFilter::INFO,
        }
    }
}

impl Config {
    /// The settings of a file, if there is one, and of the arguments, which stand above it; and the
    /// defaults where neither says anything.
    ///
    /// # Errors
    /// When the file cannot be read, holds an unknown key, or a value that is none; names the line.
    pub fn read(file: Option<&Path>, flags: &Flags) -> anyhow::Result<Self> {
        let mut config = match file {
            Some(file) => Self::of_file(file)?,
            None => Self::default(),
        };
        config.update_from_arg_matches(&flags.0)?;
        Ok(config)
    }

    /// The settings of a file, and the defaults where it says nothing.
    ///
    /// # Errors
    /// As for [`read`](Self::read).
    pub fn of_file(file: &Path) -> anyhow::Result<Self> {
        let doing = || format!("cannot read the configuration `{}`", file.display());
        let text = fs::read_to_string(file).with_context(doing)?;
        toml_edit::de::from_str(&text).with_context(doing)
    }
}

/// The settings that the arguments give, and no others.
#[derive(Debug, Clone)]
pub struct Flags(ArgMatches);

/// As for an update: no setting has to be given, and one that is not has no value.
impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        Config::augment_args_for_update(command)
    }

    fn augment_args_for_update(command: Command) -> Command {
        Config::augment_args_for_update(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        Ok(Self(matches.clone()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        self.0 = matches.clone();
        Ok(())
    }
}

/// Reads what has no serde of its own.
fn parsed<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

/// Reads such a thing where it may also be left out.
fn present<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: FromStr<Err: fmt::Display>,
{
    parsed(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_printed_defaults_are_the_codes() {
        assert_eq!(toml_edit::de::from_str::<Config>(DEFAULTS).unwrap(), Config::default());
    }

    #[test]
    fn every_setting_is_printed() {
        let command = Flags::augment_args(Command::new("serve"));
        for setting in command.get_arguments() {
            let key = setting.get_id().as_str();
            let is_key =
                |line: &str| line.trim_start_matches("# ").starts_with(&format!("{key} ="));
            assert!(DEFAULTS.lines().any(is_key), "`{key}` is not in headcount-collector.toml");
        }
    }

    #[test]
    fn an_argument_stands_above_the_file_and_the_file_above_the_default() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("collector.toml");
        fs::write(&file, "publish_at = 5\nproxy_header = 'X-Real-IP'\nlog_level = 'warn'").unwrap();
        let command = Flags::augment_args(Command::new("serve"));
        let matches = command.get_matches_from(["serve", "--publish-at=7", "--log-format=json"]);
        let config = Config::read(Some(&file), &Flags(matches)).unwrap();
        let expected = Config {
            publish_at: NonZeroU64::new(7).unwrap(),
            proxy_header: Some(HeaderName::from_static("x-real-ip")),
            log_format: LogFormat::Json,
            log_level: LevelFilter::WARN,
            ..Config::default()
        };
        assert_eq!(config, expected);
    }

    #[track_caller]
    fn refused(text: &str, because: &[&str]) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("collector.toml");
        fs::write(&file, text).unwrap();
        let error = format!("{:#}", Config::of_file(&file).unwrap_err());
        for because in because {
            assert!(error.contains(because), "{error}");
        }
    }

    #[test]
    fn what_is_no_setting_is_refused_with_its_line() {
        refused("publish_at = 5\npublishat = 7", &["line 2", "unknown field `publishat`"]);
        refused("[log]\nlevel = 'warn'", &["line 1", "unknown field `log`"]);
        refused("\nlisten = 'here'", &["line 2", "socket address"]);
        refused("publish_at = 0", &["line 1", "nonzero"]);
        refused("log_level = 'loud'", &["line 1"]);
        refused("proxy_header = 'a header'", &["line 1", "header name"]);
        refused("publish_at 5", &["line 1"]);
    }
}
