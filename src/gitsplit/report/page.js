
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
const steps = [];
let keptPlan = data.textContent;

function element(tag, text, properties) {
  const made = Object.assign(document.createElement(tag), properties);
  made.textContent = text;
  return made;
}

function say(text) {
  byId("bar").hidden = !text;
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

function partsOf(hunks) {
  const parts = new Map();
  for (const {dataset} of hunks) parts.set(dataset.hunk, (parts.get(dataset.hunk) || 0) + 1);
  return parts;
}

function groupsOf(split) {
  const own = new Map(cardsOf(split).map((card) => [card.dataset.to, []]));
  for (const hunk of hunksOf(split)) own.get(hunk.dataset.to).push(hunk);
  const parts = partsOf(hunksOf(split));
  const groups = [];
  let dropped = {};
  for (const card of cardsOf(split)) {
    const hunks = picksOf(own.get(card.dataset.to), parts);
    const given = {...JSON.parse(card.dataset.group), ...hunks.length && {hunks}};
    if (card.dataset.to === "x") {
      dropped = given;
      continue;
    }
    const isMade = card.dataset.made !== undefined;
    setNumber(split, card, isGone(split, card) ? 0 : groups.length + 1);
    if (isGone(split, card)) continue;
    groups.push(isMade ? {message: messageOf(card), ...given} : given);
  }
  split.querySelector(".number").textContent = quantity(groups.length, "commit");
  return [groups, dropped];
}

const numberOf = ({dataset}) => dataset.number ?? dataset.to;

// Commits count as in the plan, which doesn't have those without hunks: they are 0.
function setNumber(split, card, value) {
  if (numberOf(card) === String(value)) return;
  card.dataset.number = value;
  card.classList.toggle("gone", !value);
  nameCard(card);
  for (const hunk of hunksOf(split)) {
    if (hunk.dataset.to === card.dataset.to) hunk.querySelector(".to").textContent = nameOf(card);
  }
}

function nameCard(card) {
  const number = numberOf(card);
  const name = card.querySelector("h3");
  name.firstChild.textContent = number === "0" ? "(empty) " : `${number} `;
  if (card.dataset.made !== undefined) nameByMessage(card);
  for (const option of card.closest(".split").querySelectorAll("option")) {
    if (option.value === card.dataset.to) option.textContent = name.textContent;
  }
}

function nameByMessage(card) {
  const field = card.querySelector("label textarea");
  if (card.dataset.message === undefined && field.value.trim()) field.value = messageOf(card);
  field.placeholder = messageOf(card);
  field.setAttribute("aria-label", `Message of ${nameOf(card)}`);
  card.querySelector("h3 bdi").textContent = subjectOf(card);
}

const subjectOf = (card) => messageOf(card).trim().split("\n")[0];

// What was typed, or the message that a commit made here has without that.
function messageOf(card) {
  const footer = JSON.parse(card.closest(".split").dataset.footer);
  const number = numberOf(card) === "0" ? "" : ` ${numberOf(card)}`;
  return card.dataset.message ?? `New commit${number}${footer}`;
}

// A commit made here has this message, or, without one, its first.
function setMessage(card, message) {
  if (message === undefined) delete card.dataset.message;
  else card.dataset.message = message;
  card.querySelector("label textarea").value = messageOf(card);
  nameCard(card);
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
  const number = numberOf(card);
  if (number === "x") return card.closest(".split").dataset.dropped;
  return number === "0" ? "an empty commit" : `commit ${number}`;
}

function hunkName({dataset}) {
  return `hunk ${dataset.hunk}${dataset.part ? `, ${dataset.part}` : ""}`;
}

const capital = (text) => text[0].toUpperCase() + text.slice(1);

// Size and links of a card, from the hunks that are in it. In a range the commit may
// change fewer lines than its hunks.
function tellContents(split, card) {
  const own = hunksOf(split).filter((hunk) => hunk.dataset.to === card.dataset.to);
  const sum = (side) => own.reduce((all, hunk) => all + Number(hunk.dataset[side]), 0);
  const all = partsOf(hunksOf(split));
  const here = [...partsOf(own)];
  const divided = here.filter(([hunk, parts]) => parts < all.get(hunk)).length;
  const size = `${quantity(here.length, "hunk")}${divided ? ` (${divided} divided)` : ""}`;
  card.querySelector(".size").textContent = own.length
    ? `${size}, +${sum("added")} -${sum("removed")}${split.dataset.woven ?? ""}`
    : "No hunks: the plan doesn't have this commit.";
  const items = new Map();
  for (const hunk of own) {
    const file = hunk.closest(".file");
    if (!items.has(file)) {
      const item = element("li", "");
      item.append(element("bdi", file.querySelector("bdi").textContent));
      items.set(file, item);
    }
    const link = element("a", hunk.dataset.hunk, {href: `#${hunk.id}`});
    link.setAttribute("aria-label", capital(hunkName(hunk)));
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
  card.dataset.group = JSON.stringify({});
  card.dataset.made = "";
  card.append(element("h3", `${to} `, {id: `${card.id}-name`}));
  card.firstChild.append(element("bdi", ""));
  card.setAttribute("aria-labelledby", `${card.id}-name`);
  card.append(element("p", "", {className: "size"}), element("ul", "", {className: "own"}));
  cards.at(-1).before(card);
  addMessageField(card);
  return card;
}

// The message of a commit that was made here can be changed; blank it is the first one.
function addMessageField(card) {
  const label = element("label", "Message", {className: "scripted-field"});
  const field = element("textarea", messageOf(card), {rows: 4});
  field.addEventListener("input", () => {
    if (field.value.trim()) card.dataset.message = field.value;
    else delete card.dataset.message;
    nameCard(card);
    writePlan();
    if (!field.value.trim()) say(`It needs a message; the plan has ${subjectOf(card)}.`);
  });
  label.append(field);
  card.append(label);
  nameCard(card);
}

// All that a move may change, as it was before it.
function remember(split, hunk) {
  const groups = cardsOf(split).map((card) => [card, card.dataset.group]);
  const proposed = [...document.querySelectorAll(".proposed")].map((each) => [each, each.hidden]);
  const step = {split, hunk, to: hunk.dataset.to, groups, proposed, disinherit: () => {}};
  steps.push(step);
  return step;
}

// A commit without hunks is the heir of the original no longer; the one that gets its last one
// does, unless it continues a commit already. What takes that back is returned.
function inherit(split, from, card) {
  const heir = from.querySelector(".heir");
  if (!heir || !isGone(split, from) || card.dataset.to === "x" || card.querySelector(".heir")) {
    return () => {};
  }
  const {owner, continues, ...rest} = JSON.parse(from.dataset.group);
  const identity = continues === undefined ? {owner} : {continues};
  const group = JSON.parse(card.dataset.group);
  const had = card.dataset.message;
  if (card.dataset.made !== undefined) {
    setMessage(card, had ?? from.dataset.message ?? rest.message);
  }
  const given = card.dataset.message;
  from.dataset.group = JSON.stringify(rest);
  card.dataset.group = JSON.stringify({...group, ...identity});
  const id = /^Change-Id: (I[0-9a-f]{40})$/m.exec(from.querySelector("details")?.textContent);
  const message = card.querySelector("details pre");
  const shown = message?.cloneNode(true);
  for (const node of id && message ? message.childNodes : []) {
    if (node.data) node.data = node.data.replace("Change-Id: (will be added)", id[0]);
  }
  card.querySelector("h3").after(heir);
  return () => {
    if (card.dataset.message === given && given !== had) setMessage(card, had);
    message?.replaceWith(shown);
    from.querySelector("h3").after(heir);
  };
}

function isGone(split, card) {
  if (card.dataset.to === "x" || card.dataset.kept !== undefined) return false;
  return !JSON.parse(card.dataset.group).files
    && !hunksOf(split).some((hunk) => hunk.dataset.to === card.dataset.to);
}

function undo() {
  const {split, hunk, to, groups, proposed, disinherit} = steps.pop();
  const left = cardOf(split, hunk.dataset.to);
  for (const [card, group] of groups) card.dataset.group = group;
  disinherit();
  put(split, hunk, cardOf(split, to), left);
  if (!groups.some(([card]) => card === left)) left.remove();
  for (const [each, wasHidden] of proposed) each.hidden = wasHidden;
  return hunk;
}

function put(split, hunk, card, from) {
  colour(hunk, card.dataset.to);
  const link = hunk.querySelector(".to");
  link.textContent = nameOf(card);
  link.href = `#${card.id}`;
  for (const each of [from, card]) tellContents(split, each);
}

function move(hunk, wanted) {
  const split = hunk.closest(".split");
  const from = cardOf(split, hunk.dataset.to);
  const left = nameOf(from);
  const step = remember(split, hunk);
  const card = wanted === "new" ? newCard(split) : cardOf(split, wanted);
  forgetExistence(split, hunk);
  put(split, hunk, card, from);
  step.disinherit = inherit(split, from, card);
  for (const each of document.querySelectorAll(".proposed")) each.hidden = true;
  writePlan();
  fill(hunk.querySelector("select"));
  showUndo();
  const heir = from.dataset.number === "0" && card.querySelector(".heir");
  const empty = from.dataset.number === "0" ? `; ${left} has no hunks any more and goes` : "";
  const told = heir ? `, ${nameOf(card)} ${heir.textContent}` : "";
  const refused = cardsOf(split).every((each) => each.dataset.to === "x" || isGone(split, each))
    ? " No commit has anything: such a plan is refused." : "";
  say(`Moved ${hunkName(hunk)} of ${pathOf(hunk)}: ${nameOf(card)}${empty}${told}.${refused}`);
}

function pathOf(hunk) {
  return hunk.closest(".file").querySelector("bdi").textContent;
}

function showUndo() {
  for (const id of ["undo", "as-it-was"]) byId(id).hidden = !steps.length;
}

// Undo the last moves, so many of them.
function undoMoves(count) {
  const undone = new Set();
  for (let done = 0; done < count; done += 1) undone.add(undo());
  writePlan();
  const hunk = [...undone].at(-1);
  undone.forEach((each) => fill(each.querySelector("select")));
  showUndo();
  if (!steps.length) hunk.querySelector("select").focus({preventScroll: true});
  const where = nameOf(cardOf(hunk.closest(".split"), hunk.dataset.to));
  say(count > 1 ? `Undid ${quantity(count, "move")}.`
    : `Undid: ${hunkName(hunk)} of ${pathOf(hunk)}: ${where}.`);
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
  const select = element("select", "", {autocomplete: "off"});
  select.setAttribute("aria-label", `Commit of ${hunkName(hunk)} of ${pathOf(hunk)}`);
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
    keptPlan = data.textContent;
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
  keptPlan = data.textContent;
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
  byId("undo").addEventListener("click", () => undoMoves(1));
  byId("as-it-was").addEventListener("click", () => undoMoves(steps.length));
  // What was moved and not kept is lost with the page; a browser asks before that.
  addEventListener("beforeunload", (event) => {
    if (data.textContent === keptPlan) return;
    event.preventDefault();
    event.returnValue = true;
  });
  showUndo();
  say("");
  watchHunks();
}

start();
