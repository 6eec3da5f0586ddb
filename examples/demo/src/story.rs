//! The steps, in the order in which they happen.

use anyhow::bail;
use jiff::civil::Date;
use jiff::{Timestamp, tz::TimeZone};

use crate::collector::{self, Collector, URL};
use crate::files::{self, NOTES};
use crate::narrate::{command, heading, say};
use crate::place::{APPLICATION, APPLICATION_TARGET, Place, refusals};
use crate::{Args, stop};

/// Tells the whole story.
///
/// Whether it ends, fails or is interrupted: what it started is killed and its folder removed when
/// these are dropped.
pub(crate) async fn tell(args: &Args) -> anyhow::Result<()> {
    collector::address_is_free()?;
    let place = Place::new(args.keep)?;
    introduce(&place);
    let mut collector = stop::unless_asked(steps(&place, args)).await?;
    point_to_the_pages(args);
    if args.serve {
        serve(&mut collector).await?;
    }
    collector.stop().await?;
    leave(place, args)
}

fn introduce(place: &Place) {
    heading("headcount: what users do, told to those who maintain");
    say("The author of `counted-library` wants to know which parts of it are used. An ordinary");
    say(
        "program, `application`, uses it: by itself, and through `middle-crate`. You will see that",
    );
    say("recorded, sent and answered, all on this machine: in `target/` and a temporary folder.");
    command(&format!("DEMO={}", place.home().display()));
    let refusals = refusals();
    if !refusals.is_empty() {
        say(
            "\nheadcount does nothing where one of these is set, so the demo takes them out of the",
        );
        say(&format!("environment of what it runs: {}", refusals.join(", ")));
    }
}

/// All that needs no decision; what is left is a collector that runs.
async fn steps(place: &Place, args: &Args) -> anyhow::Result<Collector> {
    let today = today();
    build(place, args).await?;
    audit(place).await?;
    allow(place).await?;
    use_the_application(place).await?;
    look(place, today).await?;
    if args.serve {
        simulate(place).await?;
    }
    let collector = collect(place).await?;
    send_and_ask(place, today).await?;
    Ok(collector)
}

async fn build(place: &Place, args: &Args) -> anyhow::Result<()> {
    heading("1 of 7: build");
    say("The tools, and the application: a workspace of its own with a lock file of its own.");
    let tools = ["-p", "cargo-headcount", "-p", "headcount-collector"];
    let simulator: &[_] = if args.serve { &["-p", "headcount-simulator"] } else { &[] };
    let build = ["build", "--target-dir", "target"];
    place.cargo(&[&build, &tools[..], simulator].concat()).run().await?;
    let application = ["--manifest-path", APPLICATION, "--target-dir", APPLICATION_TARGET];
    place.cargo(&[&["build", "--release", "--locked"], &application[..]].concat()).run().await
}

async fn audit(place: &Place) -> anyhow::Result<()> {
    heading("2 of 7: what is in the binary?");
    say("The application depends on an API that will be removed: not by itself, but through");
    say("`middle-crate`. rustc did not warn above: it tells only whoever writes the call.");
    say("`audit` finds it in the finished binary.");
    let build = ["--release", "--manifest-path", APPLICATION];
    place.building_headcount(APPLICATION_TARGET, &[&["audit"], &build[..]].concat()).run().await
}

async fn allow(place: &Place) -> anyhow::Result<()> {
    heading("3 of 7: allow it");
    say("Nothing is recorded or sent until the machine's owner says so. Here the owner has a home");
    say("in the temporary folder; yours, with its cargo configuration, stays as it is.");
    place.headcount(&["status"]).run().await?;
    say("\nThe owner says yes to recording, and to the collector that the library names.");
    say("Only libraries from crates.io are reported. The example is not there: --include-local.");
    place.headcount(&["on", "--include-local", "counted-library", "--send-to", URL]).run().await
}

