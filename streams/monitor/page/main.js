/** The desk's page: what comes in, what the reader does, and which of them the screen belongs to. */
import { Alerts } from "./alerts.js";
import * as archive from "./archive.js";
import { Feed } from "./feed.js";
import * as filters from "./filters.js";
import { listen } from "./keyboard.js";
import { Live } from "./live.js";
import { byId, node } from "./nodes.js";
import { showPulse } from "./pulse.js";
import { tell } from "./speaking.js";
import { StoryView } from "./story.js";

const HELD = 5000; // stories at most wait while paused; the newest are kept
const WORDS = { live: "Live", paused: "Paused", reconnecting: "Reconnecting", archive: "Archive" };

let connected = false;
let paused = false;
let found = null; // the archive's {query, after}, while it is shown
let held = new Map(); // id → card, while paused or in the archive
let coming = []; // cards since the last frame
let frame = 0;

const feed = new Feed(openStory);
const alerts = new Alerts(openStory);
const story = new StoryView(openStory, closeStory);
const live = new Live({ reset, stories, alerts: (cards) => tell(0, alerts.take(cards)), pulse: showPulse, state: connection, refused });

function reset({ stories: cards, alerts: told }) {
  held.clear();
  coming = [];
  alerts.reset(told);
  refused(null);
  if (!found) feed.reset(cards);
  if (story.id) story.show(story.id);
  settle();
}

function stories(cards) {
  const wanted = cards.filter((card) => card.status === "usable" || feed.has(card.id) || held.has(card.id) || !filters.any());
  for (const card of wanted) {
    if (card.id === story.id && card.order !== story.order) story.show(card.id);
  }
  if (paused || found) hold(wanted);
  else coming.push(...wanted);
  frame ||= requestAnimationFrame(draw);
}

/** Once a frame, however much has come. */
function draw() {
  frame = 0;
  const cards = coming;
  coming = [];
  if (cards.length) tell(feed.take(cards), 0);
  settle();
}

/** What is killed or corrected changes at once, paused or not; what is new waits. */
function hold(cards) {
  for (const card of cards) {
    if (feed.has(card.id)) coming.push(card);
    if (found || feed.has(card.id)) continue; // the way back from the archive brings it
    held.delete(card.id);
    held.set(card.id, card);
    if (held.size > HELD) held.delete(held.keys().next().value);
  }
}

function letGo() {
  coming.push(...held.values());
  held.clear();
  frame ||= requestAnimationFrame(draw);
}

/** Everything on the page that follows from its state. */
function settle() {
  const state = found ? "archive" : !connected ? "reconnecting" : paused ? "paused" : "live";
  document.body.dataset.state = state;
  byId("state-word").textContent = WORDS[state];
  const waiting = byId("waiting");
  waiting.hidden = !paused || !held.size;
  waiting.textContent = String(held.size);
  byId("pause").setAttribute("aria-pressed", String(paused));
  byId("pause").firstChild.textContent = paused ? "Go on" : "Pause";
  const none = feed.list.childElementCount === 0;
  byId("empty").hidden = !none;
  byId("empty").textContent = found ? "Nothing found." : filters.any() ? "No story of late fits these filters." : "No story yet. What the wire sends comes up here.";
  const known = [...byId("sources").children].map((each) => each.value);
  const sources = feed.sources();
  if (sources.join("\n") !== known.join("\n")) byId("sources").replaceChildren(...sources.map((value) => node("option", { value })));
}

function connection(state) {
  connected = state === "live";
  settle();
}

function refused(error) {
  byId("refused").hidden = !error;
  byId("refused").textContent = error ?? "";
}

function pause() {
  paused = !paused;
  if (!paused && !found) letGo();
  settle();
}

// ── the story ────────────────────────────────────────────────────────────────────────────────────

function openStory(id) {
  feed.select(id);
  document.body.dataset.view = "story";
  remember();
  story.show(id);
}

function closeStory() {
  story.hide();
  document.body.dataset.view = "feed";
  remember();
  feed.rows.get(feed.selected)?.focus({ preventScroll: true });
}

const remember = () => filters.toAddress({ story: document.body.dataset.view === "story" ? feed.selected : null, archive: found ? "1" : null });

// ── the archive ──────────────────────────────────────────────────────────────────────────────────

async function search(after = null) {
  const query = after ? found.query : byId("search").value.trim();
  found = { query, after: null };
  settle();
  remember();
  const page = await archive.ask(query, filters.read(), after);
  if (!found || found.query !== query) return;
  byId("archive-bar").hidden = false;
  if (page.error) {
    byId("archive-said").textContent = page.error;
    if (!after) feed.reset([]);
  } else {
    if (after) feed.append(page.cards);
    else feed.reset(page.cards);
    found.after = page.after;
    byId("archive-said").textContent = `${page.total.toLocaleString()} in the archive`;
  }
  byId("more").hidden = !found.after;
  settle();
}

function backToLive() {
  if (!found) return;
  found = null;
  byId("archive-bar").hidden = byId("more").hidden = true;
  remember();
  follow();
}

// ── what the reader does ─────────────────────────────────────────────────────────────────────────

function follow() {
  connected = false;
  settle();
  live.open(filters.read());
}

function changed() {
  remember();
  if (found) search();
  else follow();
}

function drawer(open) {
  document.body.classList.toggle("filters-open", open);
  byId("show-filters").setAttribute("aria-expanded", String(open));
}

function escape() {
  if (document.body.classList.contains("filters-open")) drawer(false);
  else if (document.body.dataset.view === "alerts") document.body.dataset.view = "feed";
  else if (document.body.dataset.view === "story") closeStory();
  else backToLive();
}

const help = () => byId("help").showModal();

filters.fromAddress();
filters.onChange(changed);
byId("clear").addEventListener("click", (event) => { event.preventDefault(); filters.clear(); changed(); });
byId("filters").addEventListener("submit", (event) => event.preventDefault());
byId("pause").addEventListener("click", pause);
byId("back-live").addEventListener("click", backToLive);
byId("more").addEventListener("click", () => search(found?.after));
byId("help-button").addEventListener("click", help);
byId("show-filters").addEventListener("click", () => drawer(!document.body.classList.contains("filters-open")));
byId("show-alerts").addEventListener("click", () => {
  document.body.dataset.view = document.body.dataset.view === "alerts" ? "feed" : "alerts";
  alerts.seen();
});
listen(
  {
    j: () => feed.move(1),
    k: () => feed.move(-1),
    Enter: () => feed.selected && openStory(feed.selected),
    Escape: escape,
    "/": () => byId("search").focus(),
    p: pause,
    "?": help,
  },
  (event) => {
    if (event.key === "Escape") { event.target.blur(); if (found) backToLive(); }
    if (event.key === "Enter" && event.target.id === "search") { event.preventDefault(); search(); }
  },
);

const asked = new URLSearchParams(location.search);
follow();
if (asked.has("archive")) search();
if (asked.get("story")) openStory(asked.get("story"));
