//! The peers in Python: arrays dumped as `.npy`, and a script that answers on them, question by question, in turn with us.

use std::fs::File;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use catchment::geo::Coord;
use catchment::{NodeId, People};
use serde_json::Value;
use tempfile::TempDir;

use crate::graphs::{Arrays, Study};
use crate::report::Seconds;

/// A folder with the arrays of one study, gone with its owner.
pub(crate) struct Dump(TempDir);

impl Dump {
    /// Writes arcs, places, people and the facilities.
    pub(crate) fn new(study: &Study, arrays: &Arrays, facilities: &[NodeId]) -> Dump {
        let dump = Dump(TempDir::new().expect("a temporary folder"));
        let nodes = arrays.nodes();
        let tails = (0..nodes).flat_map(|tail| arrays.of_node(tail).iter().map(move |_| tail as u32));
        dump.write("tails", "<u4", tails.map(u32::to_le_bytes), arrays.arcs.len());
        dump.write("heads", "<u4", arrays.arcs.iter().map(|arc| arc.0.to_le_bytes()), arrays.arcs.len());
        dump.write("costs", "<u4", arrays.arcs.iter().map(|arc| arc.1.to_le_bytes()), arrays.arcs.len());
        let places = arrays.by_number((0..arrays.number.len()).map(|node| study.network.location(NodeId::at(node))), Coord::default());
        dump.write("x", "<f8", places.iter().map(|c| c.x.to_le_bytes()), nodes);
        dump.write("y", "<f8", places.iter().map(|c| c.y.to_le_bytes()), nodes);
        let people = arrays.by_number(study.people.iter().map(|people| people.0 / People::PER_PERSON), 0);
        dump.write("people", "<u8", people.iter().map(|p| p.to_le_bytes()), nodes);
        dump.write("facilities", "<u4", arrays.numbers(facilities).iter().map(|v| v.to_le_bytes()), facilities.len());
        dump
    }

    fn write<const N: usize>(&self, name: &str, kind: &str, values: impl Iterator<Item = [u8; N]>, count: usize) {
        let mut file = BufWriter::new(File::create(self.0.path().join(name).with_extension("npy")).expect("a new file"));
        let header = format!("{{'descr': '{kind}', 'fortran_order': False, 'shape': ({count},), }}");
        // magic, version and length make 10 bytes; the whole head is a multiple of 64
        let length = (10 + header.len() + 1).next_multiple_of(64) - 10;
        let head = format!("{header:<width$}\n", width = length - 1);
        file.write_all(b"\x93NUMPY\x01\x00").expect("room on disk");
        file.write_all(&(length as u16).to_le_bytes()).expect("room on disk");
        file.write_all(head.as_bytes()).expect("room on disk");
        for value in values {
            file.write_all(&value).expect("room on disk");
        }
        file.flush().expect("room on disk");
    }
}

/// A script at work on a dump of its own; it ends with its owner.
pub(crate) struct Peer {
    _dump: Dump,
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Peer {
    /// Starts `benches/peers/<script>` and waits until it has read the arrays.
    pub(crate) fn start(script: &str, dump: Dump) -> Peer {
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../benches/peers").join(script);
        let python = std::env::var("PYTHON").unwrap_or_else(|_| "python3".to_owned());
        let mut command = Command::new(python);
        let mut child = command.arg(script).arg(dump.0.path()).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("python starts");
        let answers = BufReader::new(child.stdout.take().expect("piped"));
        let mut peer = Peer { _dump: dump, questions: child.stdin.take(), child, answers };
        let ready = peer.read();
        eprintln!("  {}", ready["versions"]);
        peer
    }

    /// Asks and waits.
    pub(crate) fn ask(&mut self, question: &Value) -> Value {
        let questions = self.questions.as_mut().expect("open until dropped");
        writeln!(questions, "{question}").expect("the script listens");
        self.read()
    }

    fn read(&mut self) -> Value {
        let mut line = String::new();
        self.answers.read_line(&mut line).expect("the script answers");
        serde_json::from_str(&line).expect("the script answers in JSON: see its messages above")
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.questions = None;
        let _ = self.child.wait();
    }
}

/// The CPU seconds of an answer; the clock of another process is not ours to compare.
pub(crate) fn seconds(answer: &Value) -> Seconds {
    let number = |key: &str| answer[key].as_f64().expect("a time");
    Seconds { cpu: number("cpu_s"), wall: number("wall_s") }
}

/// A whole number of an answer.
pub(crate) fn whole(answer: &Value, key: &str) -> u64 {
    answer[key].as_u64().expect("a whole number")
}
