//! What all sections together show of each value: rare values are hidden among others.

use super::Atoms;

/// A value, the sections that have it, and those of them that are shown with it.
#[derive(Debug, Clone)]
pub(super) struct Row<'value> {
    pub(super) value: &'value str,
    pub(super) sections: Atoms,
    pub(super) shown: Atoms,
}

impl<'value> Row<'value> {
    /// Shows all that enough have.
    fn new(value: &'value str, sections: Atoms, least: u64) -> Self {
        let shown = if sections.all() < least { Atoms::default() } else { sections };
        Self { value, sections, shown }
    }

    /// The sections that are counted with others.
    pub(super) fn hidden(&self) -> Atoms {
        let mut hidden = self.sections;
        hidden -= self.shown;
        hidden
    }

    /// Shows so many sections less, or none when too few are left.
    fn hide(&mut self, sections: u64, least: u64) {
        self.shown.take(sections);
        if self.shown.all() < least {
            self.shown = Atoms::default();
        }
    }
}

/// Hides sections until no value is shown with few, and neither the others nor those without some
/// shown value are few.
pub(super) fn rows<'value>(
    values: &'value [(String, Atoms)],
    told: &Atoms,
    least: u64,
) -> Vec<Row<'value>> {
    let mut rows: Vec<Row> = values
        .iter()
        .filter(|(_, sections)| sections.all() > 0)
        .map(|(value, sections)| Row::new(value, *sections, least))
        .collect();
    loop {
        for row in rows.iter_mut().filter(|row| row.shown.all() > 0) {
            let without = told.all().saturating_sub(row.shown.all());
            if (1..least).contains(&without) {
                row.hide(least - without, least);
            }
        }
        let others: u64 = rows.iter().map(|row| row.hidden().all()).sum();
        let most = rows.iter_mut().max_by_key(|row| row.shown.all());
        match most.filter(|most| most.shown.all() > 0) {
            Some(most) if (1..least).contains(&others) => most.hide(least - others, least),
            _ => return rows,
        }
    }
}
