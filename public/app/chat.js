import { byID, describe, element, onSubmit } from "./dom.js";

const topic = "chat.room";
const shownLines = 100;

/**
 * Starts the card of the chat room. It shows the messages of `chat.history`, and new ones from the topic.
 *
 * @returns {() => Promise<void>} A function that joins the room; only its first call has an effect.
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

  const join = async () => {
    if (joined) return;
    joined = true;
    const early = [];
    let take = (line) => early.push(line);
    events.addEventListener("event", ({ detail: { name, value } }) => name === topic && take(value));
    events.subscribe(topic);
    const past = await rpc.call("chat.history").catch(() => []);
    [...past, ...early].forEach(add);
    take = add;
  };

  onSubmit(byID("chat-form"), async () => {
    const line = { author: byID("chat-from").value, text: text.value };
    text.value = "";
    const error = await rpc.call("chat.say", line, { timeoutMs: 10000 }).then(() => undefined, (reason) => reason);
    byID("chat-state").textContent = error ? describe(error) : "";
    if (error) text.value ||= line.text;
  });
  return join;
}

function drawLine({ author, text, at }) {
  const when = new Date(at);
  return element("li", {},
    element("span", { class: "name" }, author), element("span", { class: "said" }, text),
    element("time", { class: "quiet", datetime: at }, when.toTimeString().slice(0, 5)));
}
