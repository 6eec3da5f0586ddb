//! What one week says about one site.

use headcount_report::Week;

use super::{Point, Question};
use crate::answer::share::{self, Share};
use crate::answer::tally::Tally;
use crate::library::Library;

/// What one week says about one site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Evidence {
    pub(super) week: Week,
    /// Whether it still takes sections.
    pub(super) is_open: bool,
    /// Whether a verdict rests on it.
    pub(super) is_judged: bool,
    /// Whether what follows may be told. If not, it decides nothing either.
    pub(super) is_told: bool,
    /// Sections that could say so.
    pub(super) sections: u64,
    /// Those that do.
    pub(super) called: u64,
}

impl Evidence {
    pub(super) fn of(
        library: &Library,
        tally: &Tally,
        site: usize,
        week: Week,
        judged: &[Week],
    ) -> Self {
        let kind = library.sites()[site].kind;
        let count = tally.site(library, site, week).evidence(kind);
        let (tells_calls, tells_links) = tally.tells_site(library, site, week);
        let is_linked = kind == headcount_report::SiteKind::Linked;
        Self {
            week,
            is_open: tally.is_open(week),
            is_judged: judged.contains(&week),
            is_told: if is_linked { tells_links } else { tells_calls },
            sections: count.sections,
            called: count.called,
        }
    }

    pub(super) fn point(&self, question: &Question) -> Point {
        let Self { week, is_open, sections: n, called, .. } = *self;
        let upper_bound = self.upper_bound(question);
        Point {
            week,
            open: is_open,
            n,
            called: self.is_told.then_some(called),
            upper_bound: self.is_told.then_some(upper_bound),
        }
    }

    pub(super) fn upper_bound(&self, question: &Question) -> f64 {
        share::upper_bound(self.called, self.sections, question.week_confidence())
    }

    /// Whether it speaks against removal: by its share, or while more sections may come, only if
    /// the share is surely over the threshold.
    pub(super) fn is_over(&self, question: &Question) -> Option<Share> {
        let share = Share::of(self.called, self.sections).filter(|_| self.is_told)?;
        let least = if self.is_open {
            share::lower_bound(self.called, self.sections, question.confidence)
        } else {
            share.share
        };
        (least > question.threshold).then_some(share)
    }
}
