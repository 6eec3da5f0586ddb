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

/// Every site of this program with its hits so far: of all counted libraries, hit or not.
///
/// The order differs between builds; [`SiteCount`] sorts by library, version and path. Counts are
/// read one after the other, while other threads go on. Empty where headcount is
/// [`disabled`](crate#features) or the target has no support.
pub fn snapshot() -> impl Iterator<Item = SiteCount> {
    #[cfg(headcount_counting)]
    let sites = crate::site::HEADCOUNT_SITES_1.iter().map(|site| SiteCount {
        library: site.library.name,
        version: site.library.version,
        path: site.path(),
        hits: site.hits(),
    });
    #[cfg(not(headcount_counting))]
    let sites = core::iter::empty();
    sites
}
