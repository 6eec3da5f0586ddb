//! Packs, lists and checks archives: the program at the end of headcount's examples.

mod commands;

use std::env;
use std::error::Error;
use std::process::ExitCode;

const USAGE: &str = "\
usage: application COMMAND

  pack [--stored] ARCHIVE FILE...   packs files; --stored leaves them uncompressed
  stream ARCHIVE FILE...            packs files of any size (feature `streaming`)
  list ARCHIVE...                   names the entries of archives
  print ARCHIVE ENTRY               writes one entry to standard output
  verify ARCHIVE...                 checks that every entry is what was packed
  backup BACKUP FILE...             packs files into a backup
  changes BACKUP FILE...            tells which files changed since";

fn main() -> ExitCode {
    headcount::application!();
    match run(&env::args().skip(1).collect::<Vec<_>>()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            let mut cause = error.source();
            while let Some(error) = cause {
                eprintln!("  because: {error}");
                cause = error.source();
            }
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &[String]) -> Result<(), Box<dyn Error>> {
    let words: Vec<_> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["pack", "--stored", archive, files @ ..] => commands::pack_stored(archive, files),
        ["pack", archive, files @ ..] => commands::pack(archive, files),
        #[cfg(feature = "streaming")]
        ["stream", archive, files @ ..] => commands::stream(archive, files),
        ["list", archives @ ..] if !archives.is_empty() => commands::list(archives),
        ["print", archive, entry] => commands::print(archive, entry),
        ["verify", archives @ ..] if !archives.is_empty() => commands::verify(archives),
        ["backup", backup, files @ ..] => commands::backup(backup, files),
        ["changes", backup, files @ ..] => commands::changes(backup, files),
        _ => Err(format!("no such command\n\n{USAGE}").into()),
    }
}
