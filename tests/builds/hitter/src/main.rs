//! A program that hits sites as it is told.

use std::process::ExitCode;

hc::library!();

macro_rules! sites {
    ($($site:ident)*) => {
        $(
            #[hc::track_usage]
            fn $site() {}
        )*

        /// All sites, in order.
        const SITES: &[fn()] = &[$($site),*];
    };
}

sites!(s0 s1 s2 s3 s4 s5 s6 s7 s8 s9 s10 s11);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        // Hits the first sites this often each.
        ["hit", counts @ ..] => {
            for (site, count) in SITES.iter().zip(counts) {
                hit(*site, number(count));
            }
        }
        // Hits all sites from four threads.
        ["threads"] => {
            for _ in 0..4 {
                std::thread::spawn(|| SITES.iter().for_each(|site| hit(*site, 150)))
                    .join()
                    .unwrap();
            }
        }
        // Hits so many sites once and is killed.
        ["die", count] => {
            SITES.iter().take(number(count)).for_each(|site| site());
            unsafe { libc::kill(libc::getpid(), libc::SIGKILL) };
        }
        // Hits another site for each line that it reads, and says so.
        ["asked"] => {
            for (site, _) in SITES.iter().zip(std::io::stdin().lines()) {
                site();
                println!();
            }
        }
        // Shares a counter with its child.
        ["fork"] => fork(),
        // Hits with a given `errno`, and looks at it afterwards.
        ["errno"] => unsafe {
            *libc::__errno_location() = 1234;
            hit(SITES[0], 100);
            assert_eq!(*libc::__errno_location(), 1234);
        },
        _ => return ExitCode::FAILURE,
    }
    ExitCode::SUCCESS
}

fn number(text: &str) -> usize {
    text.parse().expect("a number")
}

fn hit(site: fn(), count: usize) {
    (0..count).for_each(|_| site());
}

/// The child goes past 100 with hits of its parent's, and hits a site that its parent did not.
fn fork() {
    hit(SITES[0], 50);
    match unsafe { libc::fork() } {
        0 => {
            hit(SITES[0], 60);
            hit(SITES[1], 150);
        }
        child => {
            unsafe { libc::waitpid(child, std::ptr::null_mut(), 0) };
            hit(SITES[2], 1);
        }
    }
}
