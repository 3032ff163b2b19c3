// What the link carries stands after the #, so that no server on the way sees or logs it.
"use strict";

const language = navigator.language.startsWith("ko") ? "ko" : "en";
document.documentElement.lang = language;
for (const element of document.querySelectorAll("[data-ko]")) element.textContent = element.dataset[language];

const words = {
  ko: {
    done: "바꿨어요. 이제 새 비밀번호로 로그인하세요.",
    over: "이 링크는 이미 썼거나 오래됐어요. 메일을 다시 받아 주세요.",
    short: "비밀번호는 8자 이상 128자 이하여야 해요.",
    later: "지금은 바꿀 수 없어요. 잠시 뒤에 다시 해 주세요.",
  },
  en: {
    done: "Changed. Log in with the new password.",
    over: "This link was used already, or is too old. Have another letter sent.",
    short: "A password has 8 to 128 characters.",
    later: "It can't be changed just now. Try again in a moment.",
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
    const answer = await fetch("/v1/password-resets/confirmation", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ token, password: form.querySelector("input").value }),
      credentials: "omit",
    });
    if (answer.ok) return end(words.done);
    if (answer.status === 410) return end(words.over);
    status.textContent = answer.status === 422 ? words.short : words.later;
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
