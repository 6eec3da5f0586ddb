//! Can it go?

use std::fmt;

use headcount_report::{SiteKind, Week};
use serde::Serialize;

use super::{Point, Question, needed};
use crate::answer::share::{self, Share};
use crate::answer::tally::SiteTally;
use crate::answer::text::{counted, grouped, percent};

/// Whether a site can go, in a word and in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The word.
    pub kind: VerdictKind,
    /// The sentence.
    pub text: String,
    /// Over all the wanted weeks: how many more sections a verdict takes, if there are no more
    /// calls among them.
    pub more_sections: Option<u64>,
}

/// The three verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// In each of the wanted weeks the upper bound is at or under the threshold.
    Safe,
    /// In one of these weeks the share itself is over the threshold.
    NotYet,
    /// Neither: it may be under the threshold, but that cannot be told.
    NotEnoughSections,
}

impl Verdict {
    /// Judges a site by its weeks, oldest first. The sums are exact; weeks under `publish_at`
    /// count as too few, so that no verdict gives away what is not published.
    pub(super) fn of(
        kind: SiteKind,
        weeks: &[(Week, SiteTally)],
        series: &[Point],
        question: &Question,
    ) -> Self {
        let seen = if kind == SiteKind::Linked { "linked it" } else { "called it" };
        let is_published = |tally: &SiteTally| tally.sections >= question.publish_at;
        let over = weeks.iter().rev().find_map(|(week, tally)| {
            let share = Share::of(tally.called, tally.sections)?;
            (is_published(tally) && share.share > question.threshold).then_some((*week, share))
        });
        if let Some((week, share)) = over {
            return Self::not_yet(seen, week, share, series, question);
        }
        let short: Vec<ShortWeek> = weeks
            .iter()
            .map(|(week, tally)| {
                let called = if is_published(tally) { tally.called } else { 0 };
                let needed = needed(question, called);
                ShortWeek { week: *week, sections: tally.sections, called, needed }
            })
            .filter(|week| week.sections < week.needed)
            .collect();
        let missing = u64::from(question.weeks_wanted).saturating_sub(weeks.len() as u64);
        if short.is_empty() && missing == 0 {
            Self::safe(seen, weeks, question)
        } else {
            Self::not_enough(&short, missing, question)
        }
    }

    fn safe(seen: &str, weeks: &[(Week, SiteTally)], question: &Question) -> Self {
        let bounds = weeks.iter().map(|(_, tally)| {
            share::upper_bound(tally.called, tally.sections, question.confidence)
        });
        let text = format!(
            "Safe to remove: {}, at most {} {seen}, at {} confidence.",
            each_of(weeks),
            percent(bounds.fold(0.0, f64::max)),
            percent(question.confidence),
        );
        Self { kind: VerdictKind::Safe, text, more_sections: None }
    }

    fn not_yet(
        seen: &str,
        week: Week,
        share: Share,
        series: &[Point],
        question: &Question,
    ) -> Self {
        let text = format!(
            "Not yet: {} of {} {seen} in {week}, {} against a threshold of {}{}.",
            grouped(share.count),
            counted(share.n, "section"),
            percent(share.share),
            percent(question.threshold),
            trend(series),
        );
        Self { kind: VerdictKind::NotYet, text, more_sections: None }
    }

    fn not_enough(short: &[ShortWeek], missing: u64, question: &Question) -> Self {
        let each = needed(question, 0);
        let more = short.iter().map(|week| week.needed - week.sections).sum::<u64>();
        let more = more + missing * each;
        let has = short.iter().map(ToString::to_string);
        let missing = match missing {
            0 => None,
            1 => Some("1 week has none yet".to_owned()),
            missing => Some(format!("{missing} weeks have none yet")),
        };
        let text = format!(
            "Not enough sections: a verdict at {} takes at least {} {}, and {}. {} more would do.",
            percent(question.threshold),
            grouped(each),
            match question.weeks_wanted {
                1 => "in one week".to_owned(),
                weeks => format!("in each of {weeks} weeks"),
            },
            has.chain(missing).collect::<Vec<_>>().join("; "),
            grouped(more),
        );
        Self { kind: VerdictKind::NotEnoughSections, text, more_sections: Some(more) }
    }
}

/// A week with too few sections for a verdict.
struct ShortWeek {
    week: Week,
    sections: u64,
    called: u64,
    needed: u64,
}

impl fmt::Display for ShortWeek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} has {}", self.week, grouped(self.sections))?;
        if self.called > 0 {
            let called = counted(self.called, "call");
            write!(f, " and needs {} for its {called}", grouped(self.needed))?;
        }
        Ok(())
    }
}

fn each_of(weeks: &[(Week, SiteTally)]) -> String {
    match weeks {
        [(only, _)] => format!("in {only}"),
        [(first, _), .., (last, _)] => {
            format!("in each of {} weeks, {first} to {last}", weeks.len())
        }
        [] => String::new(),
    }
}

