//! Can it go?

use std::fmt;

use headcount_report::figure::{counted, grouped, percent, percent_at_most};
use headcount_report::{PlainVersion, SiteKind, Week};
use serde::Serialize;

use super::{Evidence, Question};
use crate::answer::share::{self, Share};
use crate::answer::trend::{Trend, TrendKind};
use crate::publish::Publication;

/// Whether a site can go, in a word and in a sentence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// The word.
    pub kind: VerdictKind,
    /// The sentence.
    pub text: String,
    /// Over all the wanted weeks: how many more sections a verdict takes, if there are no more
    /// calls among them. Absent where no number of them would do.
    pub more_sections: Option<u64>,
}

/// The three verdicts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum VerdictKind {
    /// In each of the wanted weeks, all of them closed, the upper bound is at or under the threshold.
    Safe,
    /// In one of these weeks the share itself is over the threshold, or surely in an open one.
    NotYet,
    /// Neither: it may be under the threshold, but that cannot be told.
    NotEnoughSections,
}

impl Verdict {
    /// Judges a site by its weeks, oldest first. The sums are exact; a week of which nothing may be
    /// told counts as one with too few, so that no verdict gives away what is not published.
    pub(super) fn of(
        kind: SiteKind,
        weeks: &[Evidence],
        trend: Option<Trend>,
        publication: Publication,
        question: &Question,
    ) -> Self {
        let seen = if kind == SiteKind::Linked { "linked it" } else { "called it" };
        let since = weeks.iter().position(|week| week.is_judged || week.is_open);
        let recent = since.map_or(&[][..], |since| &weeks[since..]);
        let over = recent.iter().rev().find_map(|week| Some((week, week.is_over(question)?)));
        if let Some((week, share)) = over {
            return Self::not_yet(seen, week.week, share, trend, question);
        }
        let wanted = question.weeks_wanted as usize;
        let judged: Vec<_> = recent.iter().filter(|week| week.is_judged).collect();
        let lacking = Lacking::of(&recent[..wanted.min(recent.len())], publication, question);
        if judged.len() == wanted && lacking.short.is_empty() {
            Self::safe(seen, &judged, question)
        } else {
            Self::not_enough(&lacking, publication, question)
        }
    }

    /// That of a site that no version of the latest release line has: of those that are asked about, none
    /// will ever say anything of it.
    pub(super) fn gone(line: &str, last: &PlainVersion) -> Self {
        let text = format!(
            "Not enough sections: no version of the latest release line, {line}, has it; {last} was \
             the last."
        );
        Self { kind: VerdictKind::NotEnoughSections, text, more_sections: None }
    }

    fn safe(seen: &str, weeks: &[&Evidence], question: &Question) -> Self {
        let bounds = weeks.iter().map(|week| week.upper_bound(question));
        let text = format!(
            "Safe to remove: {}, at most {} {seen}, at {} confidence, however often one looks in a \
             year.",
            each_of(weeks),
            percent_at_most(bounds.fold(0.0, f64::max)),
            percent(question.confidence),
        );
        Self { kind: VerdictKind::Safe, text, more_sections: None }
    }

    fn not_yet(
        seen: &str,
        week: Week,
        share: Share,
        trend: Option<Trend>,
        question: &Question,
    ) -> Self {
        let text = format!(
            "Not yet: {} of {} {seen} in {week}, {} against a threshold of {}{}.",
            grouped(share.count),
            counted(share.n, "section"),
            percent(share.share),
            percent(question.threshold),
            trend.map(direction).unwrap_or_default(),
        );
        Self { kind: VerdictKind::NotYet, text, more_sections: None }
    }

