import { byID, element, onSubmit } from "./dom.js";
import { arrange, field, read } from "./form.js";
import { commandFor } from "./terminal.js";

/**
 * Starts the form that calls a method and shows the result of the last call.
 *
 * @returns {{selected?: string, select(method: object): void, refresh(methods: object[]): void}}
 */
export function startWorkbench(rpc, meter, events) {
  const form = byID("call-form");
  let current;

  const select = (method) => {
    current = method;
    const params = method.params ?? [];
    form.hidden = false;
    byID("method-name").replaceChildren(...softened(method.name));
    byID("method-description").replaceChildren(method.description ?? method.summary ?? "", ...badges(method));
    byID("fields").replaceChildren(...(params.length ? params.map((param) => field(param)) : [element("p", { class: "quiet" }, "Takes no parameters.")]));
    byID("call").textContent = method["x-stream"] ? "Subscribe" : "Call";
    byID("notification-choice").hidden = Boolean(method["x-stream"]);
    byID("terminal").hidden = false;
    show("idle", "—", "");
    showCommand();
    if (matchMedia("(max-width: 46rem)").matches) byID("workbench").scrollIntoView();
  };

  const paramsNow = () => {
    const params = current.params ?? [];
    return arrange(read(form, params), params, form.elements["postern:style"].value === "position");
  };

  const showCommand = () => {
    try {
      const [isNotification, isStream] = [byID("notification").checked, Boolean(current["x-stream"])];
      byID("command").textContent = commandFor({ name: current.name, params: paramsNow(), isNotification, isStream });
    } catch (error) {
      byID("command").textContent = `(${error.message})`;
    }
  };

  const submit = async () => {
    const method = current;
    let params;
    try {
      params = paramsNow();
    } catch (error) {
      form.elements.namedItem(error.field)?.focus();
      return show("error", error.message, "not sent");
    }
    if (method["x-stream"]) return openStream(method.name, params);
    if (byID("notification").checked) return notify(method.name, params);
    show("pending", "…", "waiting");
    const start = performance.now();
    const outcome = await meter.call(rpc, method.name, params).then((value) => ({ value }), (error) => ({ error }));
    if (current === method) showOutcome(outcome, performance.now() - start);
  };

  const notify = (name, params) => {
    try {
      rpc.notify(name, params);
      show("ok", "sent", "a notification has no answer");
    } catch (error) {
      showOutcome({ error }, 0);
    }
  };

  const openStream = (name, params) => {
    show("pending", "…", "waiting");
    const key = events.stream(name, params, {
      onOpen: () => show("ok", "subscribed", "events arrive in the list of events"),
      onEnd: (error) => (error ? showOutcome({ error }, 0) : show("ok", "ended", key)),
    });
  };

  onSubmit(form, submit);
  form.addEventListener("input", showCommand);
  return {
    get selected() { return current?.name; },
    select,
    /** Updates the form after a reconnect. The input is kept if the method has not changed. */
    refresh(methods) {
      const same = methods.find((method) => method.name === current?.name);
      if (same && JSON.stringify(same) !== JSON.stringify(current)) select(same);
    },
  };
}

/** Allows line breaks after the dots of a long name. */
function softened(name) {
  return name.split(".").flatMap((part, at) => (at === 0 ? [part] : [".", element("wbr"), part]));
}

function badges(method) {
  const words = [method["x-stream"] && "stream", method["x-safe"] && "safe to GET", method.deprecated && "deprecated"];
  return words.filter(Boolean).flatMap((word) => [" ", element("span", { class: "badge" }, word)]);
}

function showOutcome({ value, error }, tookMs) {
  const took = `${tookMs.toFixed(1)} ms`;
  if (!error) return show("ok", JSON.stringify(value ?? null, null, 2), took);
  const data = error.data === undefined ? "" : `\n${JSON.stringify(error.data, null, 2)}`;
  show("error", `${error.message}${data}`, error.code === undefined ? took : `error ${error.code} · ${took}`);
}

function show(state, text, status) {
  byID("result").dataset.state = state;
  byID("result").textContent = text;
  byID("result-status").textContent = status;
}
