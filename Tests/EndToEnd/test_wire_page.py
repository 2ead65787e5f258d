"""Tests that the examples in `WireProtocol.md` have the bytes that their notes state."""

import re

import msgpack
import pytest

from programs import ROOT

PAGE = (ROOT / "Sources/Postern/Documentation.docc/WireProtocol.md").read_text()
EXAMPLES = re.findall(r"^    [<>] (\[.*\])\n      ([0-9a-f]{8}) ([0-9a-f]+)$", PAGE, re.MULTILINE)


def shown(value):
    """Returns a value in the notation of the page."""
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{shown(name)}: {shown(member)}' for name, member in value.items())}}}"
    if isinstance(value, msgpack.ExtType):
        return f"ext{value.code} 0x{value.data.hex()}"
    return "nil" if value is None else f'"{value}"' if isinstance(value, str) else str(value)


@pytest.mark.parametrize("note, length, body", EXAMPLES)
def test_an_example_has_the_bytes_of_its_note(note, length, body):
    assert int(length, 16) == len(body) // 2
    assert shown(msgpack.unpackb(bytes.fromhex(body))) == note


def test_the_page_has_examples():
    assert len(EXAMPLES) > 10