    fn not_enough(lacking: &Lacking, publication: Publication, question: &Question) -> Self {
        let each = needed(question, publication, 0);
        let short = lacking.short.iter().map(|week| week.needed.saturating_sub(week.sections));
        let more = short.sum::<u64>() + lacking.missing * each;
        let weeks = |count: u64, one: &str, many: &str| match count {
            0 => None,
            1 => Some(format!("1 week {one}")),
            count => Some(format!("{count} weeks {many}")),
        };
        let has = lacking.short.iter().map(ToString::to_string);
        let missing = weeks(lacking.missing, "has none yet", "have none yet");
        let open = weeks(lacking.open, "is still open", "are still open");
        let text = format!(
            "Not enough sections: a verdict at {} takes at least {} {}, and {}.{}",
            percent(question.threshold),
            grouped(each),
            match question.weeks_wanted {
                1 => "in one closed week".to_owned(),
                weeks => format!("in each of {weeks} closed weeks"),
            },
            has.chain(missing).chain(open).collect::<Vec<_>>().join("; "),
            if more > 0 { format!(" {} more would do.", grouped(more)) } else { String::new() },
        );
        Self { kind: VerdictKind::NotEnoughSections, text, more_sections: Some(more) }
    }
}

/// Sections that a week needs for a verdict, with so many calls among them.
fn needed(question: &Question, publication: Publication, called: u64) -> u64 {
    share::sections_needed(called, question.threshold, question.week_confidence())
        .max(publication.at_least())
}

/// What the weeks that a verdict would rest on lack.
struct Lacking {
    short: Vec<ShortWeek>,
    /// Weeks that have no section.
    missing: u64,
    /// Weeks that are not closed yet.
    open: u64,
}

impl Lacking {
    /// Of the judged weeks, and as many open ones as are missing to those: they close next.
    fn of(weeks: &[Evidence], publication: Publication, question: &Question) -> Self {
        let short = weeks.iter().filter_map(|week| {
            let called = if week.is_told { week.called } else { 0 };
            let needed = needed(question, publication, called);
            let is_short = week.sections < needed || !week.is_told;
            let Evidence { week, sections, .. } = *week;
            is_short.then_some(ShortWeek { week, sections, called, needed })
        });
        Self {
            short: short.collect(),
            missing: u64::from(question.weeks_wanted).saturating_sub(weeks.len() as u64),
            open: weeks.iter().filter(|week| week.is_open).count() as u64,
        }
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
        } else if self.sections >= self.needed {
            write!(f, ", of which too few are of one origin or release line to be told apart")?;
        }
        Ok(())
    }
}

fn each_of(weeks: &[&Evidence]) -> String {
    match weeks {
        [only] => format!("in {}", only.week),
        [first, .., last] => {
            format!("in each of {} weeks, {} to {}", weeks.len(), first.week, last.week)
        }
        [] => String::new(),
    }
}

