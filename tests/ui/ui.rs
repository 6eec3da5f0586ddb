//! Every mistake costs our message, at the right place, and no other.

#[test]
fn macros() {
    let cases = trybuild::TestCases::new();
    cases.pass("accepted/*.rs");
    cases.compile_fail("refused/*.rs");
}
