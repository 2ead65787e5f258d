import { Code } from "../postern.js";
import { byID, describe, swapEnabled, onSubmit } from "./dom.js";

/** Starts the card of the long job, which shows its progress and cancels it. */
export function startJob(rpc) {
  const progress = byID("job-progress");
  const state = byID("job-state");
  const active = byID("job-active");
  let running;

  const countActive = async () => {
    active.textContent = await rpc.call("jobs.active").catch(() => "?");
  };

  const showProgress = ({ step, of }) => {
    progress.max = of;
    progress.value = step;
    state.textContent = `Step ${step} of ${of}`;
  };

  const run = async () => {
    running = new AbortController();
    setRunning(true);
    progress.value = 0;
    state.textContent = "Started";
    const params = { steps: Number(byID("job-steps").value), stepMs: Number(byID("job-step-ms").value) };
    const call = rpc.call("jobs.run", params, { signal: running.signal, onProgress: showProgress });
    countActive();
    try {
      const { steps } = await call;
      state.textContent = `Done, ${steps} steps`;
    } catch (error) {
      state.textContent = error.code === Code.cancelled ? `Cancelled (${error.code})` : `Failed: ${describe(error)}`;
    }
    setRunning(false);
    countActive();
  };

  onSubmit(byID("job-form"), run);
  byID("job-cancel").addEventListener("click", () => running?.abort());
}

function setRunning(running) {
  const [start, cancel] = [byID("job-start"), byID("job-cancel")];
  if (running) swapEnabled(start, cancel);
  else swapEnabled(cancel, start);
}
