"""Runs the shards of a batch on a Dask cluster.

    catchment batch plan job.toml --out DIR
    python dask_driver.py --scheduler tcp://HOST:8786 DIR
    catchment batch merge DIR --out RESULTS

Nothing but shard numbers goes through Dask: DIR, on a disk that all workers share, is the only truth. A worker may die at any moment; what it ran
is run by another. Started again, it submits what is not done. Exit codes are those of `catchment batch run`: 0 all done, 3 some are not.
"""

import argparse
import json
import subprocess
import sys
import time

from dask.distributed import Client, as_completed

BUSY = 75  # another process runs the shard: try again


class Busy(Exception):
    """Another process still runs the shard; Dask tries again."""


def run_shard(program: str, folder: str, shard: int, patience_s: float) -> dict:
    """Runs one shard in a process that ends with this worker, however it ends: its standard input closes."""
    command = [program, "batch", "run", folder, "--shard", str(shard), "--threads", "1", "--with-stdin", "--quiet"]
    begun = time.monotonic()
    while True:
        with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
            said = process.stderr.read()
            code = process.wait()
        took = time.monotonic() - begun
        if code != BUSY:
            return {"shard": shard, "code": code, "said": said.strip(), "seconds": took}
        if took > patience_s:
            raise Busy(said.strip())
        time.sleep(0.2)


def status(program: str, folder: str) -> list:
    """How every shard stands, by its files. Exit code 3 says that some are not done."""
    done = subprocess.run([program, "batch", "status", folder, "--json"], capture_output=True, text=True)
    if done.returncode not in (0, 3) or not done.stdout:
        sys.exit(f"{done.stderr.strip()}")
    return json.loads(done.stdout)["shards"]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", metavar="DIR", help="the folder of the batch, by the path that workers know it by")
    parser.add_argument("--scheduler", required=True, help="the address of the scheduler: tcp://HOST:8786")
    parser.add_argument("--catchment", default="catchment", help="the program, as workers find it [default: catchment]")
    parser.add_argument("--retries", type=int, default=3, help="how often a shard that another process holds is tried again [default: 3]")
    parser.add_argument("--patience", type=float, default=60.0, help="seconds to wait each time [default: 60]")
    typed = parser.parse_args()

    waiting = [shard["shard"] for shard in status(typed.catchment, typed.folder) if shard["state"] != "done"]
    with Client(typed.scheduler) as client:
        print(f"dashboard: {client.dashboard_link}", flush=True)
        threads = max(1, sum(client.nthreads().values()))
        begun = time.monotonic()
        futures = [
            client.submit(
                run_shard, typed.catchment, typed.folder, shard, typed.patience, key=f"shard-{shard}-{begun}", pure=False, retries=typed.retries
            )
            for shard in waiting
        ]
        failed, inside = [], 0.0
        for future in as_completed(futures):
            if future.status != "finished":
                failed.append(str(future.exception()))
                continue
            result = future.result()
            inside += result["seconds"]
            if result["code"] != 0:
                failed.append(f"shard {result['shard']}: exit code {result['code']}: {result['said']}")
        took = time.monotonic() - begun
    if waiting:
        # what threads did not spend inside shards; at the end some have nothing to do
        over = max(0.0, took * min(threads, len(waiting)) - inside) / len(waiting)
        print(f"{len(waiting)} shards in {took:.1f} s on {threads} threads; {1000 * over:.0f} ms a shard outside of them", flush=True)
    for line in failed:
        print(line, file=sys.stderr)
    # the files alone say what is done
    left = [shard["name"] for shard in status(typed.catchment, typed.folder) if shard["state"] != "done"]
    print(f"{len(left)} shards are not done" if left else "all shards done", flush=True)
    return 3 if left else 0


if __name__ == "__main__":
    sys.exit(main())
