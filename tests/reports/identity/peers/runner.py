"""Makes the environments of the tools, and runs their workers."""

import json
import os
import subprocess
import sys
import time
import venv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[3]
OURS = "ours"
PEERS = ("scrubadub", "presidio", "philter")
PATIENCE_S = 120  # for one process of one tool
INSTALL_PATIENCE_S = 900


class NotMeasured(Exception):
    """A tool could not be installed or run; the text says why."""


def version(tool: str) -> str:
    """Return the tool's name as its requirements give it."""
    if tool == OURS:
        return "Near Miss"
    return (HERE / f"{tool}.txt").read_text().split()[0].replace("==", " ")


def interpreter(peer: str) -> Path:
    """Return the Python of the peer's environment, made on first use; raise NotMeasured."""
    folder = ROOT / ".bench" / peer
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    wanted = HERE / f"{peer}.txt"
    stamp = folder / "installed.txt"
    if stamp.exists() and stamp.read_bytes() == wanted.read_bytes():
        return python
    print(f"Installing {peer} into .bench/{peer}", file=sys.stderr, flush=True)
    command: list[str | Path] = [
        python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
    ]
    try:
        venv.create(folder, clear=True, symlinks=os.name != "nt", with_pip=True)
        done = subprocess.run(
            [*command, "--requirement", wanted],
            capture_output=True,
            text=True,
            timeout=INSTALL_PATIENCE_S,
        )
    except (OSError, subprocess.SubprocessError) as error:
        raise NotMeasured(f"no environment could be made: {error}") from error
    if done.returncode:
        raise NotMeasured(f"pip could not install it: {last_line(done.stderr, 'ERROR')}")
    stamp.write_bytes(wanted.read_bytes())
    return python


def last_line(output: str, word: str = "") -> str:
    """Return the last line of a command's output that holds the word, or else the last one."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    return next((line for line in reversed(lines) if word in line), (lines or ["no word"])[-1])


def run(
    tool: str,
    texts: Iterable[str] = (),
    stories: Iterable[str] = (),
    passes: int = 0,
    patience: float = PATIENCE_S,
) -> dict[str, Any]:
    """Give a job to a tool's worker; return its answer, with "start" in seconds."""
    python = Path(sys.executable) if tool == OURS else interpreter(tool)
    environment = {name: v for name, v in os.environ.items() if not name.startswith("PYTHON")}
    if tool == OURS:
        environment["PYTHONPATH"] = str(ROOT)
    job = json.dumps({"texts": list(texts), "stories": list(stories), "passes": passes})
    began = time.monotonic()
    try:
        done = subprocess.run(
            [python, "-P", HERE / "worker.py", tool],
            input=job.encode(),
            capture_output=True,
            env=environment,
            timeout=patience,
        )
    except subprocess.TimeoutExpired as error:
        raise NotMeasured(f"it was not done after {patience} s") from error
    if done.returncode:
        why = last_line(done.stderr.decode(errors="replace"))
        raise NotMeasured(f"it ended with status {done.returncode}: {why}")
    answer: dict[str, Any] = json.loads(done.stdout)
    answer["start"] = answer["started"] - began
    return answer
