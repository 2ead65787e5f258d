"""A limit of open files that is as high as containers have it."""

import pathlib
import subprocess

import raw
from audience import raise_descriptor_limit

# Where the limit is above ten million, libwebsockets' own table of descriptors ends here.
FALLBACK = 2_560


def test_more_websockets_than_libwebsockets_falls_back_to_open_under_an_infinite_limit(start, tmp_path):
    source, library = pathlib.Path(__file__).with_name("unlimited.c"), tmp_path / "unlimited.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-fPIC", "-shared", source, "-o", library, "-ldl"], check=True)
    raise_descriptor_limit(FALLBACK + 512)
    server = start(environment={"LD_PRELOAD": str(library)})
    sockets = [raw.WebSocket(server.port) for _ in range(FALLBACK + 40)]
    for socket in (sockets[0], sockets[-1]):
        socket.text(raw.ADD)
        assert '"result":3' in socket.message()
    for socket in sockets:
        socket.close()
