"""Tests `public/python/postern.py` with peers that violate the protocol, are slow or silent, or are refused."""

import asyncio

import msgpack
import pytest

from native_peers import Frames, Raw, error_of, postern, run, services, until
from programs import PATIENCE

SECRET = b"the secret of both of these ends"
NO, YES, UNKNOWN = postern.Executed
FRAMES = Frames()


@pytest.fixture(autouse=True)
def frames(caplog):
    """Records the frames of all tests of this module; the last test checks that they are complete."""
    with FRAMES.recording_without_logs(caplog):
        yield FRAMES


@pytest.mark.parametrize("mine, theirs", [(SECRET, b"another secret of 24 byte"), (None, SECRET), (SECRET, None)])
def test_peers_with_different_secrets_do_not_connect(tmp_path, mine, theirs):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services(), secret=theirs) as server:
            with pytest.raises(postern.CallError) as raised:
                async with postern.connect(server.address, secret=mine):
                    pass
            assert (raised.value.code, raised.value.executed) == (postern.UNAUTHENTICATED, NO)
    run(test)


def test_a_silent_peer_is_pinged_and_then_disconnected(tmp_path, monkeypatch):
    monkeypatch.setattr(postern, "PING_SECONDS", 0.1)
    monkeypatch.setattr(postern, "STALL_SECONDS", 6)

    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()) as server:
            async with Raw.connected(f"{tmp_path}/s") as client, postern.connect(server.address) as peer:
                assert await client.frame() == [11, 0]
                client.send(12, 0)
                assert [frame[:2] for frame in await client.frames()] == [[11, 0], [13, 4]]
                assert await peer.call("t/add", 1, 2) == 3
    run(test)


def test_a_connection_above_the_limit_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(postern, "MAXIMUM_CONNECTIONS", 1)

    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()) as server:
            async with postern.connect(server.address), Raw.connected(f"{tmp_path}/s") as second:
                assert (await second.frame())[:2] == [13, 6]
    run(test)


@pytest.mark.parametrize("answer", [b"\x92\x00\x02", *(b"\x93\x0d%c\xa2no" % code for code in range(7))])
def test_another_version_or_a_goodbye_instead_of_a_hello_ends_the_connection(tmp_path, answer):
    async def test():
        async def accept(reader, writer):
            await reader.read(100)
            writer.transport.write(len(answer).to_bytes(4, "big") + answer)
            await reader.read()
            writer.close()

        async with await asyncio.start_unix_server(accept, f"{tmp_path}/s"):
            with pytest.raises(postern.CallError) as raised:
                async with postern.connect(f"unix:{tmp_path}/s"):
                    pass
            expected = postern.UNAUTHENTICATED if answer[2] == 5 else postern.UNAVAILABLE
            assert (raised.value.code, raised.value.executed) == (expected, NO)
    run(test)


def unsent_bytes(peer):
    """Returns the number of bytes in the write buffer of a peer."""
    return peer._writer.transport.get_write_buffer_size()


def test_a_slow_reader_is_disconnected(tmp_path, monkeypatch):
    monkeypatch.setattr(postern, "QUEUED_BYTES", 1 << 20)

    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()) as server:
            async with Raw.connected(f"{tmp_path}/s") as client:
                client.writer.transport.pause_reading()
                client.send(1, 1, "t/echo", None, 0, 0, ["x" * (4 << 20)], None)
                await until(lambda: any(unsent_bytes(peer) > 2 << 20 for peer in server.peers))
                slow, = server.peers
                client.send(11, 1)
                await until(lambda: slow.ending)
                client.writer.transport.resume_reading()
                assert [frame[:2] for frame in await client.frames()][1:] == [[13, 3]]
                async with postern.connect(server.address) as peer:
                    assert await peer.call("t/add", 1, 2) == 3
    run(test)


# Bodies of frames that violate the protocol, as hexadecimal text.
BODIES = {
    "not MessagePack": "c1", "not an array": "05", "an unknown kind": "91 63", "too few fields": "91 02",
    "a truncated value": "92 04 cf", "a field of another type": "93 02 a161", "a second hello": "93 00 01 80",
    "trailing bytes": "92 0b 01 01", "a reply to an unknown call": "93 02 05 01", "an unexpected proof": "92 0e c400",
    "the call number 0": "98 01 00 a161 c0 00 00 c0 c0", "a negative number": "92 0b ff",
    "a boolean for a number": "92 0b c3", "a boolean for the kind": "92 c3 01",
    "a reference that is not a number": "93 10 91a161 90", "a negative reference": "93 10 91fb 90",
    "a depth with a fraction": "98 01 01 a161 c0 00 ca3f800000 c0 c0",
}
BAD = {"an empty frame": bytes(4), "a frame above the limit": b"\xff" * 4} | {
    name: len(bytes.fromhex(body)).to_bytes(4, "big") + bytes.fromhex(body) for name, body in BODIES.items()}


@pytest.mark.parametrize("name", BAD)
def test_a_protocol_violation_ends_the_connection(tmp_path, name):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()) as server:
            reader, writer = await asyncio.open_unix_connection(f"{tmp_path}/s")
            writer.transport.write(b"\x00\x00\x00\x04\x93\x00\x01\x80" + BAD[name])
            data = await asyncio.wait_for(reader.read(), PATIENCE)
            assert data[4:].find(b"\x93\x0d\x01") > 0, data
            async with postern.connect(server.address) as peer:
                assert await peer.call("t/add", 1, 2) == 3
            writer.close()
    run(test)


