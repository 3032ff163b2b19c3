// Sends the token that a letter's link carries, with the fields of the page's form. The token stands after
// the #, so that no server on the way sees or logs it.
"use strict";

const language = navigator.language.startsWith("ko") ? "ko" : "en";
document.documentElement.lang = language;
for (const element of document.querySelectorAll("[data-ko]")) element.textContent = element.dataset[language];

const words = {
  ko: {
    over: "이 링크는 이미 썼거나 오래됐어요. 새 링크를 요청해 주세요.",
    wrong: "비밀번호는 8자 이상 128자 이하여야 해요.",
    later: "지금은 할 수 없어요. 잠시 뒤에 다시 해 주세요.",
  },
  en: {
    over: "This link was used already, or is too old. Ask for a new one.",
    wrong: "A password has 8 to 128 characters.",
    later: "This can't be done just now. Try again in a moment.",
  },
}[language];

const form = document.querySelector("form");
const status = document.querySelector("[role=status]");
const token = new URLSearchParams(location.hash.slice(1)).get("token") ?? "";
if (!token) end(words.over);

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector("button");
  button.disabled = true;
  status.textContent = "";
  try {
    const answer = await fetch(form.dataset.to, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, ...Object.fromEntries(new FormData(form)) }),
      credentials: "omit",
    });
    if (answer.ok) {
      // An export is downloaded, and the page stays.
      if (answer.status === 200) location.assign((await answer.json()).download_url);
      return end(form.dataset[language === "ko" ? "doneKo" : "doneEn"]);
    }
    if (answer.status === 410) return end(words.over);
    status.textContent = answer.status === 422 ? words.wrong : words.later;
  } catch {
    status.textContent = words.later;
  }
  button.disabled = false;
});

function end(text) {
  form.remove();
  status.textContent = text;
  history.replaceState(null, "", location.pathname);
}
