"""Known deviations of libwebsockets 4.1 from RFC 6455, all of them harmless to other clients."""

import pytest

import raw
from raw import PING, PONG, TEXT, frame

pytestmark = pytest.mark.usefixtures("alive")


@pytest.fixture
def socket(port):
    socket = raw.WebSocket(port)
    yield socket
    socket.close()


def test_w9_unmasked_frames_behind_another_are_accepted(socket):
    """RFC 6455 5.1 requires a close with 1002. Masks protect proxies between client and server, not the server.

    An unmasked first message that arrives alone is refused, see test_frames.py.
    """
    socket.text(raw.ADD)
    assert '"result":3' in socket.message()
    socket.send(frame(TEXT, raw.ADD, masked=False))
    assert '"result":3' in socket.message()


@pytest.mark.parametrize("length", [1, 126, 70_000])
def test_w9_unmasked_frames_of_every_width_do_not_crash(socket, length):
    """After an unmasked empty frame with a wide length field, libwebsockets reads on; the message limit ends that."""
    socket.send(frame(TEXT, b"", masked=False, wide=16), frame(TEXT, b"x" * length, masked=False), frame(TEXT, b"", masked=False, wide=64))
    socket.send(b"y" * 1_200_000)
    assert socket.ending() in (1002, 1007, 1008, 1009, "bare")


@pytest.mark.parametrize("wide", [16, 64])
def test_lengths_that_are_not_minimal_are_accepted(socket, wide):
    """RFC 6455 5.2 requires the shortest form of a length."""
    socket.send(frame(TEXT, raw.ADD, wide=wide))
    assert '"result":3' in socket.message()


@pytest.mark.parametrize("code", [1012, 1013, 1014])
def test_w10_newer_close_codes_are_answered_by_1002(socket, code):
    """These codes were registered after RFC 6455, and Postern never sends them."""
    socket.send(raw.close_frame(code))
    assert socket.ending(answers=False) == 1002


def test_a_burst_of_pings_is_answered_by_fewer_pongs(socket):
    """RFC 6455 5.5.3 allows it: libwebsockets queues one pong, and ignores pings that arrive before it was sent."""
    socket.send(*[frame(PING, b"%d" % index) for index in range(50)])
    socket.text(raw.ADD)
    kinds = [socket.read()[0] for _ in range(2)]
    assert PONG in kinds
