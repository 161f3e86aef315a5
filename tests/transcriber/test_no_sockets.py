"""Nothing here calls home: not we, and not what we load."""

from __future__ import annotations

import os
import shutil
import subprocess

from transcriber import worker
from transcriber.messages import Done, Load, Transcribe, from_line, to_line


def test_decoding_opens_no_socket_and_leaves_nothing_at_home(recording, key, tmp_path):
    """A whole decoding, started without our environment, opens no internet socket and writes no file.

    onnxruntime, left alone, writes an identifier under the home folder in its first second and then sends it. System
    calls are watched with strace where it is installed; the folder is watched everywhere.
    """
    home, log = tmp_path / "home", tmp_path / "calls"
    home.mkdir()
    environment = {name: value for name, value in os.environ.items() if name != "ORT_DISABLE_TELEMETRY"}
    environment |= {"HOME": str(home), "XDG_CACHE_HOME": str(home / ".cache")}
    watch = (
        ["strace", "-f", "-qq", "-e", "trace=socket,connect,sendto", "-o", str(log)] if shutil.which("strace") else []
    )
    asked = to_line(Load("whisper-base", device="cpu"))
    asked += to_line(Transcribe(str(recording), key.hex(), language="en", beam_size=1))
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([*watch, *worker.command()], env=environment, **pipes) as child:
        child.stdin.write(asked)
        child.stdin.flush()
        assert any(isinstance(from_line(line), Done) for line in child.stdout if '"done"' in line)
        child.stdin.close()
    assert [path for path in home.rglob("*") if path.is_file()] == []
    assert not watch or "AF_INET" not in log.read_text()
