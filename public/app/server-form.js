import { addressFrom, chooseAddress, knownAddresses, originOf, ownAddress } from "./address.js";
import { byID, element, onSubmit } from "./dom.js";

/** Starts the form that connects the page to another server. The page is loaded again, as all it shows belongs to one. */
export function startServerForm(rpc) {
  const [toggle, form, input] = [byID("server-toggle"), byID("server-form"), byID("server-address")];

  const show = (isShown) => {
    form.hidden = !isShown;
    toggle.setAttribute("aria-expanded", String(isShown));
  };
  const use = (address) => {
    chooseAddress(address);
    if (address === rpc.url) return show(false);
    history.replaceState(null, "", location.pathname + location.search);
    location.reload();
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
  byID("server-known").append(...knownAddresses().map((address) => element("option", { value: address })));
}
