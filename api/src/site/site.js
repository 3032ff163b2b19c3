// Makes the pages answer as the reader types. Without this script forms and links do the same, a page at a
// time.
const field = document.getElementById("q");
const form = document.getElementById("search");
const list = document.getElementById("suggestions");
const main = document.getElementById("results");
const status = document.getElementById("status");
const isSearch = location.pathname === "/";
const { searching, unreachable, known } = document.body.dataset;

/* Pages: the server writes each page; here the next page takes the place of the one before. */

let underway = null;
// True once the address in the address bar is to be kept: the next letter begins a new entry of the history.
let isSettled = true;

function addressOf(form) {
  const given = [...new FormData(form)].filter(([, value]) => value !== "");
  const query = new URLSearchParams(given).toString();
  return query ? `/?${query}` : "/";
}

async function page(address) {
  underway?.abort();
  const mine = (underway = new AbortController());
  main.setAttribute("aria-busy", "true");
  const late = setTimeout(() => (status.textContent = searching), 400);
  try {
    const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(15_000)]);
    const answer = await fetch(address, { headers: { accept: "text/html" }, signal });
    return new DOMParser().parseFromString(await answer.text(), "text/html");
  } catch (failure) {
    if (mine.signal.aborted) return null;
    const alert = document.createElement("p");
    alert.className = "alert";
    alert.role = "alert";
    alert.textContent = unreachable;
    main.querySelector(".alert")?.remove();
    main.prepend(alert);
    return null;
  } finally {
    clearTimeout(late);
    if (underway === mine) {
      underway = null;
      main.removeAttribute("aria-busy");
    }
  }
}

function show(next) {
  main.replaceChildren(...next.getElementById("results").childNodes);
  document.title = next.title;
  // The hidden fields are the parameters that the form keeps beside its words.
  for (const kept of form.querySelectorAll("input[type=hidden]")) kept.remove();
  form.prepend(...next.querySelectorAll("#search > input[type=hidden]"));
  status.textContent = main.querySelector("[data-status]")?.textContent ?? "";
  foldOnPhones();
}

async function go(address, how) {
  if (how === "push") history.pushState(null, "", address);
  if (how === "replace") history.replaceState(null, "", address);
  const next = await page(address);
  if (!next) return;
  // A half-typed syllable finds nothing; the hits shown before it are worth more.
  if (isComposing && next.querySelector(".empty") && main.querySelector(".hit")) return;
  show(next);
}

function foldOnPhones() {
  if (matchMedia("(max-width: 44rem)").matches) main.querySelector("aside details")?.removeAttribute("open");
}

/* Typing in the search field. */

let isComposing = false;
let pause = 0;

field.addEventListener("compositionstart", () => (isComposing = true));
field.addEventListener("compositionend", () => (isComposing = false));
field.addEventListener("input", () => {
  clearTimeout(pause);
  pause = setTimeout(() => {
    suggest();
    if (!isSearch) return;
    go(addressOf(form), isSettled ? "push" : "replace");
    isSettled = false;
  }, 120);
});
field.addEventListener("change", () => (isSettled = true));

form.addEventListener("submit", (event) => {
  clearTimeout(pause);
  close();
  remember();
  if (!isSearch) return;
  event.preventDefault();
  const address = addressOf(form);
  go(address, address === location.pathname + location.search ? "stay" : isSettled ? "push" : "replace");
  isSettled = true;
});

addEventListener("popstate", () => {
  close();
  isSettled = true;
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  go(location.pathname + location.search, "stay");
});

// The field takes the words of the address when a reader comes back by the browser's own memory.
addEventListener("pageshow", () => {
  if (isSearch) field.value = new URLSearchParams(location.search).get("q") ?? "";
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form[data-live]")) return;
  event.preventDefault();
  isSettled = true;
  go(addressOf(event.target), "push");
});

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a");
  const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
  if (!link || !isPlain || event.defaultPrevented) return;
  if (link.matches(".hit")) remember();
  if (!isSearch || !link.matches("[data-live]")) return;
  event.preventDefault();
  if (link.matches("[data-more]")) return more(link);
  isSettled = true;
  field.value = new URLSearchParams(link.search).get("q") ?? "";
  await go(link.pathname + link.search, "push");
  main.focus({ preventScroll: true });
  scrollTo({ top: 0 });
});

async function more(link) {
  const next = await page(link.pathname + link.search);
  if (!next) return;
  const found = ".found > ol, .found > ul.cards, .found > ul.grid";
  const added = [...(next.querySelector(found)?.children ?? [])];
  main.querySelector(found).append(...added);
  link.closest(".more").replaceWith(...next.querySelectorAll(".more"));
  added[0]?.querySelector(".hit")?.focus();
}

