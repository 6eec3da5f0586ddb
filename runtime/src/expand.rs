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

/// A site and its hit; or its record only.
///
/// `$head` and `$tail` are the text of the record before and behind the path. A name is either that
/// of an item in the module where this is expanded, or a whole path by itself.
#[cfg(headcount_counting)]
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    ($form:ident $head:literal, item $name:literal, $tail:literal $(, free $($function:tt)*)?) => {{
        // A path that is not the item's own would be a wrong name: only a free function of this
        // module can be imported from it.
        $(
            #[allow(unused_imports, deprecated)]
            use $($function)* as _;
        )?
        $crate::__site! { $form $head, $tail, $crate::__private::module_path!(), "::", $name }
    }};
    ($form:ident $head:literal, path $name:literal, $tail:literal) => {{
        $crate::__site! { $form $head, $tail, "::", $name }
    }};
    (counted $head:literal, $tail:literal, $($path:tt)*) => {
        const TEXT: &$crate::__private::str = $crate::__private::concat!($head, $($path)*, $tail);
        static SITE: $crate::__private::Site<{ TEXT.len() }> =
            $crate::__private::Site::new(TEXT, $head.len() + $tail.len());
        SITE.hit(&crate::__headcount::LIBRARY);
    };
    (linked $head:literal, $tail:literal, $($path:tt)*) => {
        const TEXT: &$crate::__private::str = $crate::__private::concat!($head, $($path)*, $tail);
        static RECORD: $crate::__private::Record<{ TEXT.len() }> =
            $crate::__private::Record::new($crate::__private::record::SITE, TEXT);
        $crate::__keep!(RECORD);
    };
}

#[cfg(not(headcount_counting))]
#[doc(hidden)]
#[macro_export]
macro_rules! __site {
    ($($site:tt)*) => {
        ()
    };
}

/// Keeps a static as long as the code around it, at the cost of a register that is set to zero and
/// looked at, but leaves that code to the optimiser: assembly that is `pure` may be moved, merged and
/// vectorised around, and what it "computes" is used, so it stays as long as that code does. The
/// directive makes the assembler write a relocation of type "none" against the static.
#[cfg(headcount_reloc)]
#[doc(hidden)]
#[macro_export]
macro_rules! __keep {
    ($record:ident) => {{
        let zero: $crate::__private::u32;
        // SAFETY: writes the one register that it is given, and depends on nothing.
        #[allow(clippy::inline_asm_x86_intel_syntax)]
        unsafe {
            $crate::__private::asm!(
                $crate::__zero!(),
                ".reloc ., BFD_RELOC_NONE, {record}",
                zero = out(reg) zero,
                record = sym $record,
                options(pure, nomem, nostack)
            )
        }
        if zero != 0 {
            $crate::__private::impossible();
        }
    }};
}

/// Where there is no such directive, an ordinary reference has to do.
#[cfg(all(headcount_counting, not(headcount_reloc)))]
#[doc(hidden)]
#[macro_export]
macro_rules! __keep {
    ($record:ident) => {
        $crate::__private::black_box(&$record);
    };
}

/// The instruction that sets a register to zero.
#[cfg(all(headcount_reloc, any(target_arch = "x86", target_arch = "x86_64")))]
#[doc(hidden)]
#[macro_export]
macro_rules! __zero {
    () => {
        "xor {zero:e}, {zero:e}"
    };
}

/// The instruction that sets a register to zero.
#[cfg(all(headcount_reloc, target_arch = "aarch64"))]
#[doc(hidden)]
#[macro_export]
macro_rules! __zero {
    () => {
        "mov {zero:w}, wzr"
    };
}

/// What `library!` leaves at the crate's root.
#[cfg(headcount_counting)]
#[doc(hidden)]
#[macro_export]
macro_rules! __library {
    ($($arguments:tt)*) => {
        // `FACTS`.
        $crate::__private::library_facts! { $($arguments)* }

        const SYSTEM: &$crate::__private::str =
            match $crate::__private::option_env!("HEADCOUNT_SYSTEM") {
                $crate::__private::Some(system) => system,
                $crate::__private::None => "{}",
            };
        const TEXT: &[&$crate::__private::str] =
            &[FACTS, $crate::__private::BUILD, SYSTEM, "}"];
        static RECORD: $crate::__private::Record<{ $crate::__private::record::length(TEXT) }> =
            $crate::__private::Record::joined($crate::__private::record::BUILD, TEXT);
        pub(crate) static LIBRARY: $crate::__private::Library =
            $crate::__private::Library::new(&RECORD);
        pub(crate) use $crate::__private::{enter, site};
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
