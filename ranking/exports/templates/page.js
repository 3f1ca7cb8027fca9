"use strict";
// The page works without this script; with it people can be filtered, starred, hidden and commented, and the marks
// exported as the CSV that `headwater feedback` reads. Nothing leaves the browser.

const main = document.getElementById("people");
const cards = [...main.querySelectorAll("article")];
const rows = new Map(cards.map((card) => [card, JSON.parse(card.dataset.row)]));
const columns = JSON.parse(main.dataset.columns);
const byId = (id) => document.getElementById(id);

// ---- cells: the twins of ranking/exports/_cells.py
const FORMULA = /(^|;|;[\s\u00a0\u200b-\u200f\u2060\ufeff]*")(?='*[\s\u00a0\u200b-\u200f\u2060\ufeff]*[=+\-@|%＝＋－＠｜％])/gu;
const NUMBER = /^[+-]?[0-9]+(?:\.[0-9]+)?$/;
function safeCell(value) {
  const text = String(value).replace(/\p{Cs}/gu, "\ufffd").replace(/[\p{Cc}\p{Zl}\p{Zp}]/gu, " ");
  return NUMBER.test(text) ? text : text.replace(FORMULA, "$1'");
}
const quoted = (value) => '"' + safeCell(value).replaceAll('"', '""') + '"';
const csvOf = (table) => table.map((row) => row.map(quoted).join(",") + "\r\n").join("");

// ---- marks: star or hide, and a comment; kept in this browser under the role and the candidate
const marks = new Map();
let kept = true;
const key = (card) => `headwater:${main.dataset.role}:${card.id}`;
function load(card) {
  try {
    const { decision = "", comment = "" } = JSON.parse(localStorage.getItem(key(card)) || "{}");
    return { decision: ["star", "hide"].includes(decision) ? decision : "", comment: String(comment) };
  } catch {
    kept = false;
    return { decision: "", comment: "" };
  }
}
function save(card) {
  const mark = marks.get(card);
  try {
    if (mark.decision || mark.comment) localStorage.setItem(key(card), JSON.stringify(mark));
    else localStorage.removeItem(key(card));
  } catch {
    kept = false;
  }
  draw(card);
  count();
}
function draw(card) {
  const { decision, comment } = marks.get(card);
  for (const name of ["star", "hide"])
    card.querySelector(`[data-do=${name}]`).setAttribute("aria-pressed", String(decision === name));
  card.classList.toggle("starred", decision === "star");
  card.classList.toggle("hidden", decision === "hide");
  card.querySelector(".comment").classList.toggle("filled", comment !== "");
}
function mark(card, decision) {
  const held = marks.get(card);
  held.decision = held.decision === decision ? "" : decision;
  const here = document.activeElement;
  const next = cards.slice(cards.indexOf(card) + 1).find((each) => !each.hidden);
  save(card);
  filter();
  if (card.hidden && card.contains(here)) (next || main).focus();
}
function count() {
  const all = [...marks.values()];
  byId("starred").textContent = all.filter((each) => each.decision === "star").length;
  byId("hidden").textContent = all.filter((each) => each.decision === "hide").length;
  byId("commented").textContent = all.filter((each) => each.comment).length;
  if (!kept) byId("kept").textContent = "This browser refuses to keep them: export before you close the page.";
}

// ---- filters: each says how many it removes of those that the filters before it left
const said = new Map(cards.map((card) => [card, card.textContent.toLowerCase()]));
function filters() {
  const text = byId("text").value.trim().toLowerCase();
  const place = byId("place").value;
  const [what, days] = byId("new").value.split(":");
  const chosen = byId("mark").value;
  const asked = [...document.querySelectorAll("[name=asked]:checked")];
  const kinds = {
    "": (each) => each.decision !== "hide",
    star: (each) => each.decision === "star",
    hide: (each) => each.decision === "hide",
    comment: (each) => each.comment !== "",
    open: (each) => each.decision === "",
    all: () => true,
  };
  const found = [];
  if (text) found.push([`Words “${text}”`, (card) => text.split(/\s+/).every((word) => said.get(card).includes(word))]);
  for (const box of asked)
    found.push([box.parentElement.querySelector("span").textContent, (card) => card.dataset.met.split(" ").includes(box.value)]);
  if (byId("warm")?.checked) found.push(["Has met us already", (card) => card.dataset.warm === "yes"]);
  if (place) found.push([place === "?" ? "Place not stated" : place, (card) => card.dataset.place === (place === "?" ? "" : place)]);
  if (what)
    found.push([byId("new").selectedOptions[0].textContent, (card) => card.dataset[what] !== "" && Number(card.dataset[what]) <= Number(days)]);
  found.push([chosen ? byId("mark").selectedOptions[0].textContent : "Hidden by me", (card) => kinds[chosen](marks.get(card))]);
  return found;
}
function filter() {
  let left = cards;
  const told = [];
  const active = filters();
  for (const [name, keeps] of active) {
    const stay = left.filter(keeps);
    if (name !== "Hidden by me" || stay.length < left.length) told.push(`${name}: ${left.length - stay.length} removed`);
    left = stay;
  }
  const shown = new Set(left);
  for (const card of cards) card.hidden = !shown.has(card);
  byId("removed").replaceChildren(...told.map((line) => Object.assign(document.createElement("li"), { textContent: line })));
  byId("told").textContent = cards.length ? `${left.length} of ${cards.length} people shown` : "";
  byId("none").hidden = left.length > 0 || cards.length === 0;
  const chosen = active.length - 1 + (byId("mark").value ? 1 : 0);
  byId("active").hidden = chosen === 0;
  byId("active").textContent = `(${chosen} on)`;
}
function clear() {
  for (const id of ["text", "place", "new", "mark"]) byId(id).value = "";
  for (const box of document.querySelectorAll("[name=asked], #warm")) box.checked = false;
  filter();
}

// ---- export: every person of the list, in its order, filtered or not
function reviewed() {
  const table = cards.map((card) => {
    const { decision, comment } = marks.get(card);
    const row = { ...rows.get(card), decision, decision_reason: comment };
    return columns.map((column) => row[column] ?? "");
  });
  return csvOf([columns, ...table]);
}
function saveFile() {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([reviewed()], { type: "text/csv;charset=utf-8" }));
  const name = main.dataset.role.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  link.download = `reviewed-${name || "shortlist"}.csv`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10000);
}

