import { byID } from "./dom.js";
import { reasonOfRefusal, watchPolicy } from "./refusal.js";

const words = { connecting: "Connecting", open: "Connected", waiting: "Reconnecting", closed: "Closed" };

/** Shows the state of the connection in the header, with a button that reconnects immediately. */
export function showConnection(rpc) {
  const state = byID("connection");
  const detail = byID("connection-detail");
  const reconnect = byID("reconnect");
  const problem = byID("connection-problem");
  const { host } = new URL(rpc.url);
  let isBlocked = false;
  watchPolicy(rpc.url, (sentence) => {
    isBlocked = true;
    problem.textContent = sentence;
  });

  const show = (text) => {
    state.dataset.state = rpc.state;
    state.textContent = words[rpc.state];
    detail.textContent = [host, text].filter(Boolean).join(" · ");
    if (document.activeElement === reconnect && rpc.state === "open") byID("server-toggle").focus();
    reconnect.hidden = rpc.state === "open" || rpc.state === "connecting";
  };

  rpc.addEventListener("open", async () => {
    show("");
    problem.textContent = "";
    const roundTrip = await rpc.ping().catch(() => undefined);
    if (roundTrip !== undefined && rpc.state === "open") show(`${roundTrip.toFixed(1)} ms`);
  });
  rpc.addEventListener("close", async ({ detail: end }) => {
    const why = end.reason || (end.code === 1006 ? "no connection" : `code ${end.code}`);
    show(end.retryInMs === undefined ? why : `${why} · again in ${(end.retryInMs / 1000).toFixed(1)} s`);
    const reason = isBlocked ? "" : await reasonOfRefusal(rpc.url);
    if (rpc.state !== "open" && !isBlocked) problem.textContent = reason;
  });
  const connect = () => {
    rpc.connect();
    show("");
  };
  reconnect.addEventListener("click", connect);
  addEventListener("online", () => rpc.state === "waiting" && connect());
  show("");
}
