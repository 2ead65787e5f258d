"""Runs the public Autobahn test cases against the raw echo, without those for compression and performance."""

import pathlib
import subprocess
import sys

from programs import port_of, start_in_process, stop_all

LEFT_OUT = ["9.*", "12.*", "13.*", "2.10", "2.11"]
RUN_SECONDS = 900


def test_the_websocket_server_passes_the_autobahn_cases(tmp_path):
    programs = start_in_process("--raw-echo")
    kosoku = pathlib.Path(sys.executable).with_name("kosoku")
    left_out = [argument for case in LEFT_OUT for argument in ("-x", case)]
    address = f"127.0.0.1:{port_of(programs[-1])}/echo"
    try:
        command = [str(kosoku), *left_out, "-o", str(tmp_path), address]
        done = subprocess.run(command, capture_output=True, text=True, timeout=RUN_SECONDS)
    finally:
        stop_all(programs)
    assert done.returncode == 0, done.stdout + done.stderr
