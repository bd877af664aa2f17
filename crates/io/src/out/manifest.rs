//! `manifest.json`: what results were made of, and the digests by which their files are known as ours.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::write::{pretty, sha256};

pub(crate) const MANIFEST: &str = "manifest.json";

/// The key of the manifest's own digest, and what stands in its place while that is taken.
const OWN: &str = "sha256";
const ZEROS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// Adds to files the manifest that lists them: what is `known` of them, an object, and their digests and its own.
pub(crate) fn add_manifest(mut known: Value, files: &mut Vec<(String, Vec<u8>)>) {
    let listed = |(name, bytes): &(String, Vec<u8>)| json!({ "file": name, "bytes": bytes.len(), "sha256": sha256(bytes) });
    known["outputs"] = files.iter().map(listed).collect();
    known[OWN] = json!(ZEROS);
    let text = pretty(&known);
    let own = sha256(text.as_bytes());
    files.push((MANIFEST.to_owned(), with_own(&text, ZEROS, &own).into_bytes()));
}

/// The manifest of a folder, if it is one of ours.
pub(crate) fn manifest_of(folder: &Path) -> Option<Value> {
    let manifest: Value = serde_json::from_slice(&fs::read(folder.join(MANIFEST)).ok()?).ok()?;
    (manifest.get("tool")?.get("name")?.as_str()? == "catchment").then_some(manifest)
}

/// Whether a manifest is as it was written, by the digest that it bears of itself.
pub(super) fn is_as_written(file: &Path) -> bool {
    let Ok(text) = fs::read_to_string(file) else { return false };
    let manifest: Value = serde_json::from_str(&text).unwrap_or_default();
    manifest.get(OWN).and_then(Value::as_str).is_some_and(|own| sha256(with_own(&text, own, ZEROS).as_bytes()) == own)
}

/// The text of a manifest with another digest of its own, which comes last.
fn with_own(text: &str, from: &str, to: &str) -> String {
    let Some(at) = text.rfind(from) else { return text.to_owned() };
    format!("{}{to}{}", &text[..at], &text[at + from.len()..])
}
