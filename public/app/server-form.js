import { addressFrom, chooseAddress, knownAddresses, originOf, ownAddress } from "./address.js";
import { byID, element, onSubmit } from "./dom.js";
import { readLink } from "./link.js";

/**
 * Starts the form that connects the page to another server. The page is loaded again, as all it shows belongs to one. A
 * link to a method of another server shows the form: following a link never connects by itself.
 */
export function startServerForm(rpc) {
  const [toggle, form, input] = [byID("server-toggle"), byID("server-form"), byID("server-address")];
  const note = byID("server-note");

  const show = (isShown) => {
    form.hidden = !isShown;
    toggle.setAttribute("aria-expanded", String(isShown));
    if (isShown || note.hidden) return;
    note.hidden = true;
    input.value = rpc.url;
  };
  const use = (address) => {
    chooseAddress(address);
    if (address === rpc.url) return show(false);
    // What a link names is shown after it; a method of the server before is none of this one.
    const isLinked = readLink(location.hash)?.server === address;
    if (!isLinked) history.replaceState(null, "", location.pathname + location.search);
    location.reload();
  };
  const ask = () => {
    const { server = rpc.url, name } = readLink(location.hash) ?? {};
    if (server === rpc.url) return;
    input.value = server;
    note.textContent = `This link is to ${name} of another server. Connect only if you trust it: it receives what you call.`;
    note.hidden = false;
    show(true);
  };

  toggle.addEventListener("click", () => {
    show(form.hidden);
    if (!form.hidden) input.select();
  });
  form.addEventListener("keydown", ({ key }) => {
    if (key !== "Escape") return;
    show(false);
    toggle.focus();
  });
  onSubmit(form, () => {
    try {
      use(addressFrom(input.value));
    } catch (error) {
      byID("server-problem").textContent = error.message;
      input.focus();
    }
  });
  byID("server-own").addEventListener("click", () => use(ownAddress()));
  byID("server-own").hidden = rpc.url === ownAddress();
  if (rpc.url !== ownAddress()) byID("openrpc").href = `${originOf(rpc.url)}/openrpc.json`;
  input.value = rpc.url;
  addEventListener("popstate", ask);
  ask();
  byID("server-known").append(...knownAddresses().map((address) => element("option", { value: address })));
}
