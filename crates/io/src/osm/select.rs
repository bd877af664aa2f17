//! The caller's choice of objects and tags.

use super::model::Kind;

/// What to keep of an extract.
///
/// The choice has two steps so that the many objects nobody wants cost almost nothing: [`looks_at`](Select::looks_at) is asked
/// about each key once for a block of some thousand objects, and only objects that carry such a key are shown to
/// [`selects`](Select::selects). An object without tags is therefore never selected, but the nodes and ways that selected
/// objects are made of are kept all the same.
pub trait Select: Sync {
    /// Whether a tag with this key can be the reason to select an object of this kind.
    fn looks_at(&self, kind: Kind, key: &str) -> bool;

    /// Whether to select the object with these tags; at least one of them has a key that is looked at.
    fn selects(&self, kind: Kind, tags: TagView<'_>) -> bool {
        let _ = (kind, tags);
        true
    }

    /// Whether tags with this key tell lines apart: see [`line`](Select::line).
    fn line_key(&self, key: &str) -> bool {
        let _ = key;
        false
    }

    /// Whether to keep ways with these tags as [`Lines`](super::Lines), whatever [`selects`](Select::selects) says of them; `tags` are
    /// those with a [`line_key`](Select::line_key), at least one. Asked once for all ways of a block with the same such tags.
    fn line(&self, tags: TagView<'_>) -> bool {
        let _ = tags;
        false
    }

    /// Whether tags with this key are stored with a kept object.
    fn keeps_key(&self, key: &str) -> bool {
        let _ = key;
        true
    }
}

/// All tags of an object in the file, before anything is stored.
#[derive(Debug, Clone, Copy)]
pub struct TagView<'a>(pub(super) &'a [(&'a str, &'a str)]);

impl<'a> TagView<'a> {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&'a str> {
        self.iter().find_map(|(k, v)| (k == key).then_some(v))
    }

    /// The tags in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&'a str, &'a str)> + use<'a> {
        self.0.iter().copied()
    }
}
