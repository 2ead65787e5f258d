import { byID } from "./dom.js";

const words = { connecting: "Connecting", open: "Connected", waiting: "Reconnecting", closed: "Closed" };

/** Shows the state of the connection in the header, with a button that reconnects immediately. */
export function showConnection(rpc) {
  const state = byID("connection");
  const detail = byID("connection-detail");
  const reconnect = byID("reconnect");

  const show = (text) => {
    state.dataset.state = rpc.state;
    state.textContent = words[rpc.state];
    detail.textContent = text;
    reconnect.hidden = rpc.state === "open" || rpc.state === "connecting";
  };

  rpc.addEventListener("open", async () => {
    show(new URL(rpc.url).host);
    const roundTrip = await rpc.ping().catch(() => undefined);
    if (roundTrip !== undefined) detail.textContent = `${new URL(rpc.url).host} · ${roundTrip.toFixed(1)} ms`;
  });
  rpc.addEventListener("close", ({ detail: end }) => {
    const why = end.reason || `code ${end.code}`;
    show(end.retryInMs === undefined ? why : `${why} · again in ${(end.retryInMs / 1000).toFixed(1)} s`);
  });
  const connect = () => {
    rpc.connect();
    show("");
  };
  reconnect.addEventListener("click", connect);
  addEventListener("online", () => rpc.state === "waiting" && connect());
}
