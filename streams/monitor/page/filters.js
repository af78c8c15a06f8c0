/** The filters: fields of the page ⇄ its address ⇄ what the server is asked for. */
import { byId } from "./nodes.js";

const FIELDS = { text: "search", source: "source", person: "person", country: "country", language: "language" };
const FLAGS = { deals: "deals", alerts: "alerts-only" };
const DELAY_MS = 300;

/** Commas part several values of a filter; of the words all must occur. */
export function read() {
  const query = new URLSearchParams();
  for (const [name, id] of Object.entries(FIELDS)) {
    const value = byId(id).value.trim();
    const values = name === "text" ? [value] : value.split(",").map((each) => each.trim());
    for (const each of values) if (each) query.append(name, each);
  }
  for (const [name, id] of Object.entries(FLAGS)) if (byId(id).checked) query.set(name, "1");
  return query;
}

export function fromAddress() {
  const query = new URLSearchParams(location.search);
  for (const [name, id] of Object.entries(FIELDS)) byId(id).value = query.getAll(name).join(", ");
  for (const [name, id] of Object.entries(FLAGS)) byId(id).checked = query.has(name);
}

/** Keeps what is asked for in the address, to be sent to a colleague or reloaded. */
export function toAddress(more = {}) {
  const query = read();
  for (const [name, value] of Object.entries(more)) if (value) query.set(name, value);
  const text = query.toString();
  history.replaceState(null, "", text ? `?${text}` : location.pathname);
}

export const any = () => read().toString() !== "";

export function clear() {
  for (const id of Object.values(FIELDS)) byId(id).value = "";
  for (const id of Object.values(FLAGS)) byId(id).checked = false;
}

/** Calls once the reader has stopped typing. */
export function onChange(call) {
  let timer = 0;
  const soon = () => { clearTimeout(timer); timer = setTimeout(call, DELAY_MS); };
  for (const id of [...Object.values(FIELDS), ...Object.values(FLAGS)]) byId(id).addEventListener("input", soon);
}
