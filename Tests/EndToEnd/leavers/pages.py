"""Browser pages that hold and pass references, and are closed while the server runs their calls."""

import time

# The script of a page, which runs until the page is closed.
SCRIPT = """async ({ path, seed }) => {
    const { Postern, lend } = await import("/postern.js");
    let state = seed;
    const chance = () => (state = (state * 48271) % 2147483647) / 2147483647;
    const rpc = new Postern();
    const held = [];
    const own = () => (chance() < 0.5 ? () => held.at(-1) ?? null : lend({ text: () => "page" }));
    const pick = () => held[Math.floor(chance() * held.length)];
    const steps = [
        () => rpc.call("files.watch", [path, () => {}, 0.05]),
        () => rpc.call("probe.lend", [3, 10], { timeoutMs: chance() < 0.5 ? 5 : 1000, onProgress() {} }),
        () => rpc.call("probe.lend", [3], { signal: AbortSignal.timeout(1) }),
        () => rpc.call("probe.swap", [() => own()]),
        () => rpc.call("probe.callWithReference", [own()]),
        () => rpc.call("echo.echo", [[own(), pick() ?? null]]),
        () => rpc.batch([{ method: "probe.lend", params: [2] }, { method: "probe.swap", params: [() => 1] }]),
        () => (pick()?.text ? pick().text() : pick()?.(own())),
        () => held.pop()?.release(),
        async () => { for await (const { value } of rpc.stream("probe.stream", [1000])) if (chance() < 0.1) return value; },
    ];
    const keep = (value) => {
        if (Array.isArray(value)) value.forEach(keep);
        else if (value?.references) keep(value.references);
        else if (typeof value?.release === "function") held.push(value);
    };
    const work = async () => {
        for (;;) await Promise.resolve(steps[Math.floor(chance() * steps.length)]()).then(keep, () => {});
    };
    for (let number = 0; number < 8; number += 1) work();
}"""


def visit(chromium, url, path, chance):
    """Opens a page, and closes it, reloads it, navigates away, or closes its browser context."""
    context = chromium.new_context()
    try:
        page = context.new_page()
        page.goto(f"{url}/favicon.svg")
        page.evaluate(SCRIPT, {"path": path, "seed": chance.randint(1, 1 << 30)})
        page.wait_for_timeout(chance.choice([1, 20, 100]))
        ending = chance.choice(["close", "reload", "navigate", "context"])
        if ending == "close":
            page.close()
        elif ending == "reload":
            page.reload()
        elif ending == "navigate":
            page.goto("about:blank")
    finally:
        context.close()


def visit_until(chromium, url, path, chance, end):
    """Visits one page after the other until the time `end`, and returns their number."""
    count = 0
    while time.monotonic() < end:
        visit(chromium, url, path, chance)
        count += 1
    return count
