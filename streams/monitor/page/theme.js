/** Dark or light: as the system has it, until somebody chooses. */
import { byId } from "./nodes.js";

const KEY = "kawat-theme";
const root = document.documentElement;

function stored() {
  try { return localStorage.getItem(KEY); } catch { return null; }
}

function shown() {
  return root.dataset.theme ?? (matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
}

if (stored()) root.dataset.theme = stored();

byId("theme").addEventListener("click", () => {
  root.dataset.theme = shown() === "dark" ? "light" : "dark";
  try { localStorage.setItem(KEY, root.dataset.theme); } catch { /* private windows keep nothing */ }
});
