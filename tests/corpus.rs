//! Every input of the fuzz corpora, and every one that once broke a reader, goes through its target: it ends, and nothing panics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "test code")]

#[path = "../fuzz/src/lib.rs"]
#[expect(unreachable_pub, reason = "a crate of its own for the fuzzer")]
mod readers;

use std::path::Path;

#[test]
fn corpora() {
    let corpora = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for (name, target) in readers::TARGETS {
        let folder = corpora.join(name);
        let mut inputs: Vec<_> =
            std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{name}: {error}")).map(|file| file.unwrap().path()).collect();
        inputs.sort();
        assert!(!inputs.is_empty(), "{name} has no corpus");
        for input in inputs {
            let bytes = std::fs::read(&input).unwrap();
            let done = std::panic::catch_unwind(|| target(&bytes));
            assert!(done.is_ok(), "{}", input.display());
        }
    }
}