// ---- what people do
const deeds = { clear, export: saveFile, print: () => print() };
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (!button) return;
  const card = button.closest("article");
  if (card) mark(card, button.dataset.do);
  else deeds[button.dataset.do]();
});
main.addEventListener("input", (event) => {
  const card = event.target.closest("article");
  if (!card) return;
  marks.get(card).comment = event.target.value;
  save(card);
});
main.addEventListener("keydown", (event) => {
  const card = event.target.closest("article");
  if (event.target.matches("textarea")) {
    if (event.key === "Escape") card.focus();
    return;
  }
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const visible = cards.filter((each) => !each.hidden);
  const place = visible.indexOf(card);
  if (event.key === "j" || event.key === "k") {
    const next = visible[card ? place + (event.key === "j" ? 1 : -1) : 0];
    if (next) next.focus();
  } else if (card && event.key === "s") mark(card, "star");
  else if (card && event.key === "h") mark(card, "hide");
  else if (card && event.key === "c") card.querySelector("textarea").focus();
  else return;
  event.preventDefault();
});
byId("filters").addEventListener("input", filter);
addEventListener("storage", start);
for (const [moment, open] of [["beforeprint", true], ["afterprint", false]])
  addEventListener(moment, () => {
    for (const each of main.querySelectorAll("dd details, .opener")) each.open = open;
  });

function start() {
  for (const card of cards) {
    marks.set(card, load(card));
    card.querySelector("textarea").value = marks.get(card).comment;
    draw(card);
  }
  count();
  filter();
}
const narrow = matchMedia("(max-width: 59.99rem)");
const fold = () => (byId("filters").open = !narrow.matches);
narrow.addEventListener("change", fold);
fold();
start();
