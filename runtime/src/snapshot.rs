//! What has been counted so far, for whoever wants to look.

/// A site and its hits so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct SiteCount {
    /// The package that holds the site.
    pub library: &'static str,
    /// The package's version.
    pub version: &'static str,
    /// The site's path within the library.
    pub path: &'static str,
    /// Hits in this process; 10,000 stands for that many or more.
    pub hits: u32,
}

/// Every site of this program that was hit, with its hits so far: of all counted libraries.
///
/// The order is that of the first hits, the latest first; [`SiteCount`] sorts by library, version
/// and path. Counts are read one after the other, while other threads go on. Empty where headcount
/// is [`disabled`](crate#features) or the target has no support. In a program with two versions of
/// headcount, each knows of its own sites.
///
/// A page for Prometheus:
///
/// ```
/// use std::fmt::Write;
///
/// fn page() -> String {
///     let mut page = String::from("# TYPE headcount_hits counter\n");
///     for site in headcount::snapshot() {
///         let headcount::SiteCount { library, path, hits, .. } = site;
///         let _ = writeln!(page, "headcount_hits{{library=\"{library}\",site=\"{path}\"}} {hits}");
///     }
///     page
/// }
/// # assert_eq!(page().lines().count(), 1);
/// ```
pub fn snapshot() -> impl Iterator<Item = SiteCount> {
    #[cfg(headcount_counting)]
    let counts = crate::site::AnySite::all().map(|site| {
        let (library, version, path) = site.names();
        SiteCount { library, version, path, hits: site.head().hits() }
    });
    #[cfg(not(headcount_counting))]
    let counts = core::iter::empty();
    counts
}
