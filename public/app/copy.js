/** The time for which a button shows that it has copied, in milliseconds. */
const shownForMs = 1500;

/**
 * Makes a button copy a text when it is pressed.
 *
 * @param {HTMLButtonElement} button
 * @param {() => string} textOf
 */
export function copyButton(button, textOf) {
  const label = button.textContent;
  let timer;
  button.addEventListener("click", async () => {
    const copied = await copy(textOf());
    button.textContent = copied ? "Copied" : "Not copied";
    clearTimeout(timer);
    timer = setTimeout(() => (button.textContent = label), shownForMs);
  });
}

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copySelected(text);
  }
}

/** Browsers have the clipboard only for pages that were loaded from this machine or with TLS. */
function copySelected(text) {
  const area = document.createElement("textarea");
  const focused = document.activeElement;
  area.value = text;
  document.body.append(area);
  area.select();
  try {
    return document.execCommand("copy");
  } finally {
    area.remove();
    focused?.focus();
  }
}
