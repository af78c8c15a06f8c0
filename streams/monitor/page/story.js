/** A story in full: its text with what was found in it marked, who said what, its deals, its past. */
import { alertCard } from "./alerts.js";
import { badges, title } from "./badges.js";
import { paragraphs } from "./highlights.js";
import { byId, link, node } from "./nodes.js";
import { brief, exact, span } from "./times.js";

const words = (text) => text.replaceAll("_", " ");

export class StoryView {
  /** @param {(id: string) => void} open another story @param {() => void} close */
  constructor(open, close) {
    this.place = byId("story");
    this.open = open;
    this.close = close;
    this.id = null;
    this.order = null;
  }

  /** Fetches and shows a story; a newer call wins. */
  async show(id) {
    const again = this.id === id;
    this.id = id;
    let story;
    try {
      const answer = await fetch(`/api/story?id=${encodeURIComponent(id)}`);
      story = await answer.json();
    } catch {
      story = { error: "The monitor does not answer; it is asked again when it is back." };
    }
    if (this.id !== id) return;
    const scrolled = again ? this.place.scrollTop : 0;
    this.place.replaceChildren(this.#head(story), ...(story.error ? [node("p.empty", {}, story.error)] : this.#parts(story)));
    this.place.hidden = false;
    this.place.scrollTop = scrolled;
    this.order = story.card?.order ?? null;
    document.title = story.card ? `${title(story.card)} – Kawat` : "Kawat";
    if (!again) this.place.focus({ preventScroll: true });
  }

  hide() {
    this.id = null;
    this.place.hidden = true;
    this.place.replaceChildren();
    document.title = "Kawat";
  }

  #head(story) {
    return node("div.story-bar", {},
      node("button.button", { type: "button", onclick: this.close, id: "close-story" }, "Close"),
      story.card ? link(story.card.url, "Original ↗") : null);
  }

  #parts(story) {
    const card = story.card;
    return [
      node("p.origin", {}, node("b", {}, card.source), node("span.language", {}, card.language), ...badges(card)),
      node("h2.headline", {}, title(card)),
      this.#facts(story),
      story.ednote ? node("p.ednote", {}, node("b", {}, "To editors: "), story.ednote) : null,
      story.body ? this.#body(story) : node("p.empty", {}, card.status === "canceled" ? "The source has withdrawn this story. Its text is gone, and must not be used." : "There is no text to show."),
      this.#said(story),
      this.#deals(story),
      section("Alerts", story.alerts, (alert) => alertCard(alert), "ol.alert-list"),
      section("Versions", story.versions.length > 1 ? story.versions : [], version, "ol.plain"),
      section("Copies", story.copies, (each) => this.#other(each), "ol.plain"),
      section("Similar stories", story.similar, (each) => this.#other(each), "ol.plain"),
    ].filter(Boolean);
  }

  #facts(story) {
    const card = story.card;
    const facts = [
      ["published", card.published && exact(card.published)],
      ["on the wire", exact(card.received)],
      ["to the desk in", span(card.latency_ms)],
      ["dateline", story.dateline && [story.dateline.place, story.dateline.agency, story.dateline.date].filter(Boolean).join(", ")],
      ["byline", card.byline],
      ["slugline", card.slugline],
      ["credited to", story.credited_sources?.join(", ")],
      ["embargo until", card.embargo_until && exact(card.embargo_until)],
      ["terms", story.usage_terms],
      ["version", `${card.version}`],
      ["id", card.id],
    ];
    return node("dl.facts", {}, ...facts.filter(([, value]) => value).map(([name, value]) => node("div", {}, node("dt", {}, name), node("dd", {}, value))));
  }

  #body(story) {
    const text = node("div.body", { lang: story.card.language }, ...paragraphs(story));
    const toggle = (kind, label) => node("label.check", {},
      node("input", { type: "checkbox", checked: true, onchange: (event) => text.classList.toggle(`no-${kind}`, !event.target.checked) }),
      node(`mark.is-${kind}`, {}, label));
    return node("section", { "aria-label": "Text" },
      node("div.legend", {}, toggle("per", "persons"), toggle("org", "organisations"), toggle("loc", "places"), toggle("quote", "quotes"), toggle("deal", "arms deals")), text);
  }

  #said(story) {
    const speakers = new Map();
    (story.quotes ?? []).forEach((quote, index) => {
      const name = quote.speaker ?? "Speaker not named";
      speakers.set(name, [...(speakers.get(name) ?? []), { ...quote, index }]);
    });
    return section("Who said what", [...speakers], ([name, quotes]) => node("li", {},
      node("h4", {}, name),
      ...quotes.map((quote) => node("button.quote", { type: "button", onclick: () => jump(`quote-${quote.index}`) },
        quote.kind === "indirect" ? quote.text : `“${quote.text.replace(/^["“”]+|["“”]+$/gu, "")}”`))), "ol.speakers");
  }

  #deals(story) {
    const deals = (story.arms_deals ?? []).map((deal, index) => ({ ...deal, index }));
    return section("Arms deals", deals, (deal) => node("li.deal", { title: deal.why.join("; ") },
      node("p.origin", {}, node("b", {}, words(deal.act)), node("span.badge.change", {}, words(deal.status)), node(`span.badge.grade-${deal.grade.toLowerCase()}`, {}, `grade ${deal.grade}`),
        deal.background ? node("span.badge.change", {}, "background") : null),
      node("h4", {}, `${deal.supplier.join(", ") || "?"} ${deal.directed ? "→" : "–"} ${deal.recipient.join(", ") || "?"}`),
      node("p", {}, [deal.goods.join(", "), deal.quantity, deal.value, deal.claimant && `says ${deal.claimant}`].filter(Boolean).join(" · ")),
      node("button.quote", { type: "button", onclick: () => jump(`deal-${deal.index}`) }, deal.evidence)), "ol.plain");
  }

  #other(card) {
    return node("li", {}, node("button.as-link", { type: "button", onclick: () => this.open(card.id) }, title(card)),
      node("span.small", {}, ` ${card.source} · ${brief(card.received)}`));
  }
}

function section(heading, entries, shown, list) {
  if (!entries?.length) return null;
  return node("section", {}, node("h3", {}, heading), node(list, {}, ...entries.map(shown)));
}

function version(one) {
  const state = one.status === "usable" ? one.change : { canceled: "withdrawn", withheld: "on hold" }[one.status];
  return node("li", {}, node("span.small", {}, `${one.version} · ${state} · ${brief(one.received)}`), one.headline ? ` ${one.headline}` : "");
}

function jump(id) {
  const target = byId(id);
  target?.scrollIntoView({ block: "center" });
  target?.focus({ preventScroll: true });
}
