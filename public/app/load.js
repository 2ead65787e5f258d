import { Postern } from "../postern.js";
import { byID, setPressed } from "./dom.js";

/** The delay after a failed call, so that a lost connection does not cause a busy loop. */
const pauseAfterFailureMs = 250;

/** Starts the load generator. It has its own connection, which keeps its messages out of the list of raw messages. */
export function startLoad(meter, address) {
  const button = byID("load");
  const width = byID("load-width");
  let running;

  const stop = () => {
    running?.close();
    running = undefined;
    setPressed(button, false, "Start load");
  };
  const start = () => {
    const rpc = (running = new Postern(address));
    for (let lane = 0; lane < Number(width.value); lane += 1) run(rpc, meter);
    setPressed(button, true, "Stop load");
  };

  button.addEventListener("click", () => (running ? stop() : start()));
  width.addEventListener("change", () => {
    if (!running) return;
    stop();
    start();
  });
}

/** Makes one call after the other until the connection is closed for good. */
async function run(rpc, meter) {
  for (let n = 0; rpc.state !== "closed"; n += 1) {
    try {
      await meter.call(rpc, "calculator.add", [n, 1]);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, pauseAfterFailureMs));
    }
  }
}
