/** The alerts: what is new, the evidence, who says so, why the rule fired, and how to answer. */
import { byId, node } from "./nodes.js";
import { brief, exact, span } from "./times.js";

const MOST = 100;
const KINDS = { on_hold: "on hold" };
const bare = (party) => party.split(":").pop();

/** "RU → KP · missiles" */
export function dealLine(deal) {
  const side = (ids) => ids.map(bare).join(" + ") || "?";
  const parties = deal.directed ? `${side(deal.supplier_ids)} → ${side(deal.recipient_ids)}` : deal.supplier_ids.map(bare).join(" – ");
  const family = deal.family && deal.family !== "transfer" ? `${deal.family}: ` : "";
  return `${family}${parties} · ${deal.goods_classes.map((each) => each.replaceAll("_", " ")).join(", ") || "arms"}`;
}

/** One alert in full. */
export function alertCard(alert, open) {
  const news = alert.news.filter((each) => each !== "deal").join("; ");
  const told = alert.outlets.length > 1 ? `${alert.source} (${alert.outlets.length} outlets, ${alert.origins.length} origins)` : alert.source;
  const facts = [
    ["told by", told],
    ["rule", alert.rule && [alert.rule, ...alert.rule_why].join(" · ")],
    ["wire to alert", span(alert.latency_ms)],
    ["follows", alert.follows && "an alert that was sent before"],
  ];
  return node("li.alert", { "data-alert-id": alert.id, "data-kind": alert.kind },
    node("p.origin", {},
      node(`span.badge.kind-${alert.kind}`, {}, KINDS[alert.kind] ?? alert.kind),
      node("time", { datetime: alert.decided, title: exact(alert.decided) }, brief(alert.decided)),
      node("code.short", {}, alert.short)),
    node("h3", {}, dealLine(alert.deal)),
    alert.headline ? node("p.headline", {}, open ? node("button.as-link", { type: "button", onclick: () => open(alert.story) }, alert.headline) : alert.headline) : null,
    news ? node("p.news", {}, news) : null,
    ...alert.evidence.map(evidence),
    alert.killed ? node("p.gone", {}, "The story was killed: its words are gone.") : null,
    alert.before.length ? node("details", {}, node("summary", {}, "Before the correction"), ...alert.before.map(evidence)) : null,
    node("dl.facts", {}, ...facts.filter(([, value]) => value).map(([name, value]) => node("div", {}, node("dt", {}, name), node("dd", {}, value)))),
    node("p.feedback", {}, node("code", {}, alert.feedback), node("button.as-link", { type: "button", onclick: (event) => copy(event, alert.feedback) }, "copy")));
}

function evidence(one) {
  const facts = [one.act.replaceAll("_", " "), one.status.replaceAll("_", " "), `grade ${one.grade}`,
    one.claimant && `says ${one.claimant}`, one.quantity, one.value];
  return node("blockquote", { title: one.why.join("; ") }, node("p", {}, one.text),
    node("footer", {}, facts.filter(Boolean).join(" · ")));
}

async function copy(event, text) {
  const button = event.currentTarget;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "copied";
  } catch {
    button.textContent = "select it";
  }
}

export class Alerts {
  /** @param {(id: string) => void} open a story */
  constructor(open) {
    this.open = open;
    this.list = byId("alert-list");
    this.rows = new Map();
    this.news = 0;
  }

  reset(alerts) {
    this.rows.clear();
    this.list.replaceChildren();
    this.news = 0;
    this.#put([...alerts].reverse());
  }

  /** In order of arrival; how many were not there. */
  take(alerts) {
    const count = this.#put(alerts);
    this.news += count;
    this.#count();
    return count;
  }

  seen() { this.news = 0; this.#count(); }

  #put(alerts) {
    let count = 0;
    for (const alert of alerts) {
      const row = alertCard(alert, this.open);
      const known = this.rows.get(alert.id);
      if (known) known.replaceWith(row);
      else { this.list.prepend(row); count += 1; }
      this.rows.set(alert.id, row);
    }
    while (this.list.childElementCount > MOST) {
      this.rows.delete(this.list.lastElementChild.dataset.alertId);
      this.list.lastElementChild.remove();
    }
    byId("no-alerts").hidden = this.list.childElementCount > 0;
    return count;
  }

  #count() {
    const shown = byId("alert-count");
    shown.hidden = !this.news;
    shown.textContent = this.news;
  }
}
