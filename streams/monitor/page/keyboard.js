/** j k Enter Esc / p ? – not while somebody types. */

/** @param {Record<string, () => void>} keys by the key's name @param {(event: KeyboardEvent) => void} inField Enter and Esc while typing */
export function listen(keys, inField) {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (document.querySelector("dialog[open]")) return;
    const target = /** @type {HTMLElement} */ (event.target);
    if (target.matches("input:not([type=checkbox]), select, textarea")) {
      inField(event);
      return;
    }
    if (event.key === "Enter" && target.matches("button, a, summary, input")) return;
    const call = keys[event.key];
    if (!call) return;
    event.preventDefault();
    call();
  });
}
