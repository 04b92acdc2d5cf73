// The chat a shop puts into its pages with one tag:
//   <script src="https://desk.example/chat/widget.js" data-channel="shop" defer></script>
// It speaks the protocol of docs/web-chat-protocol.md, lives in a shadow root, and needs neither inline styles nor eval.
(() => {
  "use strict";

  const script = document.currentScript;
  const BASE = new URL(script.src, location.href).origin;
  const CHANNEL = script.dataset.channel || "shop";
  const VERSION = 1, TYPING_MS = 6000, SOCKET_RETRY_MS = 120000;

  const WORDS = {
    en: {
      open: "Open chat", close: "Close chat", message: "Your message", send: "Send", attach: "Add a file", end: "End",
      endSure: "End this conversation?", yes: "Yes, end it", no: "No", restart: "New conversation", save: "Save conversation",
      sound: "Sound", name: "Your name", email: "Your e-mail", away: "Nobody is here just now. Leave a message and your e-mail address.",
      queue: "You are number {n} in the queue", waiting: "Somebody will be with you in a moment", talking: "You are talking with {name}",
      held: "{name} will be right back", ended: "The conversation has ended", kept: "We have your message and will answer", connecting: "Connecting…", offline: "You are offline. What you write is kept and sent later.",
      typing: "{name} is typing…", edited: "edited", gone: "This message was taken back", sent: "sent", seen: "seen", sending: "sending", failed: "not sent",
      retry: "Try again", rate: "How was it?", star: "{n} of 5", thanks: "Thank you!", tooBig: "{name} is too large.", tooLong: "That is {n} characters; at most {most} fit into one message.", tooMany: "Too many files.", remove: "Remove {name}",
      leaveEmail: "Your e-mail, so that we can reply there, too", keep: "Save", noted: "Thank you, we have noted it.", today: "Today", unread: "New messages: {n}",
    },
    de: {
      open: "Chat öffnen", close: "Chat schließen", message: "Ihre Nachricht", send: "Senden", attach: "Datei anhängen", end: "Beenden",
      endSure: "Dieses Gespräch beenden?", yes: "Ja, beenden", no: "Nein", restart: "Neues Gespräch", save: "Gespräch speichern",
      sound: "Ton", name: "Ihr Name", email: "Ihre E-Mail", away: "Gerade ist niemand da. Hinterlassen Sie eine Nachricht und Ihre E-Mail-Adresse.",
      queue: "Sie sind Nummer {n} in der Warteschlange", waiting: "Gleich ist jemand für Sie da", talking: "Sie sprechen mit {name}",
      held: "{name} ist gleich zurück", ended: "Das Gespräch ist beendet", kept: "Ihre Nachricht ist da, wir antworten", connecting: "Verbinde …", offline: "Sie sind offline. Was Sie schreiben, wird aufgehoben und später gesendet.",
      typing: "{name} schreibt …", edited: "bearbeitet", gone: "Diese Nachricht wurde zurückgenommen", sent: "gesendet", seen: "gelesen", sending: "wird gesendet", failed: "nicht gesendet",
      retry: "Noch einmal", rate: "Wie war es?", star: "{n} von 5", thanks: "Danke!", tooBig: "{name} ist zu groß.", tooLong: "Das sind {n} Zeichen; in eine Nachricht passen höchstens {most}.", tooMany: "Zu viele Dateien.", remove: "{name} entfernen",
      leaveEmail: "Ihre E-Mail, damit wir auch dort antworten können", keep: "Speichern", noted: "Danke, wir haben sie notiert.", today: "Heute", unread: "Neue Nachrichten: {n}",
    },
  };

  const CSS = `
:host{all:initial;--c:#0b6b5d;--ci:#fff;--bg:#fff;--ink:#1d2628;--soft:#5c696b;--line:#d9dfdd;--me:var(--c);--mei:var(--ci);--them:#eef3f1;--bad:#b3261e}
@media(prefers-color-scheme:dark){:host{--bg:#1b2325;--ink:#eef1f0;--soft:#a9b4b4;--line:#3a474a;--them:#2a3537;--bad:#ff8a80}}
*{box-sizing:border-box;font:15px/1.4 system-ui,"Segoe UI",Roboto,sans-serif}[hidden]{display:none!important}
button{cursor:pointer;border:0;background:none;color:inherit}:focus-visible{outline:3px solid #c77700;outline-offset:2px}
.launcher{position:fixed;bottom:20px;right:20px;width:60px;height:60px;border-radius:50%;background:var(--c);color:var(--ci);box-shadow:0 4px 16px rgba(0,0,0,.3);z-index:2147483000;display:grid;place-items:center}
.left .launcher,.left .panel{right:auto;left:20px}.launcher svg{width:28px;height:28px}svg{width:20px;height:20px;display:block;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round;stroke-linejoin:round}
.badge{position:absolute;top:-4px;right:-4px;min-width:22px;height:22px;border-radius:11px;background:#b3261e;color:#fff;font-size:13px;font-weight:700;display:grid;place-items:center;padding:0 6px}
.panel{position:fixed;bottom:92px;right:20px;width:372px;max-width:calc(100vw - 24px);height:min(600px,calc(100vh - 110px));background:var(--bg);color:var(--ink);border-radius:16px;box-shadow:0 10px 40px rgba(0,0,0,.35);z-index:2147483000;display:flex;flex-direction:column;overflow:hidden}
header{background:var(--c);color:var(--ci);padding:12px 14px;display:flex;align-items:center;gap:8px}header div{flex:1;min-width:0}h2{margin:0;font-size:17px;font-weight:700}.status{margin:0;font-size:13px;opacity:.95}
header button{padding:6px;border-radius:6px;font-size:20px;line-height:1;color:var(--ci)}
.banner{margin:0;padding:6px 14px;font-size:13px;background:#fff4de;color:#7a4700}.banner.bad{background:#fdeceb;color:#b3261e}
.log{flex:1;overflow-y:auto;padding:12px 14px;display:flex;flex-direction:column;gap:6px;overscroll-behavior:contain}
.bubble{max-width:85%;overflow:clip;flex:none;padding:8px 12px;border-radius:14px;overflow-wrap:anywhere;white-space:pre-wrap}.bubble p{margin:0}
.me{align-self:flex-end;background:var(--me);color:var(--mei);border-bottom-right-radius:4px}.agent{align-self:flex-start;background:var(--them);border-bottom-left-radius:4px}
.desk{align-self:center;text-align:center;color:var(--soft);font-size:14px;padding:4px 8px}.bubble b{display:block;font-size:13px;font-weight:700}.meta{display:block;font-size:12px;opacity:.85;margin-top:2px}.bubble a{color:inherit}
.bubble img{max-width:100%;height:auto;border-radius:8px;display:block;margin-top:6px}.file{display:block;margin-top:4px}.gone p{font-style:italic;opacity:.75}.failed{background:var(--bg);color:var(--bad);border:1px solid var(--bad)}
.day{align-self:center;color:var(--soft);font-size:12px;margin:6px 0}.typing{min-height:20px;margin:0;padding:0 14px;color:var(--soft);font-size:13px}
form{padding:8px 12px;border-top:1px solid var(--line);margin:0}.row{display:flex;gap:6px;align-items:flex-end}textarea,input{flex:1;min-width:0;width:100%;border:1px solid var(--line);border-radius:10px;padding:9px 11px;background:var(--bg);color:var(--ink);resize:none}textarea{max-height:120px}
.go{background:var(--c);color:var(--ci);border-radius:10px;padding:9px 14px;font-weight:700}.icon{padding:9px 6px;font-size:18px}.details{display:grid;gap:8px}.first{padding-bottom:0}.below{border-top:0}.leave .row{flex-wrap:wrap}.leave textarea{flex:1 0 100%;min-height:84px}.leave .send{flex:1}.details label{display:grid;gap:3px;font-size:13px;color:var(--soft)}
.chips{display:flex;flex-wrap:wrap;gap:6px;padding:0;margin:0 0 6px;list-style:none}.chips li{border:1px solid var(--line);border-radius:8px;padding:2px 8px;font-size:13px;max-width:100%;overflow:hidden;text-overflow:ellipsis}
.foot{display:flex;gap:4px 14px;flex-wrap:wrap;padding:0 14px 10px;font-size:13px}.foot button{color:var(--soft);text-decoration:underline;padding:2px 0;font-size:13px}
.ask{padding:10px 14px;border-top:1px solid var(--line)}.ask p{margin:0 0 6px}.ask .two{display:flex;gap:8px}.ask .two button{border:1px solid var(--line);border-radius:8px;padding:6px 12px}.stars button{font-size:26px;color:#b06d00;padding:0 4px}
.out{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
@media(max-width:480px){.panel{inset:0!important;width:100%;max-width:none;height:100%;border-radius:0}.open .launcher{display:none}}
@media(prefers-reduced-motion:no-preference){.panel{animation:up .16s ease-out}@keyframes up{from{transform:translateY(14px);opacity:0}}}`;

  // ---- small things

  const el = (name, props = {}, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(props)) {
      if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
      else if (key in made && key !== "list") made[key] = value;
      else made.setAttribute(key, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  };
  const fill = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name] ?? "");
  const random = () => [...crypto.getRandomValues(new Uint8Array(12))].map((b) => b.toString(16).padStart(2, "0")).join("");
  const isOwn = (url) => url.startsWith("/") ? BASE + url : url;

  // localStorage may be forbidden or full: then the page remembers by itself.
  const memory = {};
  const store = {
    key: (name) => `deskbell:${CHANNEL}:${name}`,
    get(name) {
      try { return JSON.parse(localStorage.getItem(this.key(name))) ?? memory[name] ?? null; } catch { return memory[name] ?? null; }
    },
    set(name, value) {
      memory[name] = value;
      try { localStorage.setItem(this.key(name), JSON.stringify(value)); } catch { /* kept in memory */ }
    },
  };

  const CLIP = "M20.5 11.5 12 20a5.4 5.4 0 0 1-7.6-7.6l9-9a3.6 3.6 0 0 1 5.1 5.1l-9 9a1.8 1.8 0 0 1-2.6-2.6l8.4-8.4";

  const LOUD = "M11 5 6.5 9H3v6h3.5L11 19zM15 9a4 4 0 0 1 0 6M17.5 6a8 8 0 0 1 0 12", MUTE = "M11 5 6.5 9H3v6h3.5L11 19zM15.5 9.5l5 5M20.5 9.5l-5 5";

  function icon(path) {
    const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
    svg.setAttribute("viewBox", "0 0 24 24");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS("http://www.w3.org/2000/svg", "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  // Words with their web addresses as links; everything else stays text.
  function linked(words) {
    const parts = [];
    let end = 0;
    for (const match of words.matchAll(/https?:\/\/[^\s<>"']{2,500}/g)) {
      const address = match[0].replace(/[.,;:!?)\]}»“”’]+$/, "");
      parts.push(words.slice(end, match.index), el("a", { href: address, target: "_blank", rel: "noopener noreferrer nofollow", textContent: address }));
      end = match.index + address.length;
    }
    return [...parts, words.slice(end)];
  }

  function readable(colour) {
    const [r, g, b] = [1, 3, 5].map((at) => (parseInt(colour.slice(at, at + 2), 16) / 255) ** 2.2);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.35 ? "#111" : "#fff";
  }

  // ---- the wire: a socket, or long polling where there can be none

  class Wire {
    constructor(hear, changed) {
      Object.assign(this, { hear, changed, tries: 0, failedSockets: 0, isOpen: false, typing: "", alive: { ping: 25, patience: 15 }, cursor: store.get("cursor") || { dialog: null, seq: 0, earlier: 0 } });
      addEventListener("online", () => (this.isOpen ? this.drop() : this.again())); // another network: the old way is dead
      addEventListener("offline", () => this.changed(false));
      addEventListener("pageshow", () => this.again());
      document.addEventListener("visibilitychange", () => { if (!document.hidden) this.again(); });
    }

    async start(identify) {
      this.identify = identify ?? this.identify;
      const asked = { channel: CHANNEL, token: store.get("token"), identify: this.identify || null, language: this.language || null };
      const answer = await this.fetch(`${BASE}/chat/session`, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked) });
      if (!answer.ok) throw answer.status;
      const told = await answer.json();
      const faster = !asked.token && !this.identify && store.get("token"); // two tabs opened at once are one visitor
      if (faster) return this.start();
      store.set("token", told.token);
      this.token = told.token;
      this.alive = told.config.alive;
      return told;
    }

    // A request is given up when nothing comes back for longer than the desk would need.
    async fetch(address, request, wait = 0, control = new AbortController()) {
      const timer = setTimeout(() => control.abort(new DOMException("", "TimeoutError")), (wait + this.alive.patience) * 1000);
      try { return await fetch(address, { ...request, signal: control.signal }); } finally { clearTimeout(timer); }
    }

    // Tries at once when there is a reason to hope, unless a try is under way; what seems open has to prove it.
    again() {
      if (this.isOpen) return void this.send({ type: "ping" });
      if (!this.token || this.trying) return;
      clearTimeout(this.timer);
      this.tries = 0;
      this.connect();
    }

    connect() {
      if (this.failedSockets >= 2 && Date.now() - this.failedAt < SOCKET_RETRY_MS) return void this.poll();
      this.trying = true;
      const socket = this.socket = new WebSocket(`${BASE.replace(/^http/, "ws")}/chat/ws?channel=${encodeURIComponent(CHANNEL)}`);
      let greeted = false;
      this.expect();
      socket.onopen = () => socket.send(JSON.stringify({ type: "hello", version: VERSION, token: this.token, language: this.language, ...this.cursor }));
      socket.onmessage = (event) => {
        if (socket !== this.socket) return;
        this.hush();
        if (!greeted) greeted = true, this.opened();
        this.heard(JSON.parse(event.data));
      };
      socket.onclose = (event) => {
        if (socket !== this.socket) return;
        this.closed(event.code);
      };
    }

    // A connection can die without a word (a router forgets it): what is asked has to be answered in time.
    expect() {
      this.silence ||= setTimeout(() => this.drop(), this.alive.patience * 1000);
    }

    hush() {
      clearTimeout(this.silence);
      this.silence = 0;
    }

    drop() {
      const dead = this.socket;
      if (!dead) return void this.polling?.abort();
      this.closed(1006);
      dead.close();
    }

    opened() {
      Object.assign(this, { isOpen: true, trying: false, tries: 0, failedSockets: 0 });
      clearInterval(this.pinging);
      this.pinging = setInterval(() => this.send({ type: "ping" }), this.alive.ping * 1000);
      this.changed(true);
    }

    closed(code) {
      if (!this.isOpen && this.socket && code < 4000) this.failedSockets += 1, this.failedAt = Date.now();
      this.hush();
      Object.assign(this, { isOpen: false, trying: false, socket: null });
      clearInterval(this.pinging);
      this.changed(false);
      if (code === 4403 || code === 4404 || code === 4409) return;
      const wait = Math.min(30000, 500 * 2 ** this.tries++) * (0.7 + Math.random() * 0.6);
      this.timer = setTimeout(() => (code === 4401 ? this.renew() : this.connect()), wait);
    }

    async renew() {
      try { await this.start(); this.connect(); } catch { this.closed(0); }
    }

    heard(frame) {
      if (frame.type === "messages") this.moveTo(frame);
      if (frame.type === "refused" && frame.code === "signed_out") return void this.renew();
      this.hear(frame);
    }

    moveTo(frame) {
      this.cursor = { dialog: frame.dialog, seq: frame.seq, earlier: frame.earlier };
      store.set("cursor", this.cursor);
    }

    // What must not be lost stands in the chat's outbox and is sent again after each connection.
    send(frame) {
      if (this.socket && this.socket.readyState === 1) {
        this.socket.send(JSON.stringify(frame));
        if (frame.type !== "typing" && frame.type !== "ack") this.expect(); // these two are not answered
      } else if (this.polling) this.queue.push(frame), this.polling.abort();
    }

    // Without sockets: one request waits for news, and is given up when there is something to say. When that fails,
    // too, it was not the sockets: the desk is away, and both ways are tried again.
    async poll() {
      Object.assign(this, { trying: true, queue: [], polling: new AbortController() });
      let works = true;
      while (works && Date.now() - this.failedAt < SOCKET_RETRY_MS) {
        const frames = this.queue.splice(0, 20);
        try {
          await this.ask(frames);
          if (!this.isOpen) Object.assign(this, { isOpen: true, trying: false, tries: 0 }), this.changed(true);
        } catch (error) {
          this.queue.unshift(...frames);
          works = error.name === "AbortError";
        }
        this.polling = new AbortController();
      }
      this.polling = null;
      this.failedSockets = 0;
      this.closed(0);
    }

    async ask(frames) {
      const wait = frames.length || this.queue.length || !this.isOpen ? 0 : 20;
      const asked = { channel: CHANNEL, token: this.token, language: this.language, wait, frames, typing: this.typing, ...this.cursor };
      const request = { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(asked) };
      const answer = await this.fetch(`${BASE}/chat/frames`, request, wait, frames.length ? undefined : this.polling);
      if (answer.status === 401) {
        await this.start();
        return void this.queue.unshift(...frames);
      }
      if (!answer.ok) throw new Error(answer.status);
      for (const frame of (await answer.json()).frames) this.heard(frame);
    }
  }

  // ---- the chat

  class Chat {
    constructor() {
      this.data = script.dataset;
      this.outbox = store.get("outbox") || [];
      this.bubbles = new Map();
      this.ours = new Set(); // what of the outbox this page sends; the rest another tab is sending
      this.reached = {};
      this.acked = {};
      this.stand = { state: "none", may_rate: false, available: true };
      this.files = [];
      this.unread = 0;
      this.isShown = false;
      this.afresh = false;
      this.listeners = {};
      this.wire = new Wire((frame) => this.hear(frame), (on) => this.connection(on));
      this.wire.language = this.language = (this.data.language || navigator.language || "en").slice(0, 2) === "de" ? "de" : "en";
      this.wire.identify = this.data.identify;
    }

    t(name, values = {}) {
      return fill(this.config?.texts?.[name] ?? WORDS[this.language][name], values);
    }

    async begin() {
      this.build();
      while (!this.session) {
        try {
          this.session = await this.wire.start();
        } catch (status) {
          if (status === 403 || status === 404) return void console.warn(`Deskbell: the chat “${CHANNEL}” is not available for this page (${status}).`);
          await new Promise((go) => setTimeout(go, 5000 + Math.random() * 5000));
        }
      }
      this.config = this.session.config;
      if (!this.data.language) this.language = this.wire.language = this.config.language === "de" ? "de" : "en";
      this.stand.available = this.session.available;
      if (this.wire.cursor.dialog !== this.session.dialog) this.wire.cursor = { dialog: null, seq: 0, earlier: 0 };
      else this.wire.cursor.seq = 0; // a new page shows the whole conversation
      this.dress();
      this.wire.connect();
      addEventListener("storage", (event) => { if (event.key === store.key("outbox")) this.otherTab(); });
      for (const kept of this.outbox) if (kept.type === "say") this.showOwn(kept);
      if (this.data.open !== undefined || store.get("open")) this.show(false);
      this.isReady = true;
    }

    // -- building

    build() {
      if (this.host) return;
      this.host = el("deskbell-chat");
      this.root = this.host.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(CSS);
      this.root.adoptedStyleSheets = [sheet, (this.theme = new CSSStyleSheet())];
    }

    dress() {
      const colour = /^#[0-9a-f]{6}$/i.test(this.data.colour || "") ? this.data.colour : this.config.colour;
      this.theme.replaceSync(`:host{--c:${colour};--ci:${readable(colour)}}`);
      this.badge = el("span", { className: "badge", hidden: true });
      this.launcher = el("button", { type: "button", className: "launcher", ariaLabel: this.t("open"), ariaExpanded: "false", onclick: () => this.toggle() },
        icon("M21 12a8 8 0 0 1-8 8H4l2.3-3A8 8 0 1 1 21 12zM9 11h8M9 14.5h5"), this.badge);
      this.box = el("div", { className: (this.data.position || this.config.position) === "left" ? "left" : "" }, this.launcher, this.makePanel());
      this.root.replaceChildren(this.box);
      this.root.addEventListener("keydown", (event) => { if (event.key === "Escape" && this.isShown) this.hide(); });
      document.body.append(this.host);
      this.refresh();
    }

    makePanel() {
      this.status = el("p", { className: "status", role: "status" });
      this.soundButton = el("button", { type: "button", className: "sound", ariaLabel: this.t("sound"), title: this.t("sound"), onclick: () => this.toggleSound() });
      this.showSound();
      this.banner = el("p", { className: "banner", role: "status", hidden: true });
      this.log = el("div", { className: "log", role: "log", ariaLive: "polite", ariaLabel: this.config.name, tabIndex: 0 });
      this.log.addEventListener("scroll", () => { this.wasLow = this.isLow(); });
      new ResizeObserver(() => { if (this.wasLow !== false) this.log.scrollTop = this.log.scrollHeight; }).observe(this.log);
      this.typing = el("p", { className: "typing", ariaLive: "polite" });
      this.asks = el("div");
      const close = el("button", { type: "button", className: "close", ariaLabel: this.t("close"), textContent: "×", onclick: () => this.hide() });
      this.panel = el("section", { className: "panel", role: "dialog", ariaLabel: this.config.name, hidden: true },
        el("header", {}, el("div", {}, el("h2", { textContent: this.config.name }), this.status), this.soundButton, close),
        this.banner, this.log, this.typing, this.asks, this.makeComposer(), this.makeFoot());
      this.panel.addEventListener("dragover", (event) => event.preventDefault());
      this.panel.addEventListener("drop", (event) => { event.preventDefault(); this.addFiles(event.dataTransfer.files); });
      this.greet();
      return this.panel;
    }

    greet() {
      this.log.append(el("div", { className: "bubble agent" }, el("p", { textContent: this.data.greeting || this.config.greeting, dir: "auto" })));
    }

    makeComposer() {
      this.words = el("textarea", { name: "text", rows: 1, ariaLabel: this.t("message"), placeholder: this.t("message"), dir: "auto",
        onkeydown: (event) => { if (event.key === "Enter" && !event.shiftKey && !event.isComposing) event.preventDefault(), this.composer.requestSubmit(); },
        oninput: () => this.typed(), onpaste: (event) => this.addFiles(event.clipboardData.files) });
      this.picker = el("input", { type: "file", multiple: true, hidden: true, onchange: () => { this.addFiles(this.picker.files); this.picker.value = ""; } });
      this.chips = el("ul", { className: "chips", hidden: true });
      const attach = el("button", { type: "button", className: "icon attach", ariaLabel: this.t("attach"), onclick: () => this.picker.click() }, icon(CLIP));
      const send = el("button", { className: "go send", textContent: this.t("send") });
      this.composer = el("form", { className: "composer", onsubmit: (event) => { event.preventDefault(); this.submit(); } },
        this.chips, el("div", { className: "row" }, this.words, this.picker, attach, send));
      return this.composer;
    }

    makeFoot() {
      const button = (name, className, onclick) => el("button", { type: "button", className, textContent: this.t(name), onclick });
      this.endButton = button("end", "end", () => this.askEnd());
      this.restartButton = button("restart", "restart", () => this.restart());
      this.saveButton = button("save", "transcript", () => this.save());
      return el("div", { className: "foot" }, this.endButton, this.restartButton, this.saveButton);
    }

    // -- what the desk says

    hear(frame) {
      const way = { messages: this.messages, dialog: this.stands, said: this.said, done: this.done, refused: this.refused, typing: this.types }[frame.type];
      if (way) way.call(this, frame);
    }

    messages(frame) {
      this.dialog = frame.dialog;
      const low = this.isLow();
      for (const message of frame.messages) this.put(message);
      this.reached[frame.dialog] = frame.seq;
      if (low) this.log.scrollTop = this.log.scrollHeight;
      this.acknowledge();
    }

    put(message) {
      const { dialog, seq } = message, place = `${dialog}:${seq}`;
      this.reached[dialog] = Math.max(seq, this.reached[dialog] || 0);
      if (message.client_id) this.forget(message.client_id);
      const mine = message.client_id && this.log.querySelector(`[data-client="${message.client_id}"]`);
      const there = this.bubbles.get(place) || mine;
      const bubble = this.bubble(message);
      const later = dialog < this.dialog && [...this.log.children].find((each) => each.message?.seq && each.message.at > message.at);
      if (there && !there.dataset.seq) this.inTurn(there);
      if (there) this.renew(there, bubble);
      else if (later) later.before(bubble); // an earlier matter that has become part of this one
      else this.newDay(message.at), this.log.append(bubble);
      this.bubbles.set(place, there || bubble);
      const isNew = !there && !message.seen && message.from !== "me" && seq > (store.get(`seen:${dialog}`) || 0);
      if (isNew) this.arrived(message);
    }

    // What was on its way gets its place: behind all the desk has told of, before what is still on its way.
    inTurn(there) {
      const waiting = [...this.log.querySelectorAll(".bubble.me:not([data-seq])")].find((each) => each !== there);
      const place = waiting || null;
      if (there.nextElementSibling !== place) this.log.insertBefore(there, place);
    }

    // The element stays: whoever reads it or has it focused is not thrown out.
    renew(there, bubble) {
      there.className = bubble.className;
      Object.assign(there.dataset, bubble.dataset);
      there.message = bubble.message;
      there.replaceChildren(...bubble.childNodes);
    }

    bubble(message) {
      const bubble = el("div", { className: `bubble ${message.from}${message.gone ? " gone" : ""}` });
      bubble.dataset.seq = message.seq;
      if (message.client_id) bubble.dataset.client = message.client_id;
      if (message.name) bubble.append(el("b", { textContent: message.name, dir: "auto" }));
      bubble.append(el("p", { dir: "auto" }, ...(message.gone ? [this.t("gone")] : linked(message.text))));
      for (const file of message.files) bubble.append(this.file(file));
      if (message.from !== "desk") bubble.append(el("span", { className: "meta", textContent: this.meta(message) }));
      bubble.message = message;
      return bubble;
    }

    file(file) {
      const link = el("a", { className: "file", href: isOwn(file.url), target: "_blank", rel: "noopener" });
      if (file.width) link.append(el("img", { src: isOwn(file.url), alt: file.name, loading: "lazy", width: Math.min(file.width, 260) }));
      else link.append(`${file.name} (${Math.max(1, Math.round(file.size / 1024))} KB)`);
      return link;
    }

    meta(message) {
      const time = new Date(message.at).toLocaleTimeString(this.language, { hour: "2-digit", minute: "2-digit" });
      const parts = [time];
      if (message.edited) parts.push(this.t("edited"));
      if (message.from === "me" && message.seq) parts.push(message.dialog < this.dialog || message.seq <= (this.stand.seen || 0) ? `✓✓ ${this.t("seen")}` : `✓ ${this.t("sent")}`);
      return parts.join(" · ");
    }

    newDay(at) {
      const day = new Date(at).toDateString();
      if (day === this.day) return;
      this.day = day;
      const words = day === new Date().toDateString() ? this.t("today") : new Date(at).toLocaleDateString(this.language, { day: "numeric", month: "long" });
      this.log.append(el("div", { className: "day", textContent: words }));
    }

    arrived(message) {
      if (!this.isRead()) this.setUnread(this.unread + 1);
      if (store.get("sound")) this.beep();
      this.emit("message", { from: message.from, text: message.text });
    }

    stands(frame) {
      const was = this.stand;
      this.stand = frame;
      if (frame.dialog === null && was.dialog) this.forgotten();
      if (frame.dialog === was.dialog && frame.seen !== was.seen) for (const bubble of this.bubbles.values()) this.remark(bubble);
      if (was.state === "live" && frame.state === "ended") this.emit("end", {});
      this.refresh();
    }

    // The customer was forgotten: nothing of them stays in their page either.
    forgotten() {
      this.log.replaceChildren();
      Object.assign(this, { bubbles: new Map(), reached: {}, day: "", outbox: [], dialog: null, details: null });
      this.wire.cursor = { dialog: null, seq: 0, earlier: 0 };
      for (const key of ["cursor", "outbox", "details"]) store.set(key, null);
      this.greet();
    }

    remark(bubble) {
      const meta = bubble.querySelector(".meta");
      if (meta && bubble.message.from === "me") meta.textContent = this.meta(bubble.message);
    }

    refresh() {
      const { state, phase, queue, agent, available } = this.stand;
      const live = state === "live";
      let words = available || live ? this.t("waiting") : this.t("away");
      if (live && phase === "waiting" && queue > 1) words = this.t("queue", { n: queue });
      if (live && phase === "talking" && agent) words = this.t("talking", { name: agent });
      if (live && phase === "held" && agent) words = this.t("held", { name: agent });
      if (state === "ended") words = this.t(this.stand.may_rate ? "ended" : "kept");
      if (state === "none" && available) words = "";
      this.status.textContent = words;
      this.endButton.hidden = !live || this.owes("end");
      this.restartButton.hidden = state !== "ended";
      this.saveButton.hidden = state === "none";
      this.ask();
    }

    // What the page asks of the customer: an end to confirm, a rating, an address, or a name before the first words.
    ask() {
      let kind = this.ending ? "end" : this.stand.may_rate && this.rated !== this.stand.dialog && !this.owes("rate") ? "rate" : this.stand.wants_email && !this.emailed && !this.owes("details") ? "email" : this.wanted().length ? "details" : "";
      const made = { end: this.endForm, rate: this.rateForm, email: this.emailForm, details: this.detailsForm }[kind];
      if (kind === "details") kind = this.wanted().join();
      if (kind === this.asked) return;
      const typed = this.typedDetails();
      this.asked = kind;
      if (typed) store.set("details", { ...store.get("details"), ...typed });
      if (typed && !this.wanted().length && Object.values(typed).some(Boolean)) this.details = typed; // somebody came meanwhile
      this.asks.replaceChildren(...(made ? [made.call(this)] : []));
      this.composer.classList.toggle("below", made === this.detailsForm);
      this.composer.classList.toggle("leave", made === this.detailsForm && !this.stand.available);
      this.grow();
    }

    // What stands above the first words and goes along with them: a name and an address, as far as they are wanted.
    wanted() {
      if (this.stand.state !== "none" || this.details || this.owes("say")) return [];
      const asks = [this.config.ask_name && !this.session.name && "name", (this.config.ask_email || !this.stand.available) && "email"];
      return asks.filter(Boolean);
    }

    typedDetails() {
      const form = this.asks.querySelector("form.first");
      return form && Object.fromEntries(new FormData(form));
    }

    endForm() {
      const close = () => { this.ending = false; this.refresh(); };
      return el("div", { className: "ask" }, el("p", { textContent: this.t("endSure") }), el("div", { className: "two" },
        el("button", { type: "button", className: "yes", textContent: this.t("yes"), onclick: () => { this.end(); close(); } }),
        el("button", { type: "button", textContent: this.t("no"), onclick: close })));
    }

    rateForm() {
      const star = (n) => el("button", { type: "button", "data-score": n, ariaLabel: this.t("star", { n }), textContent: n <= (this.stand.rating || 0) ? "★" : "☆", onclick: () => this.rate(n) });
      return el("div", { className: "ask stars" }, el("p", { textContent: this.t("rate") }), ...[1, 2, 3, 4, 5].map(star));
    }

    rate(score) {
      this.deed({ type: "rate", dialog: this.stand.dialog, score });
    }

    emailForm() {
      return this.makeDetails([["email", "email", this.t("leaveEmail"), true]], this.t("keep"), (details) => {
        this.deed({ type: "details", ...details });
      });
    }

    detailsForm() {
      const fields = this.wanted().map((name) => [name, name === "name" ? "text" : "email", this.t(name), name === "email" && this.config.demand_email]);
      const form = this.makeDetails(fields, "", () => this.words.focus());
      form.classList.add("first");
      return form;
    }

    makeDetails(wanted, label, done) {
      const known = store.get("details") || {};
      const inputs = wanted.map(([name, type, words, required]) => el("label", {}, words, el("input", { name, type, required, value: known[name] || "", autocomplete: name, maxLength: 254 })));
      return el("form", { className: "details", onsubmit: (event) => {
        event.preventDefault();
        const details = Object.fromEntries(new FormData(event.target));
        store.set("details", { ...known, ...details });
        done(details);
      } }, ...inputs, label && el("button", { className: "go", textContent: label }));
    }

    // -- what the customer says

    submit() {
      const text = this.words.value.trim();
      const ready = this.files.filter((file) => file.id);
      this.submits = this.files.some((file) => !file.id); // what is still on its way up is waited for
      if (this.submits || (!text && !ready.length)) return;
      if (text.length > this.config.limits.text) return void this.tell(this.t("tooLong", { n: text.length, most: this.config.limits.text }));
      const form = this.asks.querySelector("form.first");
      if (form) {
        if (!form.reportValidity()) return;
        this.details = this.typedDetails();
        store.set("details", this.details);
      }
      const say = { type: "say", client_id: random(), text, files: ready.map((file) => file.id), at: new Date().toISOString() };
      if (this.details) say.details = this.details;
      if (this.afresh) say.afresh = true;
      this.afresh = false;
      this.keep(say);
      this.words.value = "";
      this.typedAt = 0; // words end typing: what is typed next is told at once
      this.grow();
      this.files = [];
      this.showFiles();
      this.showOwn(say);
      this.pump();
      this.refresh();
    }

    keep(frame) {
      this.outbox = [...(store.get("outbox") || []).filter((kept) => kept.client_id !== frame.client_id), frame];
      store.set("outbox", this.outbox);
      this.ours.add(frame.client_id);
    }

    // What this page has to send goes one after the other, in its order: nothing overtakes what is refused for now.
    pump() {
      const first = this.outbox.find((kept) => this.ours.has(kept.client_id));
      if (!first || first.client_id === this.flying) return;
      this.flying = first.client_id;
      this.wire.send(first);
    }

    fly() {
      this.flying = "";
      this.pump();
    }

    owes(type) { return this.outbox.some((kept) => kept.type === type); }

    // What is asked of the desk besides words: kept like them until it is done, and only then is anybody thanked.
    deed(frame) {
      for (const kept of this.outbox) if (kept.type === frame.type) this.forget(kept.client_id); // the last one counts
      const kept = { ...frame, client_id: random() };
      this.keep(kept);
      this.pump();
      this.refresh();
    }

    done(frame) {
      const deed = this.outbox.find((kept) => kept.client_id === frame.client_id);
      if (!deed) return;
      this.forget(frame.client_id);
      if (deed.type === "rate") this.rated = deed.dialog, this.note(this.t("thanks"));
      if (deed.type === "details") this.emailed = true, this.note(this.t("noted"));
      this.refresh();
    }

    forget(clientId) {
      if (!this.outbox.some((kept) => kept.client_id === clientId)) return;
      this.outbox = (store.get("outbox") || this.outbox).filter((kept) => kept.client_id !== clientId);
      store.set("outbox", this.outbox);
      this.pump();
    }

    showOwn(say) {
      if (this.log.querySelector(`[data-client="${say.client_id}"]`)) return;
      this.newDay(say.at);
      const bubble = el("div", { className: "bubble me" }, el("p", { dir: "auto" }, ...linked(say.text)), el("span", { className: "meta", textContent: `◷ ${this.t("sending")}` }));
      bubble.dataset.client = say.client_id;
      bubble.message = { from: "me", at: say.at, seq: 0 };
      this.log.append(bubble);
      this.log.scrollTop = this.log.scrollHeight;
    }

    said(frame) {
      this.forget(frame.client_id);
      const bubble = this.log.querySelector(`[data-client="${frame.client_id}"]`);
      if (!bubble || bubble.dataset.seq) return;
      bubble.querySelector(".meta").textContent = `✓ ${this.t("sent")}`;
    }

    refused(frame) {
      const id = frame.client_id || (frame.code === "unreadable" ? this.flying : "");
      const say = this.outbox.find((kept) => kept.client_id === id);
      if (frame.retry_after) return void setTimeout(() => (say ? this.fly() : this.acknowledgeAnew()), frame.retry_after * 1000);
      if (!say) return void this.tell(frame.text);
      this.forget(id);
      if (say.type !== "say") return this.tell(frame.text), this.refresh();
      const bubble = this.log.querySelector(`[data-client="${id}"]`);
      if (!bubble) return;
      bubble.classList.add("failed");
      bubble.querySelector(".meta").replaceChildren(`${this.t("failed")}: ${frame.text} `, el("button", { type: "button", textContent: this.t("retry"), onclick: () => {
        bubble.remove();
        const again = { ...say, client_id: random() };
        this.keep(again);
        this.showOwn(again);
        this.pump();
      } }));
    }

    typed() {
      this.grow();
      const now = Date.now();
      if (this.stand.state !== "live" || now - (this.typedAt || 0) < 2000) return;
      this.typedAt = now;
      this.wire.send({ type: "typing", on: true });
    }

    grow() {
      if (this.panel.hidden) return;
      this.words.style.height = "auto";
      this.words.style.height = `${this.words.scrollHeight + 2}px`;
    }

    types(frame) {
      clearTimeout(this.typingTimer);
      this.wire.typing = frame.on ? frame.name : "";
      this.typing.textContent = frame.on ? this.t("typing", { name: frame.name }) : "";
      if (frame.on) this.typingTimer = setTimeout(() => this.types({ on: false }), TYPING_MS);
    }

    async addFiles(list) {
      for (const file of [...list]) {
        if (this.files.length >= this.config.limits.files) return void this.tell(this.t("tooMany"));
        if (file.size > this.config.limits.file) { this.tell(this.t("tooBig", { name: file.name })); continue; }
        const entry = { name: file.name, left: "…" };
        this.files.push(entry);
        this.showFiles();
        this.uploading = (this.uploading || Promise.resolve()).then(() => this.upload(file, entry)); // arriving in turn keeps their order
      }
    }

    // XMLHttpRequest tells how far an upload has come; fetch does not.
    upload(file, entry) {
      if (!this.files.includes(entry)) return null;
      const request = new XMLHttpRequest();
      request.open("POST", `${BASE}/chat/files?channel=${encodeURIComponent(CHANNEL)}&name=${encodeURIComponent(file.name)}`);
      request.setRequestHeader("Authorization", `Bearer ${this.wire.token}`);
      request.upload.onprogress = (event) => { entry.left = `${Math.round(event.loaded / event.total * 100)} %`; this.showFiles(); };
      const ended = new Promise((go) => request.addEventListener("loadend", go));
      request.onloadend = () => {
        let told = {};
        try { told = JSON.parse(request.responseText); } catch { /* no answer */ }
        if (request.status === 200) entry.id = told.id, entry.left = "";
        else this.files = this.files.filter((each) => each !== entry), this.tell(told.error?.text || this.t("failed"));
        this.showFiles();
        if (this.submits) this.submit();
      };
      request.send(file);
      return ended;
    }

    showFiles() {
      this.chips.hidden = !this.files.length;
      this.chips.replaceChildren(...this.files.map((file) => el("li", {}, `${file.name} ${file.left} `,
        el("button", { type: "button", ariaLabel: this.t("remove", { name: file.name }), textContent: "×", onclick: () => { this.files = this.files.filter((each) => each !== file); this.showFiles(); } }))));
    }

    askEnd() { this.ending = true; this.refresh(); }

    restart() {
      this.afresh = true;
      this.emailed = false;
      this.stand = { ...this.stand, state: "none", may_rate: false, wants_email: false };
      this.log.append(el("div", { className: "day", textContent: "—" }));
      this.refresh();
      this.words.focus();
    }

    async save() {
      const answer = await fetch(`${BASE}/chat/transcript?channel=${encodeURIComponent(CHANNEL)}&dialog=${this.dialog}&zone=${Intl.DateTimeFormat().resolvedOptions().timeZone}`, { headers: { Authorization: `Bearer ${this.wire.token}` } });
      if (!answer.ok) return;
      const link = el("a", { href: URL.createObjectURL(await answer.blob()), download: `chat-${this.dialog}.txt` });
      link.click();
      setTimeout(() => URL.revokeObjectURL(link.href), 1000);
    }

    // -- being there

    connection(on) {
      clearTimeout(this.bannerTimer);
      if (on) {
        this.banner.hidden = true;
        this.outbox = store.get("outbox") || this.outbox;
        for (const kept of this.outbox) this.ours.add(kept.client_id);
        this.fly();
        return this.acknowledgeAnew();
      }
      this.bannerTimer = setTimeout(() => { this.banner.textContent = this.t(navigator.onLine ? "connecting" : "offline"); this.banner.hidden = false; }, navigator.onLine ? 1500 : 0);
    }

    otherTab() {
      this.outbox = store.get("outbox") || [];
      this.pump();
      this.refresh();
    }

    tell(words) {
      this.banner.textContent = words;
      this.banner.hidden = false;
      clearTimeout(this.bannerTimer);
      this.bannerTimer = setTimeout(() => (this.wire.isOpen ? this.banner.hidden = true : this.connection(false)), 6000);
    }

    note(words) {
      this.log.append(el("div", { className: "bubble desk", textContent: words }));
      this.log.scrollTop = this.log.scrollHeight;
    }

    isLow() { return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < 80; }
    isRead() { return this.isShown && !document.hidden; }

    // Each dialog that has a message here: an answer to an older matter is acknowledged there.
    acknowledge() {
      const isRead = this.isRead();
      for (const [dialog, seq] of Object.entries(this.reached)) {
        if (isRead) store.set(`seen:${dialog}`, seq);
        const seen = isRead ? seq : store.get(`seen:${dialog}`) || 0;
        if (this.acked[dialog] === `${seq}:${seen}`) continue;
        this.acked[dialog] = `${seq}:${seen}`;
        this.wire.send({ type: "ack", dialog: Number(dialog), delivered: seq, seen });
      }
      if (isRead) this.setUnread(0);
    }

    acknowledgeAnew() {
      this.acked = {};
      this.acknowledge();
    }

    setUnread(count) {
      if (this.unread === count) return;
      this.unread = count;
      this.badge.hidden = !count;
      this.badge.textContent = count > 99 ? "99+" : count;
      this.launcher.ariaLabel = count ? this.t("unread", { n: count }) : this.t(this.isShown ? "close" : "open");
      this.emit("unread", { count });
    }

    toggle() { if (this.isShown) this.hide(); else this.show(); }

    show(focus = true) {
      this.isShown = true;
      this.box.classList.add("open");
      this.panel.hidden = false;
      this.launcher.ariaExpanded = "true";
      this.launcher.ariaLabel = this.t("close");
      store.set("open", true);
      this.log.scrollTop = this.log.scrollHeight;
      this.grow();
      if (focus) (this.asks.querySelector("input") || this.words).focus();
      this.acknowledge();
      this.emit("open", {});
    }

    hide() {
      this.isShown = false;
      this.box.classList.remove("open");
      this.panel.hidden = true;
      this.launcher.ariaExpanded = "false";
      this.launcher.ariaLabel = this.t("open");
      store.set("open", false);
      this.launcher.focus();
      this.emit("close", {});
    }

    toggleSound() {
      store.set("sound", !store.get("sound"));
      this.showSound();
      if (store.get("sound")) this.beep();
    }

    showSound() {
      const on = !!store.get("sound");
      this.soundButton.ariaPressed = String(on);
      this.soundButton.replaceChildren(icon(on ? LOUD : MUTE));
    }

    beep() {
      try {
        const audio = this.audio ||= new AudioContext(), tone = audio.createOscillator(), volume = audio.createGain();
        tone.frequency.value = 880;
        volume.gain.setValueAtTime(0.08, audio.currentTime);
        volume.gain.exponentialRampToValueAtTime(0.001, audio.currentTime + 0.25);
        tone.connect(volume).connect(audio.destination);
        tone.start();
        tone.stop(audio.currentTime + 0.25);
      } catch { /* no sound here */ }
    }

    async identify(signed) {
      this.session = await this.wire.start(signed);
      this.wire.cursor = { dialog: null, seq: 0, earlier: 0 };
      this.refresh();
      if (this.wire.socket) this.wire.socket.close();
    }

    on(event, listener) { (this.listeners[event] ||= []).push(listener); }
    emit(event, detail) { for (const listener of this.listeners[event] || []) listener(detail); }
    end() { if (this.stand.state === "live") this.deed({ type: "end", dialog: this.stand.dialog }); }
  }

  // ---- the host page's way in: window.Deskbell = window.Deskbell || []; Deskbell.push(["open"])

  const chat = new Chat();
  const early = Array.isArray(window.Deskbell) ? window.Deskbell : [];
  // What comes before the chat is there waits for it.
  const call = ([name, ...rest]) => !chat.isReady && name !== "on" ? void early.push([name, ...rest]) : ({ open: () => chat.show(), close: () => chat.hide(), identify: (signed) => chat.identify(signed), on: (event, listener) => chat.on(event, listener), end: () => chat.end() })[name]?.(...rest);
  window.Deskbell = { push: call };
  for (const name of ["open", "close", "identify", "on", "end"]) window.Deskbell[name] = (...rest) => call([name, ...rest]);
  early.splice(0).forEach(call);
  const ready = () => chat.begin().then(() => chat.isReady && early.splice(0).forEach(call));
  if (document.readyState === "loading") addEventListener("DOMContentLoaded", ready);
  else ready();
})();
