/** The live region: one summary in ten seconds at most, however fast the wire is. */
import { byId } from "./nodes.js";

const SECONDS = 10;
const counts = { stories: 0, alerts: 0 };
let timer = 0;

export function tell(stories, alerts) {
  counts.stories += stories;
  counts.alerts += alerts;
  if (!timer && (counts.stories || counts.alerts)) timer = setTimeout(speak, alerts ? 500 : SECONDS * 1000);
}

function speak() {
  const parts = [[counts.stories, "new story", "new stories"], [counts.alerts, "alert", "alerts"]]
    .filter(([count]) => count).map(([count, one, several]) => `${count} ${count === 1 ? one : several}`);
  byId("live-region").textContent = parts.join(", ");
  counts.stories = counts.alerts = 0;
  timer = setTimeout(() => { timer = 0; tell(0, 0); }, SECONDS * 1000);
}
