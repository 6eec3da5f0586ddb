//! A counted library as small as can be.

headcount::library!();

cfg_if::cfg_if! {
    if #[cfg(feature = "guard")] {
        /// Counted.
        #[headcount::track_usage]
        pub fn touch() -> u32 {
            *guard::guard(7, |_| ())
        }
    } else {
        /// Counted.
        #[headcount::track_usage]
        pub fn touch() -> u32 {
            8
        }
    }
}

paste::paste! {
    /// Not counted.
    pub fn [<un counted>]() {}
}
