// Runs the cases in Node and in Deno: `node program.js URL [PART OF A NAME]`.
import { run } from "./harness.js";

const [base, only] = globalThis.Deno ? Deno.args : process.argv.slice(2);
// So that Node 20 has none, as without the flag of its test; the harness has the class already.
if (globalThis.process?.version?.startsWith("v20.")) delete globalThis.WebSocket;
const { cases } = await import("./cases.js");
const passed = await run(cases, base, console.log, only);
// The engine must end by itself: no timer and no socket of a closed client may remain.
if (globalThis.Deno) globalThis.addEventListener("unload", () => Deno.exit(passed ? 0 : 1));
else process.exitCode = passed ? 0 : 1;
