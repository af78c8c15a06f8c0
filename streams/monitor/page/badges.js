/** What became of a story, and what is in it, as small labels. */
import { node } from "./nodes.js";
import { exact } from "./times.js";

const CHANGES = { update: "update", correction: "correction", lead: "lead", add: "add", writethru: "writethru", advisory: "advisory", restored: "restored" };
const CUT = 110; // characters
const several = (count, one) => `${count} ${one}${count === 1 ? "" : "s"}`;

export function badges(card) {
  const found = [];
  const add = (kind, text, title) => found.push(node(`span.badge.${kind}`, { title }, text));
  if (card.status === "canceled") add("kill", "withdrawn", "The source has killed this story: do not use it");
  if (card.status === "withheld") add("hold", "on hold", "The source holds this story back");
  if (card.status !== "usable") return found;
  if (card.alerts) add("alarm", several(card.alerts, "alert"));
  if (card.deals) add("deal", several(card.deals, "arms deal"));
  if (CHANGES[card.change]) add(card.change === "correction" ? "correction" : "change", CHANGES[card.change]);
  if (card.embargo_until) add("embargo", "was embargoed", `until ${exact(card.embargo_until)}`);
  if (card.copies) add("copies", `+${card.copies} ${card.copies === 1 ? "copy" : "copies"}`, "Other stories with the same text");
  if (card.quotes) add("quotes", several(card.quotes, "quote"));
  if (card.translated) add("change", "translated");
  return found;
}

export function title(card) {
  if (card.status === "canceled") return `Withdrawn by ${card.source}`;
  if (card.status === "withheld") return `Put on hold by ${card.source}`;
  return card.headline || begun(card.beginning) || card.slugline || card.id;
}

/** Of a story without a headline: its beginning, cut at a word. */
function begun(text) {
  return text && text.length > CUT ? `${text.slice(0, text.lastIndexOf(" ", CUT))} …` : text;
}
