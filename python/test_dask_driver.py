"""The driver from end to end, on the loopback interface alone: a worker is killed inside a shard, and the results are those of one machine.

    CATCHMENT=target/debug/catchment python -m pytest python
"""

import hashlib
import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from dask.distributed import Client

HERE = Path(__file__).resolve().parent
PROGRAM = os.path.abspath(os.environ.get("CATCHMENT", HERE.parent / "target/debug/catchment"))

JOB = """
[batch]
id = "malta"
plans = ["malta.toml"]
services = ["clinics-walk"]

[[axes]]
name = "limit"
values = [
  { id = "8min", set = { "services.clinics-walk.limit" = "8min" } },
  { id = "10min", set = { "services.clinics-walk.limit" = "10min" } },
  { id = "12min", set = { "services.clinics-walk.limit" = "12min" } },
  { id = "15min" },
]

[[axes]]
name = "speed"
values = [{ id = "plan" }, { id = "slow", set = { "profiles.walk.speed_m_s" = 0.9 } }]
"""
SHARDS = 8


def catchment(*words: str, cwd: Path, code: int = 0) -> subprocess.CompletedProcess:
    done = subprocess.run([PROGRAM, *words], cwd=cwd, capture_output=True, text=True)
    assert done.returncode == code, (words, done.returncode, done.stdout, done.stderr)
    return done


def tree(folder: Path) -> dict:
    """Every file but the logs, by its digest."""
    files = [path for path in folder.rglob("*") if path.is_file() and path.name != "log.jsonl"]
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def events(folder: Path) -> dict:
    logs = sorted(folder.glob("shards/*/log.jsonl"))
    return {log.parent.name: [json.loads(line) for line in log.read_text().splitlines()] for log in logs}


def parent(pid: int) -> int | None:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except (FileNotFoundError, ProcessLookupError):
        return None


def listening(pids: set) -> list:
    """The addresses that these processes listen on, by the kernel's own tables."""
    inodes = set()
    for pid in pids:
        for link in Path(f"/proc/{pid}/fd").iterdir():
            try:
                found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(link))
            except FileNotFoundError:
                continue
            if found:
                inodes.add(found[1])
    found = []
    for table in ["tcp", "tcp6"]:
        for row in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            cells = row.split()
            if cells[3] == "0A" and cells[9] in inodes:
                found.append((table, cells[1].split(":")[0]))
    return found


class Cluster:
    """A scheduler and three workers, each a process, one thread each."""

    def __init__(self, folder: Path):
        self.processes = []
        where = folder / "scheduler.json"
        common = ["--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0"]
        self.scheduler = self.start(["scheduler", *common, "--port", "0", "--scheduler-file", str(where)])
        for _ in range(300):
            if where.exists() and where.read_text().strip():
                break
            time.sleep(0.1)
        self.address = json.loads(where.read_text())["address"]
        worker = ["worker", self.address, *common, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder)]
        self.workers = [self.start(worker) for _ in range(3)]
        with Client(self.address) as client:
            client.wait_for_workers(3, timeout=60)

    def start(self, words: list) -> subprocess.Popen:
        process = subprocess.Popen([sys.executable, "-m", "dask", *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        self.processes.append(process)
        return process

    def close(self):
        for process in self.processes:
            process.kill()
            process.wait()


def driver(address: str, folder: Path) -> subprocess.Popen:
    words = [sys.executable, str(HERE / "dask_driver.py"), "--scheduler", address, "--catchment", PROGRAM, str(folder)]
    return subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.fixture
def desk(tmp_path):
    catchment("demo", "--save-plan", "malta.toml", cwd=tmp_path)
    (tmp_path / "job.toml").write_text(JOB)
    for name in ["one", "many"]:
        catchment("batch", "plan", "job.toml", "--out", name, cwd=tmp_path)
    return tmp_path


def test_a_worker_killed_inside_a_shard(desk):
    one, many = desk / "one", desk / "many"
    catchment("batch", "run", "one", "--jobs", "2", cwd=desk)
    cluster = Cluster(desk)
    try:
        running = driver(cluster.address, many)
        workers = {worker.pid: worker for worker in cluster.workers}
        # a shard that was begun, by a process that lives, whose parent is a worker
        victim = None
        for _ in range(1200):
            for name, log in events(many).items():
                inside = parent(log[-1]["pid"]) if log and log[-1]["event"] == "began" else None
                if inside in workers:
                    victim = (name, inside, log[-1]["pid"])
                    break
            if victim:
                break
            time.sleep(0.05)
        assert victim, "no worker was seen inside a shard"
        name, worker, process = victim
        os.kill(worker, signal.SIGKILL)
        workers[worker].wait()
        assert [event["event"] for event in events(many)[name]] == ["began"], "it had ended before the worker was killed"
        # the shard's process does not outlive its worker
        for _ in range(100):
            if parent(process) is None:
                break
            time.sleep(0.05)
        assert parent(process) is None, "the shard's process outlived its worker"
        alive = {cluster.scheduler.pid, running.pid, *(pid for pid in workers if pid != worker)}
        heard = listening(alive)
        assert len(heard) >= 3, heard
        assert {address for _, address in heard} == {"0100007F"}, f"something listens beyond 127.0.0.1: {heard}"
        out, err = running.communicate(timeout=600)
        assert running.returncode == 0, (out, err)
        assert "dashboard: http://127.0.0.1:" in out
        assert re.search(rf"{SHARDS} shards in [\d.]+ s on 3 threads; \d+ ms a shard outside of them", out), out
        begun = {name: sum(event["event"] == "began" for event in log) for name, log in events(many).items()}
        assert len(begun) == SHARDS and begun[name] >= 2, begun
        assert all((many / "shards" / name / "receipt.json").exists() for name in begun)
        for folder in ["one", "many"]:
            catchment("batch", "merge", folder, "--out", f"{folder}-merged", cwd=desk)
        assert tree(desk / "one-merged") == tree(desk / "many-merged")
        assert tree(one) == tree(many)
        # a second run finds nothing to do
        again = driver(cluster.address, many)
        out, err = again.communicate(timeout=120)
        assert again.returncode == 0 and "all shards done" in out, (out, err)
        assert {name: sum(event["event"] == "began" for event in log) for name, log in events(many).items()} == begun
    finally:
        cluster.close()


def test_a_shard_that_fails_is_told_of(desk):
    many = desk / "many"
    (desk / "malta-2024-03-13.osm.pbf").write_bytes(b"no extract")
    cluster = Cluster(desk)
    try:
        running = driver(cluster.address, many)
        out, err = running.communicate(timeout=300)
    finally:
        cluster.close()
    assert running.returncode == 3, (out, err)
    assert f"{SHARDS} shards are not done" in out
    assert "shard 0: exit code 3" in err and "malta-2024-03-13.osm.pbf" in err, err