async fn use_the_application(place: &Place) -> anyhow::Result<()> {
    heading("4 of 7: use the application");
    say("It runs as any program under cargo does. A line that `on` wrote into the temporary");
    say("cargo configuration tells it where to record; nothing is rebuilt.");
    command(&place.application_alias());
    let folder = place.files();
    files::write_notes(&folder)?;
    command("cd $DEMO/files");
    let with_notes = |args: [&'static str; 2]| [args, NOTES].concat();
    place.application(&with_notes(["pack", "notes.archive"])).run().await?;
    place.application(&["list", "notes.archive"]).run().await?;
    verify_daily(place).await?;
    place.application(&with_notes(["backup", "notes.backup"])).run().await?;
    files::edit_note(&folder)?;
    place.application(&with_notes(["changes", "notes.backup"])).run().await?;
    say("\nA backup of years ago has another format; to open it, `middle-crate` calls the");
    say("deprecated `Archive::open_legacy`.");
    files::write_old_backup(&folder, "notes.backup", "old.backup")?;
    place.application(&with_notes(["changes", "old.backup"])).run().await
}

/// Checks an archive of each day, and shows the last line of what that prints.
async fn verify_daily(place: &Place) -> anyhow::Result<()> {
    let archives = files::copy_daily(&place.files(), "notes.archive")?;
    let archives: Vec<_> = archives.iter().map(String::as_str).collect();
    let verify = place.application(&[&["verify"], &archives[..]].concat());
    let checked = verify.shown_as("application verify day-*.archive | tail -n 1").output().await?;
    say(checked.lines().last().unwrap_or_default());
    Ok(())
}

async fn look(place: &Place, today: Date) -> anyhow::Result<()> {
    heading("5 of 7: look before anything leaves");
    say("What was recorded, and then exactly what would be sent. No program is named in it, no");
    say("path, no person and no machine; the id is random, and another one next week.");
    place.headcount(&["status"]).run().await?;
    place.headcount(&["show", "--through", &today.to_string()]).run().await
}

/// One week of one installation makes no chart.
async fn simulate(place: &Place) -> anyhow::Result<()> {
    heading("and for --serve: a year that never was");
    say(
        "One installation makes no chart. So the collector also gets a library of which nothing is",
    );
    say("real, `simulated-library`: a year of 12,000 made-up machines, of which 8 % take part.");
    place.simulator(&["year", "--store", &place.store()]).run().await
}

async fn collect(place: &Place) -> anyhow::Result<Collector> {
    heading("6 of 7: the author runs a collector");
    say("It publishes a share once 20 reports stand behind it; here is only one: --publish-at 1.");
    say("With a token the author registers what there is to count, unused parts included.");
    let collector = Collector::start(place).await?;
    let add = place.collector(&["token", "add", "counted-library", "--store", &place.store()]);
    let shown = format!("export HEADCOUNT_TOKEN=$({})", add.text());
    let token = add.shown_as(shown).output().await?;
    let manifest = ["manifest", "--manifest-path", "examples/counted-library/Cargo.toml"];
    let register = ["--features", "streaming", "--register", URL];
    place
        .building_headcount("target", &[&manifest[..], &register].concat())
        .env("HEADCOUNT_TOKEN", token.trim())
        .run()
        .await?;
    Ok(collector)
}

async fn send_and_ask(place: &Place, today: Date) -> anyhow::Result<()> {
    heading("7 of 7: from the user's report to the author's answer");
    say("A report leaves once its week is over; --through closes this week now. In the answer, n");
    say("is how many reports stand behind a line: that one user does not call it proves little.");
    place.headcount(&["send", "--through", &today.to_string()]).run().await?;
    place.headcount(&["ask", "removal", "counted-library", "--collector", URL]).run().await
}

fn point_to_the_pages(args: &Args) {
    say(&format!("\nThe collector shows this, and more, at {URL}/libraries/counted-library"));
    if args.serve {
        say(&format!("and the simulated year at {URL}/libraries/simulated-library"));
        say("Ctrl-C ends it, and the demo.");
    } else {
        say("To look at that: cargo run -p demo -- --serve");
    }
}

/// Lets the collector run until somebody stops the demo.
async fn serve(collector: &mut Collector) -> anyhow::Result<()> {
    tokio::select! {
        () = stop::asked() => Ok(()),
        status = collector.ended() => bail!("the collector ended by itself: {}", status?),
    }
}

fn leave(place: Place, args: &Args) -> anyhow::Result<()> {
    let folder = place.home().display().to_string();
    if args.keep {
        say(&format!("The collector is stopped. {folder} is kept."));
    } else {
        place.remove()?;
        say(&format!("The collector is stopped, and {folder} removed."));
    }
    Ok(())
}

/// The day of which the week is sent, in UTC as weeks are.
fn today() -> Date {
    Timestamp::now().to_zoned(TimeZone::UTC).date()
}
