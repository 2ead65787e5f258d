"""Tests values on the native socket in the forms that clients in other languages write."""

import shutil
import struct
import tempfile

import pytest

from cases.native import NativeClient
from programs import NATIVE, Program, stop_all


@pytest.fixture(scope="module")
def socket_path():
    folder = tempfile.mkdtemp(prefix="postern-")
    program = Program("postern-demo", "--native", f"unix:{folder}/app.sock", "--no-gateway", ready=NATIVE)
    yield f"{folder}/app.sock"
    stop_all([program])
    shutil.rmtree(folder, ignore_errors=True)


# The signed integers of MessagePack: the first byte and the format of `struct`.
SIGNED = {"int8": (b"\xd0", ">b"), "int16": (b"\xd1", ">h"), "int32": (b"\xd2", ">i"), "int64": (b"\xd3", ">q")}


@pytest.mark.parametrize("form", SIGNED)
def test_numbers_are_accepted_in_every_signed_form(socket_path, form, monkeypatch):
    first, code = SIGNED[form]
    monkeypatch.setattr("cases.native.pack_integer", lambda number: first + struct.pack(code, number))
    client = NativeClient(socket_path)
    client.send([11, 5])
    assert client.receive() == [12, 5]
    assert client.call("calculator.add", "[1,2]") == [3]
    client.begin("clock.ticks", "[0]")
    assert client.receive()[0] == 6
    client.send([9, 2, 32])
    assert client.receive()[:2] == [7, 2]
    client.send([4, 2])
    client.send([11, 6])
    while (frame := client.receive())[0] == 7:
        pass
    assert frame == [12, 6]


def test_text_from_a_native_client_is_not_accepted_as_an_integer(socket_path):
    answer = NativeClient(socket_path).call("chat.history", '["5"]')
    assert answer.code == -32602 and answer.message.endswith("expected an integer, found a string"), answer


def test_text_in_a_call_from_json_is_accepted_as_an_integer(socket_path):
    client = NativeClient(socket_path)
    client.send([1, 1, "chat/history", None, 4, 0, ["5"], None])
    assert client.receive()[:2] == [2, 1]