/* Suggestions: a combobox as ARIA's authoring practices describe it. */

let asked = null;
let chosen = -1;

field.setAttribute("role", "combobox");
field.setAttribute("aria-autocomplete", "list");
field.setAttribute("aria-controls", "suggestions");
field.setAttribute("aria-expanded", "false");

async function suggest() {
  asked?.abort();
  const mine = (asked = new AbortController());
  try {
    const signal = AbortSignal.any([mine.signal, AbortSignal.timeout(5_000)]);
    const answer = await fetch(`/v1/search/suggest?${new URLSearchParams({ q: field.value })}`, { signal });
    if (answer.ok) offer(await answer.json());
  } catch {
    // Suggestions are only an offer, so they may be missing.
  }
}

function offer({ queries, tags, people }) {
  const option = (label, note, image, choose) => {
    const item = document.createElement("li");
    item.role = "option";
    item.id = `suggestion-${list.children.length}`;
    if (image) item.append(Object.assign(new Image(28, 28), { src: image, alt: "", className: "avatar" }));
    // A name of another direction doesn't turn around what stands beside it.
    item.append(Object.assign(document.createElement("bdi"), { textContent: label }));
    if (note) item.append(Object.assign(document.createElement("span"), { className: "note", textContent: note }));
    item.choose = choose;
    list.append(item);
  };
  list.replaceChildren();
  for (const { query } of queries) option(query, "", "", () => fill(query));
  for (const { tag, post_count } of tags) option(`#${tag}`, post_count, "", () => fill(`#${tag}`));
  for (const { handle, display_name, avatar_url } of people) {
    option(display_name, `@${handle}`, avatar_url, () => location.assign(`/@${encodeURIComponent(handle)}`));
  }
  chosen = -1;
  const isOpen = list.children.length > 0 && document.activeElement === field;
  list.hidden = !isOpen;
  field.setAttribute("aria-expanded", String(isOpen));
  field.removeAttribute("aria-activedescendant");
}

function close() {
  asked?.abort();
  list.hidden = true;
  chosen = -1;
  field.setAttribute("aria-expanded", "false");
  field.removeAttribute("aria-activedescendant");
}

function fill(words) {
  field.value = words;
  form.requestSubmit();
}

function choose(step) {
  const count = list.children.length;
  chosen = ((chosen + step + 1 + count + 1) % (count + 1)) - 1;
  for (const [n, item] of [...list.children].entries()) item.setAttribute("aria-selected", String(n === chosen));
  const item = list.children[chosen];
  item?.scrollIntoView({ block: "nearest" });
  if (item) field.setAttribute("aria-activedescendant", item.id);
  else field.removeAttribute("aria-activedescendant");
}

list.addEventListener("mousedown", (event) => {
  event.preventDefault();
  event.target.closest("li")?.choose();
});
field.addEventListener("blur", close);

/* Keys. */

document.addEventListener("keydown", (event) => {
  if (event.isComposing || event.metaKey || event.ctrlKey || event.altKey) return;
  const at = document.activeElement;
  const isTyping = at?.matches("input, textarea, select");
  const hits = [...main.querySelectorAll(".hit")];
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (event.key === "/" && !isTyping) {
    field.focus();
    field.select();
  } else if (at === field && step) {
    if (!list.hidden) choose(step);
    else if (step === 1 && hits[0]) hits[0].focus();
    else return;
  } else if (at === field && event.key === "Enter" && !list.hidden && chosen >= 0) {
    const item = list.children[chosen];
    close();
    item.choose();
  } else if (at === field && event.key === "Escape") {
    if (!list.hidden) close();
    else if (field.value) {
      field.value = "";
      field.dispatchEvent(new Event("input"));
    } else return;
  } else if (at?.matches(".hit") && step) {
    (hits[hits.indexOf(at) + step] ?? (step === -1 ? field : at)).focus();
  } else if (event.key === "Escape" && main.contains(at)) {
    field.focus();
  } else return;
  event.preventDefault();
});

/* Searches are remembered for the reader, once the reader commits to them. */

function remember() {
  const query = field.value.trim();
  if (known === undefined || !query) return;
  fetch("/v1/me/searches", {
    method: "POST",
    keepalive: true,
    headers: { "content-type": "application/json", "madang-csrf": "1" },
    body: JSON.stringify({ query }),
  }).catch(() => {});
}

foldOnPhones();
