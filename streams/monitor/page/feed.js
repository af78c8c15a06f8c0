/** The list of stories: newest first, bounded, replaced in place, never jumping under the reader. */
import { badges, title } from "./badges.js";
import { byId, node } from "./nodes.js";
import { brief, exact, span } from "./times.js";

const MOST = 1000;
const NEAR_TOP = 120; // pixels: who is up here sees what comes

export class Feed {
  /** @param {(id: string) => void} open */
  constructor(open) {
    this.list = byId("feed");
    this.scroller = this.list.parentElement;
    this.cards = new Map(); // id → card
    this.rows = new Map(); // id → row
    this.unseen = 0;
    this.selected = null;
    this.list.addEventListener("click", (event) => {
      const row = event.target.closest("[data-story-id]");
      if (row && !getSelection()?.toString()) open(row.dataset.storyId);
    });
    byId("new-pill").addEventListener("click", () => this.toTop());
    this.scroller.addEventListener("scroll", () => this.#isAtTop() && this.#seen(), { passive: true });
  }

  has(id) { return this.cards.has(id); }

  /** Replaces everything; the newest card first. */
  reset(cards) {
    this.cards.clear();
    this.rows.clear();
    const rows = cards.slice(0, MOST).map((card) => this.#row(card));
    this.list.replaceChildren(...rows);
    this.#seen();
    this.#select(this.selected);
  }

  /** Older ones, below those that are there. */
  append(cards) {
    this.list.append(...cards.filter((card) => !this.has(card.id)).map((card) => this.#row(card)));
  }

  /** Cards in order of arrival; how many of them were not in the list. */
  take(cards) {
    const before = this.list.firstElementChild;
    const from = this.#isAtTop() || !before ? null : before.getBoundingClientRect().top;
    const fresh = document.createDocumentFragment();
    let count = 0;
    for (const card of cards) {
      const known = this.rows.get(card.id);
      const row = this.#row(card);
      if (known) {
        row.classList.toggle("selected", known.classList.contains("selected"));
        row.classList.add("changed");
        known.replaceWith(row);
      } else {
        row.classList.add("fresh");
        fresh.prepend(row);
        count += 1;
      }
    }
    this.list.prepend(fresh);
    while (this.list.childElementCount > MOST) this.#drop(this.list.lastElementChild);
    if (from !== null && count && before.isConnected) {
      this.scroller.scrollTop += before.getBoundingClientRect().top - from;
      this.unseen += count;
      this.#pill();
    }
    return count;
  }

  toTop() {
    this.scroller.scrollTo({ top: 0 });
    this.#seen();
  }

  /** Selects the story so many rows on; its id. */
  move(steps) {
    const rows = [...this.list.children];
    const at = rows.findIndex((row) => row.dataset.storyId === this.selected);
    const next = rows[Math.min(rows.length - 1, Math.max(0, at < 0 ? 0 : at + steps))];
    if (!next) return null;
    this.#select(next.dataset.storyId);
    next.focus({ preventScroll: true });
    next.scrollIntoView({ block: "nearest" });
    return this.selected;
  }

  select(id) { this.#select(id); }

  sources() { return [...new Set([...this.cards.values()].map((card) => card.source))].sort(); }

  #select(id) {
    this.list.querySelector(".selected")?.classList.remove("selected");
    this.list.querySelector("[aria-current]")?.removeAttribute("aria-current");
    this.selected = id;
    const row = this.rows.get(id);
    row?.classList.add("selected");
    row?.setAttribute("aria-current", "true");
  }

  #isAtTop() { return this.scroller.scrollTop < NEAR_TOP; }

  #seen() { this.unseen = 0; this.#pill(); }

  #pill() {
    const pill = byId("new-pill");
    pill.hidden = !this.unseen;
    pill.textContent = `${this.unseen} new ↑`;
  }

  #drop(row) {
    this.cards.delete(row.dataset.storyId);
    this.rows.delete(row.dataset.storyId);
    row.remove();
  }

  #row(card) {
    const names = [
      ...card.countries.map((each) => node("span.chip.loc", {}, each.name)),
      ...card.persons.slice(0, 3).map((each) => node("span.chip.per", {}, each)),
      ...card.organisations.slice(0, 2).map((each) => node("span.chip.org", {}, each)),
    ];
    const row = node("li.row", { "data-story-id": card.id, "data-status": card.status, tabindex: -1 },
      node("div.when", {},
        node("time", { datetime: card.shown, title: exact(card.shown) }, brief(card.shown)),
        node("span.latency", { title: "from the wire to this desk" }, span(card.latency_ms))),
      node("div.what", {},
        node("p.origin", {}, node("b", {}, card.source), node("span.language", {}, card.language), ...badges(card)),
        node(card.headline ? "h3" : "h3.untitled", {}, title(card)),
        card.headline && card.beginning ? node("p.beginning", {}, card.beginning) : null,
        names.length ? node("p.chips", {}, ...names) : null));
    if (card.alerts && card.status === "usable") row.classList.add("alarmed");
    this.cards.set(card.id, card);
    this.rows.set(card.id, row);
    return row;
  }
}
