/** Builds nodes from data. Text is always text: nothing a wire sends is ever parsed as HTML. */

/**
 * @param {string} tag a tag with classes: "span.badge.kill"
 * @param {Record<string, unknown>} [attributes] undefined, null and false are left out
 * @param {...(Node | string | null | undefined)} children
 */
export function node(tag, attributes = {}, ...children) {
  const [name, ...classes] = tag.split(".");
  const made = document.createElement(name);
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), /** @type {EventListener} */ (value));
    else made.setAttribute(key, value === true ? "" : String(value));
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

export const byId = (id) => document.getElementById(id);

/** A link where the address is one that a browser may follow; else nothing. */
export function link(url, text) {
  if (!url || !/^https?:\/\//i.test(url)) return null;
  return node("a", { href: url, rel: "noopener noreferrer", target: "_blank" }, text);
}
