
"use strict";
// Moves hunks between commits. All that it knows stands in the page itself, so that a page
// that a browser has saved goes on where it was. Text is set by textContent alone.
const NEAR = "1500px";
const HUES = 8;
const byId = (id) => document.getElementById(id);
const data = byId("gitsplit-plan");
const shownPlan = byId("plan-text");
const hunksOf = (split) => [...split.querySelectorAll(".hunk")];
const cardsOf = (split) => [...split.querySelectorAll(".commit")];
const cardOf = (split, to) => cardsOf(split).find((card) => card.dataset.to === to);
const quantity = (count, noun) => `${count} ${noun}${count === 1 ? "" : "s"}`;

function element(tag, text, properties) {
  const made = Object.assign(document.createElement(tag), properties);
  made.textContent = text;
  return made;
}

function say(text) {
  byId("said").textContent = text;
}

// What a card's commit has in the plan besides hunks, from the plan as it came.
function readGroups(split, entry) {
  for (const card of cardsOf(split)) {
    if (card.dataset.group !== undefined) continue;
    let group = entry.groups[card.dataset.to - 1];
    if (card.dataset.to === "x") {
      group = Array.isArray(entry.dropped) ? {files: entry.dropped} : entry.dropped;
    }
    const {hunks = [], ...rest} = group || {};
    if (!hunks.length && !rest.files) card.dataset.kept = "";
    card.dataset.group = JSON.stringify(rest);
  }
}

// The hunks as a plan names them: runs of numbers, and lines where a hunk is in several.
function picksOf(hunks, parts) {
  const picks = [];
  let run = null;
  const left = new Map();
  for (const {dataset} of hunks) {
    if (dataset.fixed !== undefined) continue;
    const lines = left.get(dataset.hunk) || [];
    left.set(dataset.hunk, [...lines, dataset.lines]);
  }
  for (const [name, lines] of left) {
    const number = Number(name);
    if (lines.length < parts.get(name)) {
      picks.push(`${name}:${lines.join(",")}`);
      run = null;
    } else if (run && run[1] + 1 === number) {
      run[1] = number;
    } else {
      picks.push(run = [number, number]);
    }
  }
  const written = ([first, last]) => first === last ? first : `${first}-${last}`;
  return picks.map((pick) => Array.isArray(pick) ? written(pick) : pick);
}

function groupsOf(split) {
  const own = new Map(cardsOf(split).map((card) => [card.dataset.to, []]));
  const parts = new Map();
  for (const hunk of hunksOf(split)) {
    own.get(hunk.dataset.to).push(hunk);
    parts.set(hunk.dataset.hunk, (parts.get(hunk.dataset.hunk) || 0) + 1);
  }
  const groups = [];
  let dropped = {};
  for (const card of cardsOf(split)) {
    const group = JSON.parse(card.dataset.group);
    const hunks = picksOf(own.get(card.dataset.to), parts);
    if (hunks.length) group.hunks = hunks;
    if (card.dataset.to === "x") dropped = group;
    else if (hunks.length || group.files || card.dataset.kept !== undefined) groups.push(group);
  }
  return [groups, dropped];
}

