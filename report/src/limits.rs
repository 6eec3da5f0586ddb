//! The sizes that both sides enforce, each with its reason.

/// Longest path of a site, in bytes. The runtime writes a line from a buffer on the stack.
pub const MAX_SITE_PATH_BYTES: usize = 256;

/// Longest text of a site record, in bytes. Only a deprecation's note can make one long.
pub const MAX_SITE_RECORD_BYTES: usize = 8 << 10;

/// Longest text of a build record, in bytes. A library with 1,000 dependencies stays below.
pub const MAX_BUILD_RECORD_BYTES: usize = 256 << 10;

/// Longest text of an application's graph, in bytes. 20,000 packages stay below.
pub const MAX_GRAPH_BYTES: usize = 8 << 20;

/// Largest report, in bytes of JSON. Twenty libraries with ten used sites each take 17 kB, or 2 kB
/// with zstd.
pub const MAX_REPORT_BYTES: usize = 1 << 20;

/// Most sections in one report: one library version each.
pub const MAX_SECTIONS: usize = 2_000;

/// Most sites in one section or manifest.
pub const MAX_SITES: usize = 20_000;

/// Most values of one kind in one section: dependencies, features, versions of one dependency.
pub const MAX_VALUES: usize = 1_000;

/// Largest manifest, in bytes of JSON. 20,000 sites with notes stay below.
pub const MAX_MANIFEST_BYTES: usize = 8 << 20;

/// Size at which programs stop recording into a week's file, in bytes. The runtime enforces it; a
/// sender that packs the file makes room again.
pub const MAX_SPOOL_BYTES: u64 = 16 << 20;

/// Most lines that are packed of one week, in bytes: 100,000 short processes stay below.
pub const MAX_PACKED_BYTES: u64 = 64 << 20;

/// Longest line of a spool file, in bytes. The runtime writes each from a buffer of this size.
pub const MAX_SPOOL_LINE_BYTES: usize = 1024;

/// Counts at which a site speaks. The last one is where a counter stops.
pub const SPEAKS_AT: [u32; 3] = [1, 100, 10_000];

/// Weeks before the running one that a collector still takes: a laptop left at home for a holiday
/// still counts.
pub const OPEN_WEEKS: u8 = 4;
