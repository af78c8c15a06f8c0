/** The pulse: stories a minute as bars, latency, what waits before each stage. */
import { byId, node } from "./nodes.js";
import { span } from "./times.js";

const SVG = "http://www.w3.org/2000/svg";
const HIGH = 40;
const MUCH = 100; // records that wait before a stage

export function showPulse(pulse) {
  byId("rate").replaceChildren(bars(pulse.per_minute));
  const last = pulse.per_minute.at(-2) ?? 0;
  const figures = [["stories in the last full minute", last], ["latency, half", span(pulse.latency_ms.p50)], ["latency, 99 %", span(pulse.latency_ms.p99)]];
  byId("figures").replaceChildren(...figures.map(([name, value]) => pair(name, String(value))));
  const lag = pulse.lag ? Object.entries(pulse.lag) : [];
  byId("lag").replaceChildren(...lag.map(([stage, count]) => pair(stage, count.toLocaleString(), count > MUCH)));
  if (!pulse.lag) byId("lag").replaceChildren(pair(pulse.feed === "waiting" ? "Kafka does not answer" : "not known yet", "–"));
}

function pair(name, value, much = false) {
  return node(much ? "div.much" : "div", {}, node("dt", {}, name), node("dd", {}, value));
}

function bars(counts) {
  const most = Math.max(1, ...counts);
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${counts.length * 6} ${HIGH}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `Stories a minute over the last ${counts.length} minutes, ${most} at most`);
  counts.forEach((count, index) => {
    const high = count ? Math.max(2, (count / most) * HIGH) : 1;
    const bar = document.createElementNS(SVG, "rect");
    for (const [name, value] of Object.entries({ x: index * 6, y: HIGH - high, width: 4.5, height: high })) bar.setAttribute(name, value);
    if (!count) bar.setAttribute("class", "none");
    svg.append(bar);
  });
  return svg;
}
