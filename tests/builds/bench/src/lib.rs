//! The same small function, counted in each way: in a library, as users have it.

headcount::library!();

macro_rules! forms {
    ($($(#[$attribute:meta])* $name:ident)*) => {
        $(
            $(#[$attribute])*
            pub fn $name(value: u32) -> u32 {
                value.wrapping_mul(3) ^ (value >> 1)
            }
        )*
    };
}

forms! {
    #[inline(never)]
    plain
    #[inline(never)]
    #[headcount::track_usage]
    counted
    #[inline(never)]
    #[headcount::track_usage(linked)]
    linked
    #[inline(always)]
    tiny_plain
    #[inline(always)]
    #[headcount::track_usage]
    tiny_counted
    #[inline(always)]
    #[headcount::track_usage(linked)]
    tiny_linked
}
