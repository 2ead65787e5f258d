"""Connections of clients that hold and pass references, and disconnect at a random moment in a random way."""

import random
import socket
import struct
import subprocess
import threading
import time

from leavers.wires import Reference

# The ways in which a client disconnects.
ENDINGS = ["close", "reset", "half-close", "goodbye", "inside a message", "inside a message, reset", "unread"]


class Visit:
    """A connection, from its first byte to its end."""

    def __init__(self, wire, chance, path):
        self.wire, self.chance, self.path = wire, chance, path
        self.calls, self.functions = 0, 0
        self.held, self.counts, self.streams, self.waiting = [], {}, [], []

    def run(self):
        wire, chance = self.wire, self.chance
        try:
            wire.greet()
            for _ in range(chance.randint(0, 12)):
                messages = [step(self) for step in chance.choices(STEPS, k=chance.choice([1, 1, 1, 3]))]
                messages = [message for several in messages for message in several]
                if messages and len(messages) < 4 and chance.random() < 0.3:
                    wire.send(wire.joined(messages))
                else:
                    self.send(messages)
                if chance.random() < 0.8:
                    self.read(chance.choice([0, 0.002, 0.01, 0.05]))
            self.leave(chance.choice(ENDINGS))
        except OSError:
            pass
        finally:
            wire.connection.close()

    def send(self, messages):
        if messages:
            self.wire.send(self.wire.join(messages))

    def read(self, seconds):
        answers = []
        for event in self.wire.read(seconds):
            if event.kind == "reference":
                self.hold(event)
            elif event.kind == "stream":
                self.streams.append((event.number, event.value))
            elif event.kind == "ping":
                answers.append(self.wire.pong(event.number))
            elif event.kind == "call":
                answers += self.answer(event.number)
        self.send(answers)

    def hold(self, event):
        if event.number not in self.counts:
            self.held.append(Reference(event.number, is_object=event.value))
        self.counts[event.number] = self.counts.get(event.number, 0) + 1

    def answer(self, identity):
        """Returns a random answer of a function of this client, or none."""
        kind = self.chance.choice(["value", "function", "held", "failure", "nothing"])
        if kind == "nothing":
            return []
        if kind == "failure":
            return [self.wire.failure(identity)]
        value = {"value": 1, "function": [self.function()], "held": self.held_reference()}[kind]
        return [self.wire.result(identity, value)]

    def function(self):
        """Returns a new function, or one that was passed before."""
        if self.functions == 0 or self.chance.random() < 0.7:
            self.functions += 1
            return Reference(self.functions)
        return Reference(self.chance.randint(1, self.functions))

    def held_reference(self):
        """Returns a reference of the server that this client holds, to be passed back to it."""
        if not self.held:
            return None
        held = self.chance.choice(self.held)
        return Reference(held.number, is_returned=True, is_object=held.is_object)

    def leave(self, ending):
        """Prepares the end of the connection."""
        connection = self.wire.connection
        if "inside" in ending:
            last = self.wire.join(watch(self))
            self.wire.send(last[: self.chance.randint(1, len(last) - 1)])
        if ending == "goodbye":
            self.send([self.wire.goodbye()])
        if ending == "unread":
            self.send(get_large_result(self))
            time.sleep(self.chance.choice([0, 0.01]))
        if ending == "half-close":
            connection.shutdown(socket.SHUT_WR)
            self.read(self.chance.choice([0.001, 0.05]))
        if "reset" in ending and connection.family != socket.AF_UNIX:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    def call(self, method, *arguments, **options):
        self.calls += 1
        return self.wire.call(self.calls, method, list(arguments), **options)

    def cancelled(self, message):
        """Returns a call, followed immediately by its cancellation."""
        return [message, self.wire.cancel(self.calls)]


def watch(visit):
    return [visit.call("files.watch", visit.path, visit.function(), visit.chance.choice([0.05, 3600]))]


def watch_and_cancel(visit):
    return visit.cancelled(*watch(visit))


def watch_by_notification(visit):
    return [visit.wire.notification("files.watch", [visit.path, visit.function(), 3600])]


def get_references(visit):
    return [visit.call("probe.lend", visit.chance.randint(0, 5), progress=visit.chance.random() < 0.5)]


def get_references_and_cancel(visit):
    return visit.cancelled(visit.call("probe.lend", 3, visit.chance.choice([0, 1, 20])))


def get_references_late(visit):
    return [visit.call("probe.lend", 3, visit.chance.choice([0, 10, 20, 30, 1000]), timeout=20, progress=True)]


