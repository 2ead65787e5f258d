/** The element with this id. */
export const byID = (id) => document.getElementById(id);

/**
 * Makes one element.
 *
 * @param {string} tag
 * @param {object} [attributes] Event handlers start with `on`; `false` and undefined leave an attribute out.
 * @param {...(Node | string)} children
 */
export function element(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Time of day with milliseconds, as the lists show it. */
export function timeOfDay(date = new Date()) {
  return date.toTimeString().slice(0, 8) + "." + String(date.getMilliseconds()).padStart(3, "0");
}

/** What a person reads of a failed call. */
export function describe(error) {
  return error.code === undefined ? String(error.message ?? error) : `${error.message} (${error.code})`;
}

/** Lets a submit handler run instead of leaving the page. */
export function onSubmit(form, handler) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    handler();
  });
}

/** Sets the two faces of a button that stays pressed. */
export function setPressed(button, pressed, text) {
  button.setAttribute("aria-pressed", String(pressed));
  button.textContent = text;
}

/** Disables one button and enables its counterpart; a focus on the first is not lost. */
export function handOver(from, to) {
  to.disabled = false;
  if (document.activeElement === from) to.focus();
  from.disabled = true;
}
