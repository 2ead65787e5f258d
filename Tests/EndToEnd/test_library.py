"""Tests the JavaScript client in a browser, without the page of the demo."""

import pytest


@pytest.fixture
def run(server, chromium):
    """Yields a function that runs the body of an async function with `rpc`, `Postern`, `PosternError` and `outcome`."""
    context = chromium.new_context()
    page = context.new_page()
    page.goto(f"{server}/favicon.svg")
    yield lambda body: page.evaluate(f"""async () => {{
        const {{ Postern, PosternError }} = await import("/postern.js");
        const rpc = new Postern();
        const outcome = (promise) => promise.then((value) => ({{ value }}),
            ({{ code, data }}) => ({{ code, executed: data?.executed }}));
        try {{ {body} }} finally {{ rpc.close(); }}
    }}""")
    context.close()


def test_calls_made_before_the_connection_is_open_keep_their_order(run):
    order = run("""
        const order = [];
        await Promise.all([1, 2, 3].map((n) => rpc.call("echo.echo", { value: n }).then(() => order.push(n))));
        return order.length;""")
    assert order == 3


def test_a_batch_settles_each_entry_in_order(run):
    settled = run("""
        return await rpc.batch([{ method: "calculator.add", params: [1, 2] },
                                { method: "calculator.add", params: [0, 0], notify: true },
                                { method: "no.such", params: {} }])
            .then((all) => all.map(({ status, value, reason }) => [status, value ?? null, reason?.code ?? null]));""")
    assert settled == [["fulfilled", 3, None], ["fulfilled", None, None], ["rejected", None, -32601]]


def test_a_call_fails_at_its_timeout_and_its_handler_ends(run):
    failed, active = run("""
        const failed = await outcome(rpc.call("jobs.run", { steps: 100, stepMs: 50 }, { timeoutMs: 200 }));
        let active = 1;
        for (const end = Date.now() + 60_000; active > 0 && Date.now() < end; ) active = await rpc.call("jobs.active");
        return [failed, active];""")
    assert failed["code"] == -32002
    assert active == 0


def test_an_aborted_call_is_cancelled_and_no_progress_follows(run):
    code, late = run("""
        const abort = new AbortController();
        let ended = false, late = 0;
        const onProgress = () => { late += ended; abort.abort(); };
        const { code } = await outcome(
            rpc.call("jobs.run", { steps: 10_000, stepMs: 20 }, { signal: abort.signal, onProgress }));
        ended = true;
        await new Promise((resolve) => setTimeout(resolve, 100));
        return [code, late];""")
    assert (code, late) == (-32800, 0)


def test_a_break_out_of_the_loop_unsubscribes(run):
    ticks, unsubscribed = run("""
        let unsubscribed;
        rpc.addEventListener("frame", ({ detail: { direction, text } }) => {
            if (direction === "out" && text.includes("rpc.unsubscribe")) unsubscribed = JSON.parse(text).id;
            else if (unsubscribed && JSON.parse(text).id === unsubscribed) answered(JSON.parse(text).result);
        });
        let answered;
        const answer = new Promise((resolve) => (answered = resolve));
        const ticks = [];
        for await (const { value } of rpc.stream("clock.ticks", { interval: 0.02 })) {
            ticks.push(value.tick);
            if (ticks.length === 3) break;
        }
        return [ticks.length, await answer];""")
    assert (ticks, unsubscribed) == (3, True)


def test_a_stream_that_is_refused_throws(run):
    refused = run("""
        try { for await (const event of rpc.stream("no.such")) return event; }
        catch (error) { return [error instanceof PosternError, error.code]; }""")
    assert refused == [True, -32601]


def test_a_slow_reader_keeps_the_newest_events_and_is_notified_of_the_gap(run):
    dropped, buffered = run("""
        const gaps = [];
        let ticked = 0;
        rpc.addEventListener("frame", ({ detail }) => { ticked += detail.text.includes("clock.subscription"); });
        const feed = rpc.stream("clock.ticks", { interval: 0.01 }, { bufferSize: 3, onGap: (gap) => gaps.push(gap) });
        await feed.opened;
        while (ticked < 10) await new Promise((resolve) => setTimeout(resolve, 20));
        const ticks = [(await feed.next()).value.value.tick, (await feed.next()).value.value.tick];
        feed.close();
        return [gaps[0].dropped, ticks[1] - ticks[0]];""")
    assert dropped > 0
    assert buffered == 1