// What JSON has as it is, and a terminal or an HTML parser might not, as an escape.
function inert(value) {
  const escaped = (char) => "\\u" + char.charCodeAt(0).toString(16).padStart(4, "0");
  return JSON.stringify(value).replace(
    /[<\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu,
    (char) => char.split("").map(escaped).join(""));
}

function entryText(entry) {
  if (!entry.groups) return inert(entry);
  const {groups, ...rest} = entry;
  const lines = groups.map(inert).join(",\n");
  return `${inert(rest).slice(0, -1)},"groups":[\n${lines}]}`;
}

function writePlan() {
  const {series, ...head} = JSON.parse(data.textContent);
  for (const split of document.querySelectorAll(".split")) {
    const entry = series[split.dataset.entry];
    const [groups, dropped] = groupsOf(split);
    entry.groups = groups;
    delete entry.dropped;
    if (Object.keys(dropped).length) entry.dropped = {files: [], ...dropped};
  }
  const lines = series.map(entryText).join(",\n");
  const plan = `${inert(head).slice(0, -1)},"series":[\n${lines}]}\n`;
  data.textContent = plan;
  shownPlan.textContent = plan;
}

function nameOf(card) {
  return card.dataset.to === "x" ? "left out" : `commit ${card.dataset.to}`;
}

// Size and links of a card, from the hunks that are in it.
function tellContents(split, card) {
  const own = hunksOf(split).filter((hunk) => hunk.dataset.to === card.dataset.to);
  const sum = (side) => own.reduce((all, hunk) => all + Number(hunk.dataset[side]), 0);
  card.querySelector(".size").textContent =
    `${quantity(own.length, "hunk")}, +${sum("added")} -${sum("removed")}`;
  const items = new Map();
  for (const hunk of own) {
    const file = hunk.closest(".file");
    if (!items.has(file)) {
      const item = element("li", "");
      item.append(element("bdi", file.querySelector("bdi").textContent));
      items.set(file, item);
    }
    const link = element("a", hunk.dataset.hunk, {href: `#${hunk.id}`});
    items.get(file).append(" ", link);
  }
  card.querySelector(".own").replaceChildren(...items.values());
  card.hidden = card.dataset.to === "x" && !own.length;
}

// Once lines of a file move, nothing says any more which commit creates or deletes it:
// that goes along with them.
function forgetExistence(split, hunk) {
  const file = JSON.stringify(JSON.parse(hunk.closest(".file").dataset.file));
  const isBare = (each) => each.facts && !each.content && !each.removed && !each.added
    && each.facts.every((fact) => ["create", "delete"].includes(fact))
    && JSON.stringify([each.commit ?? null, each.old_path, each.path]) === file;
  if (hunk.dataset.added === "0" && hunk.dataset.removed === "0") return;
  for (const card of cardsOf(split)) {
    const group = JSON.parse(card.dataset.group);
    if (!group.files) continue;
    group.files = group.files.filter((each) => !isBare(each));
    if (!group.files.length) delete group.files;
    card.dataset.group = JSON.stringify(group);
  }
}

function colour(of, to) {
  of.dataset.to = to;
  if (to === "x") delete of.dataset.hue;
  else of.dataset.hue = (to - 1) % HUES + 1;
}

function newCard(split) {
  const cards = cardsOf(split);
  const to = String(cards.length);
  const card = element("section", "", {className: "commit"});
  card.id = `c${split.dataset.entry}-${to}`;
  colour(card, to);
  card.dataset.group = JSON.stringify({message: `New commit ${to}\n`});
  card.dataset.made = "";
  card.append(element("h3", `${to} `, {id: `${card.id}-name`}));
  card.firstChild.append(element("bdi", `New commit ${to}`));
  card.setAttribute("aria-labelledby", `${card.id}-name`);
  card.append(element("p", "", {className: "size"}), element("ul", "", {className: "own"}));
  cards.at(-1).before(card);
  addMessageField(card);
  return card;
}

// The message of a commit that was made here can be changed.
function addMessageField(card) {
  const label = element("label", "Message", {className: "scripted-field"});
  const field = element("textarea", JSON.parse(card.dataset.group).message, {rows: 4});
  field.addEventListener("input", () => {
    const message = field.value.trim() ? field.value : `New commit ${card.dataset.to}\n`;
    card.dataset.group = JSON.stringify({...JSON.parse(card.dataset.group), message});
    card.querySelector("h3 bdi").textContent = message.trim().split("\n")[0];
    writePlan();
  });
  label.append(field);
  card.append(label);
}

function move(hunk, wanted) {
  const split = hunk.closest(".split");
  const from = cardOf(split, hunk.dataset.to);
  const card = wanted === "new" ? newCard(split) : cardOf(split, wanted);
  forgetExistence(split, hunk);
  colour(hunk, card.dataset.to);
  const link = hunk.querySelector(".to");
  link.textContent = nameOf(card);
  link.href = `#${card.id}`;
  for (const each of [from, card]) tellContents(split, each);
  for (const each of document.querySelectorAll(".proposed")) each.hidden = true;
  writePlan();
  fill(hunk.querySelector("select"));
  const path = hunk.closest(".file").querySelector("bdi").textContent;
  const empty = from.dataset.to !== "x" && !from.querySelector("li")
    ? `; ${nameOf(from)} has no hunks any more` : "";
  say(`Moved hunk ${hunk.dataset.hunk} of ${path}: ${nameOf(card)}${empty}.`);
}

function fill(select) {
  const hunk = select.closest(".hunk");
  const option = (card) => {
    const name = card.querySelector("h3").textContent;
    return element("option", name, {value: card.dataset.to});
  };
  const options = cardsOf(hunk.closest(".split")).map(option);
  select.replaceChildren(...options, element("option", "New commit", {value: "new"}));
  select.value = hunk.dataset.to;
}

function addSelect(hunk) {
  if (hunk.querySelector("select") || hunk.dataset.fixed !== undefined) return;
  const path = hunk.closest(".file").querySelector("bdi").textContent;
  const select = element("select", "", {autocomplete: "off"});
  select.setAttribute("aria-label", `Commit of hunk ${hunk.dataset.hunk} of ${path}`);
  hunk.querySelector("p").append(select);
  fill(select);
  select.addEventListener("focus", () => fill(select));
  select.addEventListener("change", () => move(hunk, select.value));
}

// Long commits have thousands of hunks; those near what is seen have something to choose.
function watchHunks() {
  const hunks = [...document.querySelectorAll(".hunk")];
  if (!("IntersectionObserver" in window)) return hunks.forEach(addSelect);
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries.filter((each) => each.isIntersecting)) {
      watcher.unobserve(entry.target);
      addSelect(entry.target);
    }
  }, {rootMargin: NEAR});
  hunks.forEach((hunk) => watcher.observe(hunk));
}

async function copyPlan() {
  try {
    await navigator.clipboard.writeText(data.textContent);
    say("Copied the plan.");
  } catch {
    shownPlan.select();
    say("The browser doesn't let the page copy: the plan is selected, copy it from there.");
  }
}

function downloadPlan() {
  const url = URL.createObjectURL(new Blob([data.textContent], {type: "application/json"}));
  element("a", "", {href: url, download: "split.json"}).click();
  setTimeout(() => URL.revokeObjectURL(url), 60000);
  say("Downloaded the plan as split.json.");
}

function start() {
  for (const each of document.querySelectorAll(".hunk select, .scripted-field")) each.remove();
  const {series} = JSON.parse(data.textContent);
  for (const split of document.querySelectorAll(".split")) {
    readGroups(split, series[split.dataset.entry]);
  }
  document.querySelectorAll("[data-made]").forEach(addMessageField);
  for (const each of document.querySelectorAll(".scripted")) each.hidden = false;
  byId("copy").addEventListener("click", copyPlan);
  byId("download").addEventListener("click", downloadPlan);
  say("");
  watchHunks();
}

start();
