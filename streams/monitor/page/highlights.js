/** Entities, quotes and evidence marked in a text. Offsets of the wire count code points; JavaScript's do not. */
import { node } from "./nodes.js";

/** From code points to UTF-16 units: place[i] is where the i-th code point begins. */
function places(text) {
  const found = [];
  let at = 0;
  for (const character of text) { found.push(at); at += character.length; }
  found.push(at);
  return found;
}

/** All spans of a story as {start, end, kind, title, id}, in UTF-16 units. */
export function spans(story) {
  const place = places(story.body);
  const last = place.length - 1;
  const found = [];
  const add = (start, end, kind, title, id) => {
    if (start >= 0 && end <= last && start < end) found.push({ start: place[start], end: place[end], kind, title, id });
  };
  for (const entity of story.entities ?? [])
    for (const each of entity.mentions) add(each.start, each.end, entity.type.toLowerCase(), entity.name);
  (story.quotes ?? []).forEach((quote, index) => add(quote.start, quote.end, "quote", quote.speaker ?? "speaker not named", `quote-${index}`));
  (story.arms_deals ?? []).forEach((deal, index) => add(deal.start, deal.end, "deal", `${deal.act}, ${deal.status}`, `deal-${index}`));
  return found;
}

/**
 * The text from `from` to `to` as nodes. Spans may overlap in any way: the text is cut at every border, and each
 * piece says of what it is part.
 */
export function marked(text, all, from, to) {
  const inside = all.filter((span) => span.start < to && span.end > from);
  const borders = [...new Set([from, to, ...inside.flatMap((span) => [span.start, span.end])])]
    .filter((at) => at >= from && at <= to).sort((one, other) => one - other);
  const nodes = [];
  for (let i = 0; i + 1 < borders.length; i++) {
    const piece = text.slice(borders[i], borders[i + 1]);
    const over = inside.filter((span) => span.start <= borders[i] && span.end >= borders[i + 1]);
    if (!over.length) { nodes.push(piece); continue; }
    const begins = over.find((span) => span.id && span.start === borders[i]);
    const kinds = [...new Set(over.map((span) => `is-${span.kind}`))];
    nodes.push(node(`mark.${kinds.join(".")}`, {
      title: over.map((span) => span.title).join(" · "), id: begins?.id, tabindex: begins && -1,
    }, piece));
  }
  return nodes;
}

/** A body's paragraphs with the marks in them. */
export function paragraphs(story) {
  const all = spans(story);
  const found = [];
  let at = 0;
  for (const part of story.body.split("\n\n")) {
    if (part.trim()) found.push(node("p", {}, ...marked(story.body, all, at, at + part.length)));
    at += part.length + 2;
  }
  return found;
}
