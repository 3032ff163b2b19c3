// This script keeps what the console shows fresh, and sends what its forms and buttons ask for.
const status = document.getElementById("status");
const { requested, stale, later } = document.body.dataset;
const EVERY = 2_000;
const PATIENCE = 15_000;

function write(method, path, body) {
  return fetch(path, {
    method,
    headers: { "content-type": "application/json", "madang-csrf": "1" },
    body: body && JSON.stringify(body),
    signal: AbortSignal.timeout(PATIENCE),
  });
}

/* A session whose access token is over is renewed by its cookie, once for all requests that find out at the same time. */

let renewing = null;
function renew() {
  renewing ??= write("POST", "/v1/sessions/refresh", {}).then((answer) => answer.ok).catch(() => false).finally(() => (renewing = null));
  return renewing;
}

async function page(address, signal) {
  const ask = () =>
    fetch(address, { headers: { accept: "text/html" }, signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)].filter(Boolean)) });
  let answer = await ask();
  if (answer.status === 401 && (await renew())) answer = await ask();
  if (answer.status === 401 || answer.status === 403) location.reload();
  if (!answer.ok) throw new Error(answer.status);
  return new DOMParser().parseFromString(await answer.text(), "text/html");
}

/* The door: logging in and out. */

const door = document.getElementById("log-in");
// The session is renewed once: if it can't be, the form is shown.
if (door && "over" in door.dataset && !sessionStorage.getItem("renewed")) {
  sessionStorage.setItem("renewed", "1");
  if (await renew()) location.reload();
} else if (!door) sessionStorage.removeItem("renewed");

door?.addEventListener("submit", async (event) => {
  event.preventDefault();
  const [button, alert] = [door.querySelector("button"), door.querySelector("[role=alert]")];
  button.disabled = true;
  alert.hidden = true;
  const { wrong, often, later } = door.dataset;
  let said = later;
  try {
    const answer = await write("POST", "/v1/sessions", { ...Object.fromEntries(new FormData(door)), use_cookies: true });
    if (answer.ok) return location.reload();
    if (answer.status === 401) said = wrong;
    if (answer.status === 429) said = often;
  } catch {
    // The form says below that it failed.
  }
  alert.textContent = said;
  alert.hidden = false;
  button.disabled = false;
});

document.getElementById("log-out")?.addEventListener("click", async () => {
  try {
    await write("DELETE", "/v1/sessions/current");
  } finally {
    location.assign("/console");
  }
});

/* The page of how everything stands. */

const live = document.getElementById("live");

// The function replaces only what differs: focus, scrolling and what is selected stay.
function become(old, next) {
  if (old.isEqualNode(next)) return;
  if (old.nodeType !== Node.ELEMENT_NODE || old.nodeName !== next.nodeName || old.id !== next.id) return old.replaceWith(next);
  for (const { name } of [...old.attributes]) if (!next.hasAttribute(name)) old.removeAttribute(name);
  for (const { name, value } of next.attributes) if (old.getAttribute(name) !== value) old.setAttribute(name, value);
  const [before, after] = [[...old.childNodes], [...next.childNodes]];
  after.forEach((child, n) => (before[n] ? become(before[n], child) : old.append(child)));
  before.slice(after.length).forEach((child) => child.remove());
}

async function refresh() {
  try {
    const next = (await page(location.pathname)).getElementById("live");
    if (status.textContent === stale) status.textContent = "";
    const row = document.activeElement.closest("tr[id]")?.id;
    become(live, next);
    // A button whose place was taken by the state that it began leaves the focus in its row.
    if (row && document.activeElement === document.body) document.getElementById(row)?.focus();
  } catch {
    status.textContent = stale;
  }
}

async function goOn() {
  if (!document.hidden) await refresh();
  setTimeout(goOn, EVERY);
}
if (live) setTimeout(goOn, EVERY);

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-post]");
  if (!button || (button.dataset.question && !confirm(button.dataset.question))) return;
  button.disabled = true;
  const ask = () => write("POST", button.dataset.post);
  try {
    let answer = await ask();
    if (answer.status === 401 && (await renew())) answer = await ask();
    status.textContent = answer.ok ? requested : ((await answer.json()).detail ?? later);
  } catch {
    status.textContent = later;
  }
  button.disabled = false;
  setTimeout(() => (status.textContent = ""), 5_000);
  await refresh();
});

/* The history of one aggregate: the slider moves through its states. */

const slider = document.getElementById("slider");
const at = document.getElementById("at");
let moving = null;
let pause = 0;

async function move(version) {
  moving?.abort();
  const mine = (moving = new AbortController());
  const address = `${location.pathname}?at=${version}`;
  try {
    const next = await page(address, mine.signal);
    document.getElementById("thing").replaceChildren(...next.getElementById("thing").childNodes);
    // The aggregate may have more events meanwhile.
    at.max = next.getElementById("at").max;
    document.getElementById("last").textContent = next.getElementById("last").textContent;
    history.replaceState(null, "", address);
    status.textContent = "";
  } catch {
    if (!mine.signal.aborted) status.textContent = stale;
  }
}

function to(version) {
  if (Number(version) > Number(at.max)) at.max = version;
  at.value = version;
  document.getElementById("at-shown").value = at.value;
  clearTimeout(pause);
  pause = setTimeout(() => move(at.value), 60);
}

at?.addEventListener("input", () => to(at.value));
slider?.addEventListener("submit", (event) => event.preventDefault());
if (slider) {
  document.addEventListener("click", (event) => {
    const link = event.target.closest("[data-at]");
    const isPlain = event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey);
    if (!link || !isPlain) return;
    event.preventDefault();
    to(link.dataset.at);
    at.focus({ preventScroll: true });
  });
}