fn direction(trend: Trend) -> String {
    let direction = match trend.kind {
        TrendKind::Falling => "falling",
        TrendKind::Rising => "rising",
        TrendKind::NoClearChange => "no clear change",
    };
    format!("; {direction} since {}", trend.from)
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU64;

    use super::super::WeekCount;
    use super::*;
    use crate::answer::tally::SiteTally;
    use crate::publish::View;

    /// The verdict on closed weeks of (sections, called), the last of them 2026-W47, and on open ones.
    fn verdict(kind: SiteKind, closed: &[(u64, u64)], open: &[(u64, u64)], k: u64) -> Verdict {
        let last: Week = "2026-W47".parse().unwrap();
        let question = Question {
            threshold: 0.01,
            confidence: 0.95,
            weeks_wanted: 4,
            site: None,
            view: View::ALL,
        };
        let first = 1 - i32::try_from(closed.len()).unwrap();
        let weeks: Vec<_> = (0..)
            .zip(closed.iter().chain(open))
            .map(|(place, (sections, called))| Evidence {
                week: last.plus(first + i32::try_from(place).unwrap()),
                is_open: place >= closed.len(),
                is_judged: place < closed.len(),
                is_told: *sections >= k,
                sections: *sections,
                called: *called,
            })
            .collect();
        let count =
            |week: &Evidence| WeekCount { week: week.week, count: week.called, n: week.sections };
        let trend = Trend::of(&weeks.iter().map(count).collect::<Vec<_>>());
        let publication = Publication::from(NonZeroU64::new(k).unwrap());
        Verdict::of(kind, &weeks, trend, publication, &question)
    }

    #[track_caller]
    fn check(
        closed: &[(u64, u64)],
        open: &[(u64, u64)],
        kind: VerdictKind,
        more_sections: Option<u64>,
        text: &str,
    ) {
        let verdict = verdict(SiteKind::Fn, closed, open, 20);
        assert_eq!((verdict.kind, verdict.more_sections), (kind, more_sections), "{verdict:?}");
        assert_eq!(verdict.text, text);
    }

    #[test]
    fn an_item_of_which_only_the_record_is_kept_is_linked_not_called() {
        let kind = SiteKind::Linked;
        let tally = SiteTally { sections: 400, scanned: 300, linked: 30, ..SiteTally::default() };
        assert_eq!(tally.evidence(SiteKind::Fn), tally);
        let evidence = tally.evidence(kind);
        assert_eq!((evidence.sections, evidence.called), (300, 30));
        let text = verdict(kind, &[(300, 30)], &[], 20).text;
        assert!(text.starts_with("Not yet: 30 of 300 sections linked it in 2026-W47"), "{text}");
    }

    #[test]
    fn verdicts() {
        use VerdictKind::{NotEnoughSections, NotYet, Safe};
        check(
            &[(554, 0), (700, 0), (2000, 1), (554, 0)],
            &[(30, 0)],
            Safe,
            None,
            "Safe to remove: in each of 4 weeks, 2026-W44 to 2026-W47, at most 1 % called it, \
             at 95 % confidence, however often one looks in a year.",
        );
        check(
            &[(554, 0), (551, 0), (554, 0), (554, 0)],
            &[],
            NotEnoughSections,
            Some(3),
            "Not enough sections: a verdict at 1 % takes at least 554 in each of 4 closed weeks, and \
             2026-W45 has 551. 3 more would do.",
        );
        check(
            &[],
            &[],
            NotEnoughSections,
            Some(2216),
            "Not enough sections: a verdict at 1 % takes at least 554 in each of 4 closed weeks, and \
             4 weeks have none yet. 2,216 more would do.",
        );
        check(
            &[(400, 40), (412, 9)],
            &[],
            NotYet,
            None,
            "Not yet: 9 of 412 sections called it in 2026-W47, 2.2 % against a threshold of 1 %; \
             falling since 2026-W46.",
        );
        check(
            &[(300, 0), (300, 20), (300, 0), (300, 0)],
            &[],
            NotYet,
            None,
            "Not yet: 20 of 300 sections called it in 2026-W45, 6.7 % against a threshold of 1 %; \
             no clear change since 2026-W44.",
        );
    }

    #[test]
    fn an_open_week_speaks_against_and_never_for() {
        use VerdictKind::{NotEnoughSections, NotYet};
        let quiet = [(554, 0); 4];
        check(
            &quiet[..3],
            &[(600, 0)],
            NotEnoughSections,
            Some(0),
            "Not enough sections: a verdict at 1 % takes at least 554 in each of 4 closed weeks, and \
             1 week is still open.",
        );
        let kind = |open| verdict(SiteKind::Fn, &quiet, &[open], 20).kind;
        assert_eq!(kind((20, 1)), VerdictKind::Safe, "one call on a Monday shows nothing");
        assert_eq!(kind((200, 9)), NotYet);
    }

    #[test]
    fn a_hit_under_the_threshold_takes_more_sections() {
        let weeks = [(554, 1), (554, 0), (554, 0), (554, 0)];
        let verdict = verdict(SiteKind::Fn, &weeks, &[], 20);
        assert_eq!(verdict.kind, VerdictKind::NotEnoughSections);
        let needed = share::sections_needed(1, 0.01, 1.0 - 0.05 / 13.0);
        assert_eq!(verdict.more_sections, Some(needed - 554));
        let text = format!("2026-W44 has 554 and needs {needed} for its 1 call");
        assert!(verdict.text.contains(&text), "{verdict:?}");
    }

    #[test]
    fn what_is_not_published_decides_nothing() {
        let of = |week, k| verdict(SiteKind::Fn, &[week], &[], k);
        assert_eq!(of((19, 19), 20), of((19, 0), 20));
        assert_eq!(of((1, 1), 1).kind, VerdictKind::NotYet);
        assert_eq!(of((1, 0), 1).more_sections, Some(553 + 3 * 554));
    }
}
