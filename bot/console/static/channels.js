// The page “Channels” works without this; with it, forms answer in place and say that they are at work.
"use strict";
document.addEventListener("submit", async (event) => {
  const form = event.target, button = event.submitter;
  if (!form.matches("[data-live]")) return;
  event.preventDefault();
  const entered = new URLSearchParams(new FormData(form, button)), label = button.textContent;
  for (const each of form.querySelectorAll("button")) each.disabled = true;
  button.textContent = document.body.dataset.waiting;
  const answer = await fetch(form.action, { method: "POST", body: entered }).catch(() => null);
  if (!answer) {
    for (const each of form.querySelectorAll("button")) each.disabled = false;
    button.textContent = label;
    return;
  }
  const page = new DOMParser().parseFromString(await answer.text(), "text/html"), main = page.querySelector("main#main");
  if (!main) return void location.assign(answer.url);
  if (answer.redirected) history.pushState(null, "", new URL(answer.url).pathname);
  document.title = page.title;
  document.querySelector(".top").replaceWith(page.querySelector(".top"));
  document.querySelector("main").replaceWith(main);
  const told = main.querySelector(".told, .said[tabindex]") ?? main.querySelector("[aria-invalid]");
  if (told) told.focus(), told.scrollIntoView({ block: "nearest" });
});
window.addEventListener("popstate", () => location.reload());
