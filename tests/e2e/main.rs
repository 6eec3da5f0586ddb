//! End-to-end tests: real builds, real programs, real files.

mod absence;
mod audit;
mod clock;
mod coexistence;
mod collector;
mod delivery;
mod demo;
mod end;
mod facts;
mod faulty_proxy;
mod flood;
mod host;
mod kept;
mod kill;
mod linked;
mod machine;
mod matrix;
mod newcomer;
mod power;
mod recording;
mod reporter;
mod reproducible;
mod silence;
mod simulated;