@pytest.mark.parametrize("bytes_", ["abc", None, 1.5, 10, -5])
def test_an_invalid_limit_of_frames_is_a_protocol_violation(tmp_path, bytes_):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()):
            async with Raw.connected(f"{tmp_path}/s", {"frameBytes": bytes_}) as client:
                assert [frame[:2] for frame in await client.frames()] == [[13, 1]]
    run(test)


def test_a_call_directly_before_a_goodbye_is_answered(tmp_path):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()):
            reader, writer = await asyncio.open_unix_connection(f"{tmp_path}/s")
            client = Raw(reader, writer)
            frames = [[0, 1, {}], [1, 1, "t/add", None, 0, 0, [1, 2], None], [13, 0, "done"]]
            bodies = [msgpack.packb(frame) for frame in frames]
            writer.write(b"".join(len(body).to_bytes(4, "big") + body for body in bodies))
            assert (await client.frame())[0] == 0 and await client.frame() == [2, 1, 3]
            writer.close()
    run(test)


def test_a_slow_transfer_does_not_end_the_connection(tmp_path, monkeypatch):
    monkeypatch.setattr(postern, "PING_SECONDS", 0.1)
    monkeypatch.setattr(postern, "STALL_SECONDS", 2)

    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()):
            async with Raw.connected(f"{tmp_path}/s") as client:
                body = msgpack.packb([1, 1, "t/echo", None, 0, 0, ["x" * 120_000], None])
                data = len(body).to_bytes(4, "big") + body
                for start in range(0, len(data), 12_000):
                    client.writer.write(data[start:start + 12_000])
                    await asyncio.sleep(0.22)
                while (frame := await client.frame())[0] == 11:
                    client.send(12, frame[1])
                assert frame[:2] == [2, 1]
    run(test)


def test_a_peer_that_sends_pings_but_reads_nothing_is_disconnected(tmp_path, monkeypatch):
    monkeypatch.setattr(postern, "STALL_SECONDS", 1.5)

    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()) as server:
            async with Raw.connected(f"{tmp_path}/s") as client:
                client.writer.transport.pause_reading()
                client.send(1, 1, "t/echo", None, 0, 0, ["x" * (8 << 20)], None)
                await until(lambda: server.peers)
                peer = next(iter(server.peers))
                while not peer.ending:
                    client.send(11, 1)
                    await asyncio.sleep(0.05)
                assert peer.ending[0] == 3
    run(test)


def test_arguments_have_to_be_a_list_and_a_map(tmp_path):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()):
            async with Raw.connected(f"{tmp_path}/s") as client:
                for positional, named in [("ab", None), ({"x": 1}, None), (False, None), (None, [1]), ([1], "a")]:
                    client.send(1, 1, "t/add", None, 0, 0, positional, named)
                    answer = await client.frame()
                    assert answer[:3] + answer[4:5] == [3, 1, postern.INVALID_PARAMETERS, NO]
                for offset in (False, 0.5, "1"):
                    client.send(1, 1, "rpc/subscribe", None, 0, 0, ["t/room", "x", offset], None)
                    assert (await client.frame())[2] == postern.INVALID_PARAMETERS
    run(test)


def test_an_invalid_answer_fails_only_its_call(tmp_path):
    """Answers with an invalid value and with an unknown `executed`, and a reply to a stream, which is ignored."""
    answers = [b"\x93\x02\x01\xc1", b"\x96\x03\x02\x01\xa1m\x09\xc1", b"\x94\x06\x03\xc0\xc0",
               b"\x93\x02\x03\x01", b"\x92\x08\x03"]

    async def test():
        async def accept(reader, writer):
            for body in (b"\x93\x00\x01\x80", *answers):
                if body in answers[:3]:
                    await reader.readuntil(b"odd")
                writer.transport.write(len(body).to_bytes(4, "big") + body)
            await reader.read()
            writer.close()

        async with await asyncio.start_unix_server(accept, f"{tmp_path}/s"):
            async with postern.connect(f"unix:{tmp_path}/s") as peer:
                error = await error_of(peer.call("odd"))
                assert (error.code, error.executed) == (postern.INTERNAL, YES)
                error = await error_of(peer.call("odd"))
                assert (error.code, error.executed, error.details) == (1, UNKNOWN, None)
                assert [item async for item in await peer.call("odd")] == []
    run(test)


def test_an_incomplete_frame_or_handshake_ends_the_connection(tmp_path, monkeypatch):
    monkeypatch.setattr(postern, "STALL_SECONDS", 0.2)
    monkeypatch.setattr(postern, "OPEN_SECONDS", 0.2)

    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()):
            for data in (b"", b"\x00\x00\x00\x04\x93", b"\x00\x00\x00\x04\x93\x00\x01\x80\x00\x00\x00\x09\x98"):
                reader, writer = await asyncio.open_unix_connection(f"{tmp_path}/s")
                writer.transport.write(data)
                assert (await asyncio.wait_for(reader.read(), PATIENCE)).find(b"\x93\x0d\x04") > 0
                writer.close()
    run(test)


def test_a_malformed_value_fails_only_its_call(tmp_path):
    async def test():
        async with postern.serve(f"unix:{tmp_path}/s", *services()):
            async with Raw.connected(f"{tmp_path}/s") as client:
                client.send(b"\x98\x01\x01\xa6t/echo\xc0\x00\x00\x91\xc1\xc0")
                answer = await client.frame()
                assert answer[:3] + answer[4:5] == [3, 1, postern.INVALID_REQUEST, NO]
                client.send(1, 2, "t/add", None, 0, 0, [1, 2], None)
                assert await client.frame() == [2, 2, 3]
    run(test)


def test_every_documented_goodbye_was_sent_and_received(frames):
    for way in ("sent", "received"):
        assert set(range(7)) - frames.goodbyes[way] == set(), way
