//! What the macros of `headcount-macros` expand to, decided here by cfg.
//!
//! `macro_rules`, because the cfg that counts is this crate's, and because lints of the author's
//! crate (`unsafe_code` among them) do not look into another crate's macro. `crate` in them is the
//! author's crate: that is where `library!` left what they name.

#![allow(clippy::crate_in_macro_def)]

/// The site of a whole function: the first statement of its body.
///
/// The constant behind it is for clippy, which would blame the author's own `use` for standing
/// behind a statement, but stops at an item of a macro's.
#[cfg(headcount_counting)]
#[doc(hidden)]
#[macro_export]
macro_rules! __enter {
    ($($site:tt)*) => {
        $crate::__site! { $($site)* }
        const _: () = ();
    };
}

#[cfg(not(headcount_counting))]
#[doc(hidden)]
#[macro_export]
macro_rules! __enter {
    ($($site:tt)*) => {};
}

/// A site: its record, its entry in the slice, its hit. `$path` is a constant.
#[cfg(headcount_counting)]
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    ($kind:literal, $path:expr, $deprecated:literal $(, free $($function:tt)*)?) => {{
        // A path that is not the item's own would be a wrong name: only a free function of this
        // module can be imported from it.
        $(
            #[allow(unused_imports, deprecated)]
            use $($function)* as _;
        )?
        const PATH: &$crate::__private::str = $path;
        const TEXT: &[&$crate::__private::str] = &[
            "{\"library\":\"",
            crate::__headcount::NAME,
            "\",\"version\":\"",
            crate::__headcount::VERSION,
            "\",\"path\":\"",
            PATH,
            "\",\"kind\":\"",
            $kind,
            "\"",
            $deprecated,
            "}",
        ];
        static RECORD: [$crate::__private::u8; $crate::__private::record::length(TEXT)] =
            $crate::__private::record::build($crate::__private::Kind::Site, TEXT);
        #[$crate::__private::linkme::distributed_slice($crate::__private::HEADCOUNT_SITES_1)]
        #[linkme(crate = $crate::__private::linkme)]
        static SITE: $crate::__private::Site =
            $crate::__private::Site::new(PATH, &crate::__headcount::LIBRARY, &RECORD);
        $crate::__keep!(RECORD);
        SITE.hit();
    }};
}

#[cfg(not(headcount_counting))]
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    ($($site:tt)*) => {
        ()
    };
}

/// Keeps a static exactly as long as the code around it: a relocation, and no instruction.
#[cfg(all(headcount_counting, headcount_reloc))]
#[doc(hidden)]
#[macro_export]
macro_rules! __keep {
    ($record:ident) => {
        // SAFETY: the directive makes the assembler write a relocation of type "none" against the
        // record. No instruction is emitted, no register, flag or memory is touched.
        #[allow(clippy::inline_asm_x86_intel_syntax)]
        unsafe {
            $crate::__private::asm!(
                ".reloc ., BFD_RELOC_NONE, {0}",
                sym $record,
                options(nomem, nostack, preserves_flags)
            )
        }
    };
}

/// Where there is no such directive, the entry in the slice holds the record.
#[cfg(all(headcount_counting, not(headcount_reloc)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __keep {
    ($record:ident) => {
        $crate::__private::black_box(&$record);
    };
}

/// The path of an item named `$name` in the module where this is expanded.
#[cfg(headcount_counting)]
#[doc(hidden)]
#[macro_export]
macro_rules! __path {
    ($name:literal) => {
        $crate::__private::record::within_crate($crate::__private::concat!(
            $crate::__private::module_path!(),
            "::",
            $name
        ))
    };
}

/// What `library!` leaves at the crate's root.
#[cfg(headcount_counting)]
#[doc(hidden)]
#[macro_export]
macro_rules! __library {
    ($($arguments:tt)*) => {
        // `NAME`, `VERSION` and `FACTS`.
        $crate::__private::library_facts! { $($arguments)* }

        const SYSTEM: &$crate::__private::str =
            match $crate::__private::option_env!("HEADCOUNT_SYSTEM") {
                $crate::__private::Some(system) => system,
                $crate::__private::None => "{}",
            };
        const TEXT: &[&$crate::__private::str] =
            &[FACTS, $crate::__private::BUILD, SYSTEM, "}"];
        static RECORD: [$crate::__private::u8; $crate::__private::record::length(TEXT)] =
            $crate::__private::record::build($crate::__private::Kind::Build, TEXT);
        pub(crate) static LIBRARY: $crate::__private::Library =
            $crate::__private::Library::new(NAME, VERSION, &RECORD);
        pub(crate) use $crate::__private::{enter, path, site};
    };
}

#[cfg(not(headcount_counting))]
#[doc(hidden)]
#[macro_export]
macro_rules! __library {
    ($($arguments:tt)*) => {
        pub(crate) use $crate::__private::{enter, site};
    };
}
