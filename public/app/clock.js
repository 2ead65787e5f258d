import { byID, describe, setPressed } from "./dom.js";

/** Starts the card of the clock, which opens and closes one stream. */
export function startClock(events) {
  const button = byID("clock-toggle");
  const state = byID("clock-state");
  let key;

  const show = ({ now, tick }) => {
    const time = byID("clock-now");
    time.dateTime = now;
    time.textContent = new Date(now).toTimeString().slice(0, 8);
    state.textContent = `tick ${tick}`;
  };
  const start = () => {
    setPressed(button, true, "Stop");
    key = events.stream("clock.ticks", { interval: 1 }, {
      onEvent: show,
      onEnd: (error) => {
        key = undefined;
        setPressed(button, false, "Start");
        state.textContent = error ? describe(error) : "not running";
      },
    });
  };
  button.addEventListener("click", () => (key ? events.close(key) : start()));
}
