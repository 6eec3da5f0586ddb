//! Does to its process what programs do, and hits sites meanwhile.

use std::collections::BTreeMap;
use std::ffi::CString;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};

headcount::library!();

macro_rules! sites {
    ($($site:ident)*) => {
        $(
            #[headcount::track_usage]
            fn $site() {}
        )*

        /// All sites, in order.
        static SITES: &[fn()] = &[$($site),*];
    };
}

sites!(s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11 s12 s13 s14 s15);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["bare"] => bare(),
        ["chroot", folder] => chroot(folder),
        ["daemon", database] => daemon(database),
        ["environment"] => environment(),
        ["exit"] => exit(),
        ["few-descriptors"] => few_descriptors(),
        ["fork-among-threads"] => fork_among_threads(),
        ["load", plugin] => load(plugin),
        ["stress"] => stress(),
        ["without-streams", text] => without_streams(text),
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

/// Calls the library without the standard one; says what was hit while this was built.
fn bare() {
    assert_eq!(bare::double(2), 4);
    assert_eq!(bare::Buffer([1, 2]).sum(), 3);
    #[cfg(feature = "alloc")]
    assert_eq!(*bare::Buffer([1, 2]).boxed(), [1, 2]);
    println!("{} {}", env!("HITS_OF_THE_BUILD_SCRIPT"), derive::hits!());
}

/// Goes where the spool is not.
fn chroot(folder: &str) {
    hit(0, 1);
    let folder = CString::new(folder).unwrap();
    unsafe {
        assert_eq!(libc::chroot(folder.as_ptr()), 0);
        assert_eq!(libc::chdir(c"/".as_ptr()), 0);
    }
    (0..SITES.len()).for_each(|site| hit(site, 150));
}

/// Closes all descriptors, as daemons do, and opens a database, which then has a number that
/// something else had before.
fn daemon(database: &str) {
    hit(0, 1);
    unsafe { libc::close_range(3, u32::MAX, 0) };
    let path = CString::new(database).unwrap();
    let flags = libc::O_RDWR | libc::O_CREAT;
    let database = unsafe { libc::open(path.as_ptr(), flags, 0o600) };
    assert_eq!(database, 3);
    hit(0, 99);
    assert_eq!(unsafe { libc::write(database, b"data".as_ptr().cast(), 4) }, 4);
    hit(1, 10_000);
    assert_eq!(unsafe { libc::close(database) }, 0);
}

/// Adds variables, so that the environment moves, and hits between.
fn environment() {
    for (site, variables) in (0..SITES.len()).zip((0..).step_by(100)) {
        for variable in variables..variables + 100 {
            std::env::set_var(format!("VARIABLE_{variable}"), "x".repeat(variable));
        }
        hit(site, 1);
    }
}

/// Hits when everything else is over.
fn exit() {
    struct Last(usize);

    impl Drop for Last {
        fn drop(&mut self) {
            hit(self.0, 1);
        }
    }

    thread_local!(static LAST: Last = const { Last(0) });

    extern "C" fn at_exit() {
        hit(2, 1);
    }

    LAST.with(|_| ());
    std::thread::spawn(|| {
        thread_local!(static LAST: Last = const { Last(1) });
        LAST.with(|_| ());
    })
    .join()
    .unwrap();
    unsafe { libc::atexit(at_exit) };
}

/// Hits where no descriptor is to be had, and then where one is.
fn few_descriptors() {
    let mut before: libc::rlimit = unsafe { std::mem::zeroed() };
    unsafe { libc::getrlimit(libc::RLIMIT_NOFILE, &mut before) };
    for descriptors in [3, 4, 5] {
        let now = libc::rlimit { rlim_cur: descriptors, ..before };
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &now) }, 0);
        hit(descriptors as usize, 1);
    }
    hit(0, 150);
}

/// Children that are born while other threads are in the middle of a hit.
fn fork_among_threads() {
    static ENOUGH: AtomicBool = AtomicBool::new(false);

    unsafe { libc::alarm(60) }; // whoever blocks is killed
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while !ENOUGH.load(Relaxed) {
                    (0..8).for_each(|site| hit(site, 1));
                }
            });
        }
        for _ in 0..40 {
            let child = unsafe { libc::fork() };
            if child == 0 {
                unsafe { libc::alarm(20) };
                (8..16).for_each(|site| hit(site, 1));
                unsafe { libc::_exit(0) };
            }
            let mut status = 0;
            unsafe { libc::waitpid(child, &mut status, 0) };
            assert_eq!(status, 0);
        }
        ENOUGH.store(true, Relaxed);
    });
}

/// Calls a function of a shared library.
fn load(plugin: &str) {
    let path = CString::new(plugin).unwrap();
    unsafe {
        let plugin = libc::dlopen(path.as_ptr(), libc::RTLD_NOW);
        assert!(!plugin.is_null());
        let work = libc::dlsym(plugin, c"plugin_work".as_ptr());
        assert!(!work.is_null());
        let work: extern "C" fn(u32) -> u32 = std::mem::transmute(work);
        assert_eq!(work(1), 2);
        assert_eq!(libc::dlclose(plugin), 0);
    }
}

/// Hits all sites from several threads at once, past every count that is spoken of, while another
/// thread looks on.
fn stress() {
    static ENOUGH: AtomicBool = AtomicBool::new(false);

    let counts = || headcount::snapshot().map(|count| (count.path, count.hits));
    std::thread::scope(|scope| {
        let onlooker = scope.spawn(|| {
            let mut before: BTreeMap<_, _> = counts().collect();
            while !ENOUGH.load(Relaxed) {
                for (path, hits) in counts() {
                    let before = before.insert(path, hits).unwrap_or(0);
                    assert!(before <= hits && hits <= 10_000, "{path}: {before}, then {hits}");
                }
            }
        });
        let hitters: Vec<_> = (0..8)
            .map(|first| {
                // Each begins elsewhere, and all meet everywhere.
                scope.spawn(move || {
                    for step in 0..1_300 * SITES.len() {
                        hit((first * 2 + step) % SITES.len(), 1);
                    }
                })
            })
            .collect();
        hitters.into_iter().for_each(|hitter| hitter.join().unwrap());
        ENOUGH.store(true, Relaxed);
        onlooker.join().unwrap();
    });
    let full = counts().filter(|(_, hits)| *hits == 10_000).count();
    assert_eq!(full, SITES.len());
}

/// Closes its standard streams, and goes on printing.
fn without_streams(text: &str) {
    static ENOUGH: AtomicBool = AtomicBool::new(false);

    (0..3).for_each(|stream| assert_eq!(unsafe { libc::close(stream) }, 0));
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !ENOUGH.load(Relaxed) {
                for stream in 1..3 {
                    unsafe { libc::write(stream, text.as_ptr().cast(), text.len()) };
                }
            }
        });
        (0..SITES.len()).for_each(|site| hit(site, 10_000));
        ENOUGH.store(true, Relaxed);
    });
}

fn hit(site: usize, count: usize) {
    (0..count).for_each(|_| SITES[site]());
}
