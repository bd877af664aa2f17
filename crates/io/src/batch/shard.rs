//! A shard: one run of a plan, as the batch's folder describes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::TILE;
use super::job::Wanted;
use super::tiles::{TileFile, of_bytes};
use crate::error::{Error, data};
use crate::files::{Files, Folder, InputFile};
use crate::plan::{Plan, PlanError, distinct, file_name};
use crate::write::sha256;

/// The version that results depend on.
pub(super) const VERSION: &str = env!("CARGO_PKG_VERSION");

/// `batch.json`: what the batch is made of, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct BatchFile {
    pub(super) version: String,
    pub(super) batch: String,
    pub(super) shards: Vec<ShardLine>,
}

/// A shard in `batch.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ShardLine {
    pub(super) shard: usize,
    pub(super) name: String,
    pub(super) key: String,
}

impl BatchFile {
    /// Refuses names that no job could have: they would lead out of the folder.
    pub(super) fn check(&self, file: &Path) -> Result<(), Error> {
        const AS_WRITTEN: &str = "the file as `catchment batch plan` wrote it";
        let shown = file.display().to_string();
        let names: Vec<&str> = self.shards.iter().map(|line| line.name.as_str()).collect();
        // the parts of a name are ids of plans, services and values
        let is_plain = |name: &&&str| name.split('.').all(|part| file_name("shards.name", part).is_ok());
        if let Some(name) = names.iter().find(|name| !is_plain(name)) {
            return Err(data(&shown, "", format!("a shard called `{name}`"), AS_WRITTEN));
        }
        let wrong = |error: PlanError| data(&shown, "", error.to_string(), AS_WRITTEN);
        file_name("batch", &self.batch).map_err(wrong)?;
        distinct("shards", &names).map_err(wrong)
    }
}

/// `shard.json`: all that a process needs to run it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ShardFile {
    pub(super) name: String,
    /// What merged results say of it, by column.
    pub(super) columns: Vec<(String, String)>,
    /// The folder of its inputs, relative to that of the batch.
    pub(super) folder: String,
    /// The plan with every default, in TOML: numbers come back as they were.
    pub(super) plan: String,
    /// The files that the plan names and their SHA-256.
    pub(super) inputs: BTreeMap<String, String>,
    /// Of a tile, the SHA-256 of what it is made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) tile: Option<String>,
    /// SHA-256 of the version, the plan and the inputs (of a tile, what it is made of): results with the same key are the same.
    pub(super) key: String,
}

/// `receipt.json`: written last; the shard is done where it matches.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Receipt {
    pub(super) key: String,
    /// Each file of the results and its SHA-256.
    pub(super) files: BTreeMap<String, String>,
}

/// The digests of files, each read once.
#[derive(Debug, Default)]
pub(super) struct Digests(BTreeMap<PathBuf, Option<String>>);

impl Digests {
    /// The SHA-256 of a file; `None` where there is none.
    fn of(&mut self, file: &Path) -> Result<Option<String>, Error> {
        if let Some(known) = self.0.get(file) {
            return Ok(known.clone());
        }
        let digest = if file.is_file() {
            let name = file.display().to_string();
            let here = Folder(PathBuf::new());
            let source = here.open(&name)?;
            Some(InputFile::of_source(&name, &source)?.sha256)
        } else {
            None
        };
        Ok(self.0.entry(file.to_owned()).or_insert(digest).clone())
    }
}

impl ShardFile {
    /// Of what a job wants, for a batch in the folder `batch`.
    pub(super) fn new(wanted: &Wanted, batch: &Path, digests: &mut Digests) -> Result<ShardFile, Error> {
        let plan = wanted.plan.to_toml().map_err(|source| Error::Plan { file: wanted.name.clone(), source })?;
        let mut inputs = BTreeMap::new();
        for name in wanted.plan.files() {
            inputs.extend(digests.of(&wanted.folder.join(&name))?.map(|digest| (name, digest)));
        }
        let key = key(&plan, &inputs);
        let folder = relative(&wanted.folder, batch)?;
        Ok(ShardFile { name: wanted.name.clone(), columns: wanted.columns.clone(), folder, plan, inputs, tile: None, key })
    }

