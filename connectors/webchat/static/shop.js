// The demonstration shop: two languages, and the chat as any shop would embed it.
"use strict";
(() => {
  const german = {
    lamps: "Lampen", help: "Hilfe", title: "Licht für lange Abende",
    about: "Handgemachte Lampen aus einer kleinen Werkstatt, ein Leben lang repariert. Fragen? Die Blase unten rechts sind wir: echte Menschen, keine Roboter.",
    ava: "Pendelleuchte, gedrückter Stahl", luna: "Tischlampe, Opalglas", fjord: "Stehlampe, geölte Eiche",
    helptitle: "Wir sind für Sie da", helptext: "Bestellung, Rückgabe, Reparatur: Schreiben Sie uns im Chat, montags bis samstags.", ask: "Frage stellen",
    demo: "Dieser Laden zeigt den Web-Chat von Deskbell.", room: "Team-Raum",
  };
  const asked = new URLSearchParams(location.search).get("lang") || navigator.language;
  const language = asked.startsWith("de") ? "de" : "en";
  document.documentElement.lang = language;
  if (language === "de") for (const each of document.querySelectorAll("[data-t]")) each.textContent = german[each.dataset.t];
  for (const link of document.querySelectorAll("[data-lang]")) link.hidden = link.dataset.lang === language;
  document.getElementById("ask").addEventListener("click", () => window.Deskbell?.push(["open"]));

  const chat = document.createElement("script");
  chat.src = "/chat/widget.js";
  chat.dataset.channel = "shop";
  chat.dataset.language = language;
  document.body.append(chat);
})();