def get_references_by_notification(visit):
    return [visit.wire.notification(visit.chance.choice(["probe.lend", "probe.lendNow"]), [])]


def get_references_immediately(visit):
    return [visit.call("probe.lendNow")]


def get_references_immediately_and_cancel(visit):
    return visit.cancelled(visit.call("probe.lendNow"))


def get_large_result(visit):
    """A result larger than the frame limit of the native client, and than one read of a page."""
    return [visit.call("probe.lend", 3, 0, 100_000)]


def stream(visit):
    return [visit.call("probe.stream", visit.chance.choice([3, 200, 10_000]))]


def continue_stream(visit):
    if not visit.streams:
        return []
    identity, name = visit.streams[-1]
    if visit.chance.random() < 0.5:
        return [visit.wire.credit(identity)]
    visit.streams.pop()
    return [visit.wire.end_stream(name)]


def swap(visit):
    return [visit.call("probe.swap", visit.function())]


def swap_held_reference(visit):
    return [visit.call("probe.swap", visit.held_reference() or visit.function())]


def receive_call(visit):
    method = visit.chance.choice(["probe.callWithReference", "probe.notify"])
    return [visit.call(method, visit.function(), timeout=visit.chance.choice([None, 5, 1000]))]


def receive_call_with_own_references(visit):
    return [visit.call("probe.call", visit.function(), [visit.function(), visit.held_reference()])]


def call_other_client(visit):
    """Makes the server call the function of another client with a reference of this one."""
    return [visit.call("probe.call", visit.held_reference() or visit.function(), [visit.function()])]


def call_held_reference(visit):
    if not visit.held:
        return []
    held = visit.chance.choice(visit.held)
    call = visit.call((held, visit.chance.choice(["text", "wait", "stop"])), timeout=visit.chance.choice([None, 10]))
    return visit.cancelled(call) if visit.chance.random() < 0.3 else [call]


def notify_held_reference(visit):
    return [visit.wire.notification((visit.chance.choice(visit.held), "text"), [])] if visit.held else []


def return_references(visit):
    return [visit.call("echo.echo", [visit.function(), visit.held_reference(), visit.function()])]


def register_with_probe(visit):
    return [visit.call("probe.remember")]


def release(visit):
    if not visit.held:
        return []
    held = visit.held.pop(visit.chance.randrange(len(visit.held)))
    return [visit.wire.release(held.number, visit.counts.pop(held.number))]


def run_job(visit):
    return [visit.call("jobs.run", 100, 100, progress=True)]


# Listed in this order, as the random choices of a seed depend on it.
STEPS = [
    watch, watch_and_cancel, watch_by_notification, get_references, get_references_and_cancel, get_references_late,
    get_references_by_notification, get_references_immediately, get_references_immediately_and_cancel,
    get_large_result, stream, continue_stream, swap, swap, swap_held_reference, receive_call,
    receive_call_with_own_references, call_other_client, call_held_reference, notify_held_reference, return_references,
    register_with_probe, release, run_job]


class Visitor(threading.Thread):
    """A thread that runs one client after the other until the time `end`."""

    def __init__(self, connect, seed, path, end):
        super().__init__(daemon=True)
        self.connect, self.chance, self.path, self.end_time = connect, random.Random(seed), path, end
        self.visits, self.failure = 0, None

    def run(self):
        try:
            while time.monotonic() < self.end_time:
                try:
                    wire = self.connect()
                except OSError:
                    continue
                Visit(wire, random.Random(self.chance.random()), self.path).run()
                self.visits += 1
        except Exception as error:
            self.failure = error


class KilledVisitor(threading.Thread):
    """A thread that starts client processes and kills each during a call. `addresses` are those of the server."""

    CALLS = [["probe.stream", "10000"], ["probe.lend", "3", "1000"], ["files.monitor", "/nowhere", "0.05"]]

    def __init__(self, program, addresses, seed, end):
        super().__init__(daemon=True)
        self.program, self.addresses, self.chance, self.end_time = program, addresses, random.Random(seed), end
        self.visits, self.failure = 0, None

    def run(self):
        while time.monotonic() < self.end_time:
            command = [self.program, "call", self.chance.choice(self.addresses), *self.chance.choice(self.CALLS)]
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            time.sleep(self.chance.choice([0.05, 0.1, 0.2, 0.4]))
            process.kill()
            process.wait()
            self.visits += 1
