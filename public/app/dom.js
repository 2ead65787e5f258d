/** Returns the element with an id. */
export const byID = (id) => document.getElementById(id);

/**
 * Creates an element.
 *
 * @param {string} tag
 * @param {object} [attributes] Names of event handlers start with `on`. `false` and `undefined` omit an attribute.
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

/** Formats a time of day with milliseconds. */
export function timeOfDay(date = new Date()) {
  return date.toTimeString().slice(0, 8) + "." + String(date.getMilliseconds()).padStart(3, "0");
}

/** Formats the error of a failed call for display. */
export function describe(error) {
  return error.code === undefined ? String(error.message ?? error) : `${error.message} (${error.code})`;
}

/** Handles the submission of a form without navigating. */
export function onSubmit(form, handler) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    handler();
  });
}

/** Sets the label and the pressed state of a toggle button. */
export function setPressed(button, pressed, text) {
  button.setAttribute("aria-pressed", String(pressed));
  button.textContent = text;
}

/** Disables a button and enables its counterpart, to which the focus moves if the first one had it. */
export function swapEnabled(from, to) {
  to.disabled = false;
  if (document.activeElement === from) to.focus();
  from.disabled = true;
}
