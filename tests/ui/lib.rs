//! What the macros accept (`accepted/`), and what a mistake costs (`refused/`).