/// How the share moved since the first published week, if the two intervals lie apart.
fn trend(series: &[Point]) -> String {
    let mut published =
        series.iter().filter_map(|point| Some((point.week, Share::of(point.called?, point.n)?)));
    let (Some((since, first)), Some((_, last))) = (published.next(), published.next_back()) else {
        return String::new();
    };
    let was = percent(first.share);
    if last.high < first.low {
        format!("; falling, it was {was} in {since}")
    } else if last.low > first.high {
        format!("; rising, it was {was} in {since}")
    } else {
        format!("; no clear change since {since} ({was})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The verdict on weeks of (sections, called), the last of them 2026-W47.
    fn verdict(kind: SiteKind, weeks: &[(u64, u64)], publish_at: u64) -> Verdict {
        let last: Week = "2026-W47".parse().unwrap();
        let question =
            Question { threshold: 0.01, confidence: 0.95, weeks_wanted: 4, publish_at, site: None };
        let first = 1 - i32::try_from(weeks.len()).unwrap();
        let weeks: Vec<_> = (first..)
            .zip(weeks)
            .map(|(back, (sections, called))| {
                let (sections, called) = (*sections, *called);
                (last.plus(back), SiteTally { sections, called, ..SiteTally::default() })
            })
            .collect();
        let series: Vec<_> =
            weeks.iter().map(|week| super::super::point(*week, &question)).collect();
        Verdict::of(kind, &weeks, &series, &question)
    }

    #[track_caller]
    fn check(weeks: &[(u64, u64)], kind: VerdictKind, more_sections: Option<u64>, text: &str) {
        let verdict = verdict(SiteKind::Fn, weeks, 20);
        assert_eq!((verdict.kind, verdict.more_sections), (kind, more_sections), "{verdict:?}");
        assert_eq!(verdict.text, text);
    }

    #[test]
    fn an_item_of_which_only_the_record_is_kept_is_linked_not_called() {
        let kind = SiteKind::Linked;
        let tally = SiteTally { sections: 400, called: 0, scanned: 300, linked: 30 };
        assert_eq!(tally.evidence(SiteKind::Fn), tally);
        let evidence = tally.evidence(kind);
        assert_eq!((evidence.sections, evidence.called), (300, 30));
        let text = verdict(kind, &[(300, 30)], 20).text;
        assert!(text.starts_with("Not yet: 30 of 300 sections linked it in 2026-W47"), "{text}");
    }

    #[test]
    fn verdicts() {
        use VerdictKind::{NotEnoughSections, NotYet, Safe};
        check(
            &[(299, 0), (400, 0), (1000, 1), (299, 0)],
            Safe,
            None,
            "Safe to remove: in each of 4 weeks, 2026-W44 to 2026-W47, at most 1 % called it, \
             at 95 % confidence.",
        );
        check(
            &[(299, 0), (298, 0), (299, 0), (299, 0)],
            NotEnoughSections,
            Some(1),
            "Not enough sections: a verdict at 1 % takes at least 299 in each of 4 weeks, and \
             2026-W45 has 298. 1 more would do.",
        );
        check(
            &[],
            NotEnoughSections,
            Some(1196),
            "Not enough sections: a verdict at 1 % takes at least 299 in each of 4 weeks, and \
             4 weeks have none yet. 1,196 more would do.",
        );
        check(
            &[(400, 40), (412, 9)],
            NotYet,
            None,
            "Not yet: 9 of 412 sections called it in 2026-W47, 2.2 % against a threshold of 1 %; \
             falling, it was 10 % in 2026-W46.",
        );
        check(
            &[(300, 0), (300, 30), (300, 0), (300, 0)],
            NotYet,
            None,
            "Not yet: 30 of 300 sections called it in 2026-W45, 10 % against a threshold of 1 %; \
             no clear change since 2026-W44 (0 %).",
        );
    }

    #[test]
    fn a_hit_under_the_threshold_takes_more_sections() {
        let verdict = verdict(SiteKind::Fn, &[(299, 1), (299, 0), (299, 0), (299, 0)], 20);
        assert_eq!(verdict.kind, VerdictKind::NotEnoughSections);
        assert_eq!(verdict.more_sections, Some(share::sections_needed(1, 0.01, 0.95) - 299));
        assert!(
            verdict.text.contains("2026-W44 has 299 and needs 473 for its 1 call"),
            "{verdict:?}"
        );
    }

    #[test]
    fn what_is_not_published_decides_nothing() {
        assert_eq!(verdict(SiteKind::Fn, &[(19, 19)], 20), verdict(SiteKind::Fn, &[(19, 0)], 20));
        assert_eq!(verdict(SiteKind::Fn, &[(1, 1)], 1).kind, VerdictKind::NotYet);
        assert_eq!(verdict(SiteKind::Fn, &[(1, 0)], 1).more_sections, Some(298 + 3 * 299));
    }
}
