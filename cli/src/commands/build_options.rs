//! The options of `cargo build` that commands pass on.

use std::path::PathBuf;

use headcount_sender::workspace::Request;

#[derive(clap::Args)]
#[command(next_help_heading = "How to build")]
pub(crate) struct BuildOptions {
    /// Cargo.toml of the workspace or package
    #[arg(long, value_name = "PATH")]
    manifest_path: Option<PathBuf>,
    /// Package to build; may be given several times
    #[arg(short, long = "package", value_name = "PACKAGE")]
    packages: Vec<String>,
    /// Features to build with, separated by commas
    #[arg(long, value_delimiter = ',')]
    features: Vec<String>,
    /// Build with all features
    #[arg(long)]
    all_features: bool,
    /// Build without the default features
    #[arg(long)]
    no_default_features: bool,
    /// Target triple to build for
    #[arg(long, value_name = "TRIPLE")]
    target: Option<String>,
    /// Folder to build in
    #[arg(long, value_name = "FOLDER")]
    target_dir: Option<PathBuf>,
}

impl BuildOptions {
    /// A request for the profile, or for cargo's default one.
    pub(crate) fn request(&self, profile: Option<&str>) -> Request {
        Request {
            manifest_path: self.manifest_path.clone(),
            packages: self.packages.clone(),
            profile: profile.map(str::to_owned),
            target: self.target.clone(),
            target_dir: self.target_dir.clone(),
            features: self.features.clone(),
            all_features: self.all_features,
            no_default_features: self.no_default_features,
        }
    }
}
