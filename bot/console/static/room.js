// The team room's page: shows what the desk sends, sends what is typed and pressed. The desk decides everything.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const words = JSON.parse(document.body.dataset.words), alive = JSON.parse(document.body.dataset.alive);
  const state = { view: document.body.dataset.view, thread: document.body.dataset.thread, seq: 0, dialog: null, relay: false, files: [] };
  const pending = new Map(); // what was sent and not answered, by key: sent again after a reconnect
  const undone = new Map(); // the words of a reply that may be withdrawn, by the key of the press
  let socket = null, tries = 0, silence = 0, pinging = 0, retrying = 0;
  let arriving = null; // what a command said of the thread it leads to: shown in there

  const key = () => Array.from(crypto.getRandomValues(new Uint8Array(12)), (b) => b.toString(16).padStart(2, "0")).join("");
  const fill = (pattern, values) => pattern.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");

  // ---- the wire

  function connect() {
    clearTimeout(retrying);
    const opening = socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/room/ws`);
    expect();
    opening.onopen = () => {
      if (opening !== socket) return;
      hush();
      tries = 0;
      pinging = setInterval(() => send({ type: "ping" }), alive.ping * 1000);
      $("banner").hidden = true;
      document.body.dataset.connected = "yes";
      look();
      for (const frame of pending.values()) send(frame);
      chooser.askAgain();
      threadChooser.askAgain();
    };
    opening.onmessage = (event) => { if (opening === socket) hush(), receive(JSON.parse(event.data)); };
    opening.onclose = (event) => { if (opening === socket) closed(event.code); };
  }

  function closed(code) {
    if (code === 4401) return void location.assign("/room/sign-in");
    hush();
    clearInterval(pinging);
    socket = null;
    warn();
    retrying = setTimeout(connect, Math.min(15000, 400 * 2 ** tries++) * (0.7 + Math.random() * 0.6));
  }

  function warn() {
    delete document.body.dataset.connected;
    $("banner").textContent = words.connecting;
    $("banner").hidden = false;
  }

  // A connection can die without a word (a router forgets it): what is asked has to be answered in time.
  const expect = () => { silence ||= setTimeout(drop, alive.patience * 1000); };
  const hush = () => { clearTimeout(silence); silence = 0; };

  function drop() {
    const dead = socket;
    if (!dead) return;
    closed(1006);
    dead.close();
  }

  addEventListener("offline", warn);
  addEventListener("online", () => (socket ? drop() : connect())); // another network: the old way is dead
  addEventListener("pageshow", () => send({ type: "ping" }));

  function send(frame) {
    if (!socket || socket.readyState !== WebSocket.OPEN) return;
    socket.send(JSON.stringify(frame));
    if (["ping", "open", "line", "press"].includes(frame.type)) expect();
  }

  function deed(frame) {
    const kept = { ...frame, key: key() };
    pending.set(kept.key, kept);
    send(kept);
    showUnsent();
    return kept.key;
  }

  function settled(frame) {
    pending.delete(frame.key);
    showUnsent();
  }

  // Lines the desk has not answered yet; only a slow or lost connection lets them be seen.
  function showUnsent() {
    const lines = [...pending.values()].filter((frame) => frame.type === "line" && frame.thread && frame.thread === state.thread);
    $("unsent").replaceChildren(...lines.map((frame) => {
      const item = $("unsentline").content.firstElementChild.cloneNode(true);
      item.querySelector(".words").textContent = frame.text;
      return item;
    }));
  }

  const look = () => send({ type: "open", view: state.view, thread: state.thread });

  const receivers = {
    html: (frame) => region(frame.region, frame.html),
    thread: showThread,
    closed: () => { hideThread(); if (arriving) tell($("answers"), arriving); arriving = null; },
    typing: (frame) => { $("typing").textContent = frame.names ? fill(words.typing, { name: frame.names }) : ""; },
    choices: (frame) => (frame.thread ? threadChooser : chooser).show(frame),
    done: (frame) => { takeBackWords(frame.key); settled(frame); },
    refused: (frame) => { undone.delete(frame.key); settled(frame); },
    answer: showAnswer,
  };

  function receive(frame) {
    const receiver = receivers[frame.type];
    if (receiver) receiver(frame);
  }

  // ---- regions

  // The desk sends escaped HTML of its own templates; the page's policy allows no script in it.
  function parse(html) {
    const template = document.createElement("template");
    template.innerHTML = html;
    return template.content;
  }

  function region(name, html) {
    const at = $(name);
    const scroll = at.scrollTop;
    const focused = document.activeElement && at.contains(document.activeElement) ? document.activeElement.dataset : null;
    at.replaceChildren(parse(html));
    at.scrollTop = scroll;
    if (focused) refocus(at, focused);
    if (name === "side") announceWaiting(at);
    if (name === "notices") countNotices();
  }

  function refocus(at, was) {
    const same = [...at.querySelectorAll("a, button")].find((each) =>
      (was.line && each.dataset.line === was.line) || (was.open && each.dataset.open === was.open) || (was.view && each.dataset.view === was.view));
    if (same) same.focus({ preventScroll: true });
  }

  function announceWaiting(at) {
    const waiting = Number(at.querySelector("ul").dataset.waiting);
    document.title = waiting ? `(${waiting}) Deskbell` : "Deskbell";
  }

  function countNotices() {
    const count = Number($("notices").querySelector("ul").dataset.count);
    $("bellcount").textContent = count || "";
  }

  // ---- the thread

  function showThread(frame) {
    const fresh = frame.whole || state.thread !== frame.key, low = fresh || atBottom();
    state.thread = frame.key;
    state.seq = frame.seq;
    state.dialog = frame.dialog;
    state.relay = frame.relay;
    $("thread").hidden = false;
    $("threadname").textContent = frame.name;
    $("composer").classList.toggle("relay", frame.relay);
    $("reads").textContent = frame.reads;
    region("head", frame.head);
    region("held", frame.held);
    showUnsent();
    if (fresh) $("items").replaceChildren(), $("threadanswers").replaceChildren();
    putItems(frame.items);
    reach(frame);
    if (fresh && arriving) tell($("threadanswers"), arriving), arriving = null;
    tidy();
    if (low) $("scroll").scrollTop = $("scroll").scrollHeight;
    if (fresh) $("words").focus();
    remember();
    if (!document.hidden && !fresh) send({ type: "saw" });
  }

  const atBottom = () => $("scroll").scrollHeight - $("scroll").scrollTop - $("scroll").clientHeight < 80;

  function putItems(html) {
    for (const item of [...parse(html).children]) {
      const there = document.getElementById(item.id);
      if (there) there.replaceWith(item);
      else $("items").append(item);
    }
  }

  function reach(frame) {
    if (frame.dialog === null) return;
    for (const item of $("items").querySelectorAll("[data-reach]")) {
      const [dialog, seq] = item.dataset.reach.split(":").map(Number);
      const mark = item.querySelector(".mark");
      if (dialog !== frame.dialog || !mark) continue;
      if (seq <= frame.seen) mark.textContent = words.seen;
      else if (seq <= frame.delivered) mark.textContent = words.delivered;
    }
  }

  function hideThread() {
    state.thread = "";
    $("thread").hidden = true;
    remember();
  }

  function remember() {
    const query = new URLSearchParams({ view: state.view });
    if (state.thread) query.set("thread", state.thread);
    history.replaceState(null, "", `/room?${query}`);
  }

  // ---- answers

  function showAnswer(frame) {
    settled(frame);
    const answer = parse(frame.html).firstElementChild;
    if (/^(ticket|dialog):/.test(frame.go) && !answer.querySelector(".card, .lines, pre")) arriving = answer;
    else tell($(frame.thread && state.thread ? "threadanswers" : "answers"), answer);
    if (frame.go) go(frame.go);
  }

  function tell(place, answer) {
    if (place.id === "answers") place.replaceChildren();
    place.append(answer);
    answer.scrollIntoView({ block: "nearest" });
    if (place.id === "threadanswers" || answer.querySelector("[data-line^='message undo']")) setTimeout(() => fade(answer), 12000);
    tidy();
  }

  // An answer that only told something goes by itself; one that asks or lists something stays.
  function fade(answer) {
    if (answer.contains(document.activeElement)) return void setTimeout(() => fade(answer), 5000);
    if (!answer.querySelector(".card, .lines, pre, .button:not([data-line^='message undo'])")) answer.remove();
  }

  // What is held here stands there with its own buttons, for just as long as they can do something.
  function tidy() {
    for (const undo of $("threadanswers").querySelectorAll("[data-line^='message undo']")) {
      if ($("held").querySelector(`[data-held="${undo.dataset.line.split(" ").pop()}"]`)) undo.closest(".answer").remove();
    }
  }

  function go(place) {
    const [kind, name] = place.split(":");
    if (kind === "view") state.view = name;
    else state.thread = place;
    look();
  }

  // ---- typing a line

  class Chooser {
    constructor(input, list, inThread) {
      Object.assign(this, { input, list, inThread, at: -1, choices: [] });
      input.addEventListener("input", () => this.ask());
      input.addEventListener("keydown", (event) => this.key(event));
      input.addEventListener("blur", () => setTimeout(() => this.hide(), 150));
      list.addEventListener("mousedown", (event) => {
        const option = event.target.closest("[role=option]");
        if (option) event.preventDefault(), this.take(Number(option.dataset.at));
      });
    }

    ask() {
      clearTimeout(this.timer);
      const text = this.input.value;
      if (!text || (this.inThread && !/^[!/]/.test(text))) return this.hide();
      this.timer = setTimeout(() => send({ type: "complete", text, thread: this.inThread }), 70);
    }

    // What was typed while there was no connection.
    askAgain() {
      if (document.activeElement === this.input) this.ask();
    }

    show(frame) {
      if (frame.for !== this.input.value.slice(0, 400) || document.activeElement !== this.input) return;
      this.choices = frame.choices;
      this.at = -1;
      this.list.replaceChildren(...frame.choices.map(([, label, meaning], at) => this.option(label, meaning, at)));
      this.list.hidden = !frame.choices.length;
      this.expand();
    }

    expand() {
      if (this.input.role === "combobox") this.input.setAttribute("aria-expanded", String(!this.list.hidden));
    }

    option(label, meaning, at) {
      const item = document.createElement("li");
      item.role = "option";
      item.id = `${this.list.id}-${at}`;
      item.dataset.at = at;
      const name = document.createElement("b"), about = document.createElement("span");
      name.textContent = label;
      about.textContent = meaning;
      item.append(name, about);
      return item;
    }

    key(event) {
      if (this.list.hidden) return;
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step) event.preventDefault(), this.move(step);
      else if (event.key === "Tab" && !event.shiftKey) event.preventDefault(), this.take(Math.max(0, this.at));
      else if (event.key === "Enter" && this.at >= 0) event.preventDefault(), event.stopImmediatePropagation(), this.take(this.at);
      else if (event.key === "Escape") event.stopPropagation(), this.hide();
    }

    move(step) {
      this.at = (this.at + step + this.choices.length) % this.choices.length;
      [...this.list.children].forEach((item, at) => item.setAttribute("aria-selected", String(at === this.at)));
      this.list.children[this.at].scrollIntoView({ block: "nearest" });
      this.input.setAttribute("aria-activedescendant", this.list.children[this.at].id);
    }

    take(at) {
      this.input.value = this.choices[at][0];
      this.input.focus();
      this.hide(); // an Enter right after this one does the line, it takes no choice again
      this.ask();
    }

    hide() {
      clearTimeout(this.timer);
      this.list.hidden = true;
      this.expand();
      this.input.removeAttribute("aria-activedescendant");
    }
  }

  const chooser = new Chooser($("line"), $("choices"), false);
  const threadChooser = new Chooser($("words"), $("threadchoices"), true);
  const typed = []; // former lines, for the arrow keys
  let typedAt = 0;

  $("command").addEventListener("submit", (event) => {
    event.preventDefault();
    const line = $("line").value.trim();
    if (!line) return;
    typed.push(line);
    typedAt = typed.length;
    deed({ type: "line", text: line });
    $("line").value = "";
    chooser.hide();
  });

  $("line").addEventListener("keydown", (event) => {
    if (!$("choices").hidden || (event.key !== "ArrowUp" && event.key !== "ArrowDown")) return;
    typedAt = Math.min(typed.length, Math.max(0, typedAt + (event.key === "ArrowUp" ? -1 : 1)));
    $("line").value = typed[typedAt] ?? "";
  });

  $("composer").addEventListener("submit", (event) => {
    event.preventDefault();
    const text = $("words").value;
    if (!text.trim() && !state.files.length) return;
    deed({ type: "line", thread: state.thread, text, seq: state.seq, relay: typedIn ?? state.relay, files: state.files.map((file) => file.id) });
    $("words").value = "";
    typedIn = null;
    state.files = [];
    showFiles();
    threadChooser.hide();
    tellTyping(false);
  });

  $("words").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) event.preventDefault(), $("composer").requestSubmit();
  });

  let toldAt = 0;
  function tellTyping(on) {
    const now = Date.now();
    if (on && now - toldAt < 2000) return;
    toldAt = on ? now : 0;
    send({ type: "typing", on });
  }
  let typedIn = null; // whether the thread said "To the customer" when its last letter was typed
  $("words").addEventListener("input", () => {
    const text = $("words").value;
    typedIn = text ? state.relay : null;
    if (text && !/^[!/]/.test(text)) tellTyping(true);
  });

  // ---- files

  $("attach").addEventListener("click", () => $("picker").click());
  $("picker").addEventListener("change", () => { addFiles($("picker").files); $("picker").value = ""; });
  $("words").addEventListener("paste", (event) => addFiles(event.clipboardData.files));
  $("thread").addEventListener("dragover", (event) => event.preventDefault());
  $("thread").addEventListener("drop", (event) => { event.preventDefault(); addFiles(event.dataTransfer.files); });

  async function addFiles(list) {
    for (const file of list) {
      const answer = await fetch(`/room/files?name=${encodeURIComponent(file.name)}`, { method: "POST", body: file }).catch(() => null);
      const told = answer ? await answer.json().catch(() => ({})) : {};
      if (answer && answer.ok) state.files.push(told);
      else $("reads").textContent = told.error || words.upload_failed;
      showFiles();
    }
  }

  function showFiles() {
    $("files").hidden = !state.files.length;
    $("files").replaceChildren(...state.files.map((file, at) => {
      const item = document.createElement("li"), remove = document.createElement("button");
      item.textContent = `${file.name} `;
      remove.textContent = "×";
      remove.type = "button";
      remove.setAttribute("aria-label", file.name);
      remove.onclick = () => { state.files.splice(at, 1); showFiles(); };
      item.append(remove);
      return item;
    }));
  }

  // ---- pressing

  document.addEventListener("click", (event) => {
    const open = event.target.closest("[data-open]");
    if (open) return event.preventDefault(), openThread(open.dataset.open);
    const view = event.target.closest("[data-view]");
    if (view && view !== document.body) return event.preventDefault(), openView(view.dataset.view);
    const button = event.target.closest("button[data-line]");
    if (button) return press(button);
    if (event.target.closest(".dismiss")) return event.target.closest(".answer").remove();
    const seen = event.target.closest("[data-seen]");
    if (seen) return send({ type: "read", id: Number(seen.dataset.seen) });
    const save = event.target.closest("[data-save]");
    if (save) saveAnswer(save);
  });

  function openThread(link) {
    arriving = null;
    state.thread = link;
    look();
    document.body.classList.remove("menu");
  }

  function openView(name) {
    state.view = name;
    look();
    remember();
    document.body.classList.remove("menu");
  }

  function press(button) {
    const inThread = Boolean(button.closest("#thread")) && state.thread;
    const line = button.dataset.line;
    if (button.dataset.asks) return ask(line, inThread);
    button.disabled = true;
    setTimeout(() => { button.disabled = false; }, 1500);
    const said = button.dataset.undo && button.closest("article").querySelector(".words").textContent;
    const pressed = deed({ type: "press", line, thread: inThread || "" });
    if (said) undone.set(pressed, { said, thread: state.thread });
  }

  // A button whose line lacks its last words opens the place where they are typed.
  function ask(line, inThread) {
    const replies = line.match(/^ticket (reply|note) (\d+) $/);
    if (replies && inThread === `ticket:${replies[2]}`) {
      $("words").value = replies[1] === "reply" ? "!r " : "!n ";
      return $("words").focus();
    }
    $("line").value = line;
    $("line").focus();
  }

  // A withdrawn reply's words come back into the composer: not before the desk says that it was not too late.
  function takeBackWords(pressed) {
    const was = undone.get(pressed);
    undone.delete(pressed);
    if (!was || was.thread !== state.thread || $("words").value) return;
    $("words").value = state.relay ? was.said : `!r ${was.said}`; // who reads it is said as it was
    $("words").focus();
    $("words").select();
    typedIn = null;
  }

  function saveAnswer(button) {
    const answer = button.closest(".answer");
    const lines = [...answer.querySelectorAll(".told, .lines li, pre")].map((each) => each.textContent);
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([lines.join("\n") + "\n"], { type: "text/plain" }));
    link.download = button.dataset.save;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  $("closethread").addEventListener("click", () => { hideThread(); look(); });
  $("menu").addEventListener("click", () => document.body.classList.toggle("menu"));
  $("main").addEventListener("click", (event) => { if (event.target.id !== "menu") document.body.classList.remove("menu"); });
  $("bell").addEventListener("click", () => {
    $("notices").hidden = !$("notices").hidden;
    $("bell").setAttribute("aria-expanded", String(!$("notices").hidden));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !$("thread").hidden) { hideThread(); look(); $("line").focus(); }
    if (event.key === "k" && (event.ctrlKey || event.metaKey)) event.preventDefault(), $("line").focus();
  });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) send({ type: "saw" }), send({ type: "ping" }); });

  // Held replies count down to the moment they go.
  setInterval(() => {
    for (const held of $("held").querySelectorAll("[data-release]")) {
      const left = Math.max(0, Math.ceil(Number(held.dataset.release) - Date.now() / 1000));
      held.querySelector(".mark").textContent = fill(words.sends_in, { seconds: left });
    }
  }, 250);

  countNotices();
  connect();
})();
