"""A limit of open files that is as high as containers have it."""

import pathlib
import subprocess

import raw

# Where the limit is above ten million, libwebsockets' own table of descriptors ends here.
FALLBACK = 2_560


def test_an_infinite_descriptor_limit_allows_more_websockets_than_the_fallback(start, tmp_path):
    source, library = pathlib.Path(__file__).with_name("unlimited.c"), tmp_path / "unlimited.so"
    subprocess.run(["cc", "-O1", "-Wall", "-Werror", "-fPIC", "-shared", source, "-o", library, "-ldl"], check=True)
    server = start(environment={"LD_PRELOAD": str(library)})
    sockets = []
    while len(sockets) < FALLBACK + 40:
        sockets.append(raw.WebSocket(server.port))
        # A client that is silent for half a minute is closed, which is less than some machines take for all of these.
        if len(sockets) % 100 == 0:
            sockets[0].text(raw.ADD)
            assert '"result":3' in sockets[0].message()
    for socket in (sockets[0], sockets[-1]):
        socket.text(raw.ADD)
        assert '"result":3' in socket.message()
    for socket in sockets:
        socket.close()