def test_large_integers_and_bytes_are_sent_exactly(run):
    frame, value = run("""
        let frame;
        rpc.addEventListener("frame", ({ detail }) => { if (detail.direction === "out") frame ??= detail.text; });
        const value = await rpc.call("echo.echo", { value: new Uint8Array([1, 2, 255]) });
        await rpc.call("echo.echo", { value: 9007199254740993n });
        return [frame, value];""")
    assert value == "AQL/"
    assert '"AQL/"' in frame


def test_calls_after_close_fail_and_are_not_executed(run):
    failed = run("""
        await rpc.ping();
        rpc.close();
        return outcome(rpc.call("calculator.add", [1, 2]));""")
    assert failed == {"code": -32099, "executed": "no"}


# A client `fake` on a fake `WebSocket`: `take` delivers a message from the server, and `released` has the handles that
# the client has released.
FAKE = """
    class Socket extends EventTarget {
        static OPEN = 1;
        readyState = 0;
        sent = [];
        constructor() { super(); Socket.last = this; setTimeout(() => this.open()); }
        open() { this.readyState = 1; this.emit("open", new Event("open")); }
        send(text) { this.sent.push(JSON.parse(text)); }
        close() {}
        emit(type, event) { this[`on${type}`]?.(event); this.dispatchEvent(event); }
        take(message) { this.emit("message", new MessageEvent("message", { data: JSON.stringify(message) })); }
        get released() {
            return this.sent.filter(({ method }) => method === "$/releaseMarshaledObject").map(({ params }) => params.handle);
        }
    }
    const fake = new Postern("ws://fake", { WebSocket: Socket, pingAfterMs: 0 });
    await new Promise((resolve) => fake.addEventListener("open", resolve, { once: true }));
    const socket = Socket.last;
    const function_ = (handle) => ({ __jsonrpc_marshaled: 1, handle, kind: "function" });
"""


def test_the_references_in_a_late_answer_are_released(run):
    first, late = run(FAKE + """
        const kept = fake.call("get");
        socket.take({ jsonrpc: "2.0", id: 1, result: function_(7) });
        const own = await kept;
        const late = outcome(fake.call("get", [], { timeoutMs: 1 }));
        await late;
        socket.take({ jsonrpc: "2.0", id: 2, result: [function_(7), { deep: [function_(8), function_(8)] }] });
        socket.take({ jsonrpc: "2.0", method: "$/progress", params: { token: 2, value: function_(9) } });
        const first = socket.released;
        own.release();
        return [first, socket.sent.at(-1).params];""")
    assert first == [8, 9]
    assert late == {"handle": 7, "ownedBySender": False, "count": 2}


def test_the_references_in_events_that_are_not_read_are_released(run):
    assert run(FAKE + """
        const feed = fake.stream("get", [], { bufferSize: 2 });
        socket.take({ jsonrpc: "2.0", id: 1, result: { subscription: "s" } });
        const event = (handle) => socket.take(
            { jsonrpc: "2.0", method: "get.subscription", params: { subscription: "s", result: function_(handle) } });
        for (const handle of [1, 2, 3, 4]) event(handle);
        await feed.next();
        feed.close();
        event(5);
        return socket.released;""") == [1, 2, 4, 5]


def test_a_message_that_cannot_be_encoded_exports_nothing_and_fails_alone(run):
    failed, results, exported = run(FAKE + """
        fake.close();
        const other = new Postern("ws://fake", { WebSocket: Socket, pingAfterMs: 0 });
        const circle = {};
        circle.circle = circle;
        const outcomes = [other.call("keep", [() => 1, circle]), other.call("add", [1, 2])].map(
            (call) => call.then((value) => value, (error) => error.constructor.name));
        const batch = other.batch([{ method: "keep", params: [() => 1, circle] }, { method: "add" }]);
        await new Promise((resolve) => other.addEventListener("open", resolve, { once: true }));
        const { id } = Socket.last.sent.find(({ method }) => method === "add");
        Socket.last.take({ jsonrpc: "2.0", id, result: 3 });
        Socket.last.take([{ jsonrpc: "2.0", id: Socket.last.sent.flat().at(-1).id, result: 4 }]);
        const failed = (await batch).map(({ value, reason }) => value ?? reason.constructor.name);
        return [failed, await Promise.all(outcomes), other.references.length];""")
    assert failed == ["PosternError", 4]
    assert results == ["PosternError", 3]
    assert exported == 0
