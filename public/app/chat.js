import { byID, describe, element, onSubmit } from "./dom.js";

const topic = "chat.room";
const shownLines = 100;

/**
 * Starts the card of the chat room. It shows the messages of `chat.history`, and new ones from the topic.
 *
 * @returns {() => void} A function that joins the room; only its first call has an effect.
 */
export function startChat(rpc, events) {
  const list = byID("chat-lines");
  const text = byID("chat-text");
  const seen = new Set();
  let joined = false;

  const add = (line) => {
    const mark = JSON.stringify([line.at, line.author, line.text]);
    if (seen.has(mark)) return;
    seen.add(mark);
    list.append(drawLine(line));
    if (list.childElementCount > shownLines) list.firstElementChild.remove();
    if (seen.size > 2 * shownLines) seen.delete(seen.values().next().value);
    const log = byID("chat-log");
    log.scrollTop = log.scrollHeight;
  };

  let take = add;
  const load = async () => {
    const early = [];
    take = (line) => early.push(line);
    const past = await rpc.call("chat.history").catch(() => []);
    [...past, ...early].forEach(add);
    take = add;
  };

  const join = () => {
    if (joined) return;
    joined = true;
    events.addEventListener("event", ({ detail: { name, value } }) => name === topic && take(value));
    // Each time that the topic is opened, as the events between two connections may be lost.
    events.subscribe(topic, { onOpen: load });
  };

  // The text stays in its field until it is sent, and Enter does not send it twice.
  const waiting = new Set();
  onSubmit(byID("chat-form"), async () => {
    const line = { author: byID("chat-from").value, text: text.value };
    if (waiting.has(line.text)) return;
    waiting.add(line.text);
    byID("chat-state").textContent = rpc.state === "open" ? "" : "Queued: it is sent when the connection is back.";
    const error = await rpc.call("chat.say", line, { timeoutMs: 10000 }).then(() => undefined, (reason) => reason);
    waiting.delete(line.text);
    byID("chat-state").textContent = error ? failure(error) : "";
    if (!error && text.value === line.text) text.value = "";
  });
  return join;
}

const failure = (error) =>
  `${error.data?.executed === "unknown" ? "It is unknown whether this was sent" : "Not sent"}: ${describe(error)}`;

function drawLine({ author, text, at }) {
  const when = new Date(at);
  return element("li", {},
    element("span", { class: "name" }, author), element("span", { class: "said" }, text),
    element("time", { class: "quiet", datetime: at }, when.toTimeString().slice(0, 5)));
}