    /// Tile `number` of the study that this shard would be as a whole.
    pub(super) fn tile(&self, number: usize, bytes: &[u8]) -> ShardFile {
        let digest = sha256(bytes);
        let key = key(&self.plan, &BTreeMap::from([(TILE.to_owned(), digest.clone())]));
        ShardFile { name: format!("tile-{number:04}"), tile: Some(digest), key, ..self.clone() }
    }

    /// What a tile is made of, from the shard's folder.
    pub(super) fn tile_file(&self, digest: &str, folder: &Path) -> Result<TileFile, Error> {
        let file = folder.join(TILE);
        let name = file.display().to_string();
        let bytes = std::fs::read(&file).map_err(|source| Error::Read { file: name.clone(), source })?;
        if sha256(&bytes) != digest {
            return Err(data(
                &name,
                "",
                "not the file that was planned".to_owned(),
                "it as `catchment batch` wrote it: plan the batch again",
            ));
        }
        of_bytes(&bytes, &name)
    }

    /// The plan and the folder that its paths are relative to.
    pub(super) fn work(&self, batch: &Path) -> Result<(Plan, Folder), Error> {
        let plan = Plan::parse(&self.plan).map_err(|source| Error::Plan { file: self.name.clone(), source })?;
        Ok((plan, Folder(batch.join(&self.folder))))
    }

    /// Refuses files that are not those that the batch was planned with.
    pub(super) fn check<'f>(&self, read: impl Iterator<Item = &'f InputFile>) -> Result<(), Error> {
        for file in read {
            let name = file.file.split('|').next().unwrap_or_default();
            if self.inputs.get(name) != Some(&file.sha256) {
                let expected = "the file that the batch was planned with: plan it again, and what depends on the file is run again";
                return Err(data(name, "", "changed since the batch was planned".to_owned(), expected));
            }
        }
        Ok(())
    }
}

fn key(plan: &str, inputs: &BTreeMap<String, String>) -> String {
    let inputs: String = inputs.iter().map(|(name, digest)| format!("{digest} {name}\n")).collect();
    sha256(format!("catchment {VERSION}\n{plan}\n{inputs}").as_bytes())
}

/// The way from the folder `from` to the folder `to`, so that both can move together; the whole path where they have no root in common.
fn relative(to: &Path, from: &Path) -> Result<String, Error> {
    let whole = |path: &Path| {
        let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
        path.canonicalize().map_err(|source| Error::Read { file: path.display().to_string(), source })
    };
    let (to, from) = (whole(to)?, whole(from)?);
    let shared = to.components().zip(from.components()).take_while(|(a, b)| a == b).count();
    let way: PathBuf =
        from.components().skip(shared).map(|_| std::path::Component::ParentDir).chain(to.components().skip(shared)).collect();
    let way = if shared == 0 { to } else { way };
    Ok(if way.as_os_str().is_empty() { ".".to_owned() } else { way.display().to_string() })
}

impl Receipt {
    pub(super) fn new(key: &str, files: &[(String, Vec<u8>)]) -> Receipt {
        let digest = |(name, bytes): &(String, Vec<u8>)| (name.clone(), sha256(bytes));
        Receipt { key: key.to_owned(), files: files.iter().map(digest).collect() }
    }

    /// Whether each of its names is one of a file in the folder of results.
    pub(super) fn is_plain(&self) -> bool {
        self.files.keys().all(|name| !name.contains(['/', '\\']) && !matches!(name.as_str(), "" | "." | ".."))
    }

    /// The files in `results` that are missing, or are not as they were written.
    pub(super) fn altered(&self, results: &Path) -> Vec<String> {
        let differs =
            |(name, digest): &(&String, &String)| !std::fs::read(results.join(name)).is_ok_and(|bytes| sha256(&bytes) == **digest);
        self.files.iter().filter(differs).map(|(name, _)| name.clone()).collect()
    }
}
