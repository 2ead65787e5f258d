"""A limit of open files as high as in containers."""

import pathlib
import subprocess

import raw

# The size of libwebsockets' own table of descriptors if the limit is above ten million.
FALLBACK = 2_560


def test_an_infinite_descriptor_limit_allows_more_websockets_than_the_fallback(start, tmp_path):
    source, library = pathlib.Path(__file__).with_name("unlimited.c"), tmp_path / "unlimited.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-fPIC", "-shared", source, "-o", library, "-ldl"], check=True)
    server = start(environment={"LD_PRELOAD": str(library)})
    sockets = []
    while len(sockets) < FALLBACK + 40:
        sockets.append(raw.WebSocket(server.port))
        # Keeps the first client alive: silent ones are closed after half a minute, and the loop may take longer.
        if len(sockets) % 100 == 0:
            sockets[0].text(raw.ADD)
            assert '"result":3' in sockets[0].message()
    for socket in (sockets[0], sockets[-1]):
        socket.text(raw.ADD)
        assert '"result":3' in socket.message()
    for socket in sockets:
        socket.close()
