// Brings pad, pictures and answers together.

import { Found, said, showDigit } from "./answer.js";
import { Pad } from "./pad.js";
import { Reader, Refused, sendable } from "./reader.js";
import { say, speaking } from "./words.js";

const PAUSE = 150; // milliseconds without a stroke, after which what is written is read
const byId = (id) => document.getElementById(id);
const state = { answer: null, error: null, asking: false, busy: false, chosen: 0, address: null };

const reader = new Reader(
  (answer) => settle({ answer, error: null, asking: false, busy: false, chosen: 0 }),
  (error) => settle({ answer: null, error, asking: false, busy: false }),
  () => settle({ busy: true }),
);
const found = new Found((number) => settle({ chosen: number }));
let pause = null; // the timer, while it runs
const pad = new Pad(byId("pad"), written, (down) => {
  byId("pen").textContent = say(down ? "pen_down" : "pen_up");
});

function settle(changes) {
  Object.assign(state, changes);
  if ("answer" in changes) found.show(state.answer ?? { digits: [], width: 1, height: 1 });
  show();
}

function show() {
  const digits = state.answer?.digits ?? [];
  showDigit(digits[state.chosen]);
  found.say();
  found.mark(state.chosen);
  byId("reading").setAttribute("aria-busy", String(state.asking || pause !== null));
  byId("answer").textContent = message();
  byId("answer").classList.toggle("wrong", Boolean(state.error));
  byId("answer").classList.toggle("spoken", !state.error && digits.length === 1); // it is seen below
  byId("desk").classList.toggle("picture", state.address !== null);
  byId("hint").hidden = !pad.empty || state.address !== null;
  byId("undo").disabled = pad.empty || state.address !== null;
  byId("clear").disabled = pad.empty && state.address === null;
}

function message() {
  if (state.error) return complaint(state.error);
  if (state.busy) return say("error_busy");
  if (state.answer) return said(state.answer.digits);
  return say(state.asking || pause !== null ? "reading" : "nothing");
}

function complaint(error) {
  if (!(error instanceof Refused)) return say("error_connection");
  if (error.status === 413) return say("error_413", { limit: document.body.dataset.mostBytes / 1e6 });
  if (error.status === 422) return say("error_422");
  return say("error_other", { reason: error.message });
}

function written() {
  if (state.address) showPad();
  stopWaiting();
  if (pad.empty) {
    reader.forget();
    settle({ answer: null, error: null, asking: false, busy: false });
    return;
  }
  pause = setTimeout(() => {
    pause = null;
    settle({ asking: true, error: null });
    reader.ask(() => pad.picture(), true);
  }, PAUSE);
  show();
}

function stopWaiting() {
  clearTimeout(pause);
  pause = null;
}

function showPad() {
  URL.revokeObjectURL(state.address);
  state.address = null;
  byId("picture").hidden = true;
  byId("pad").hidden = false;
}

async function take(file) {
  if (!file) return;
  stopWaiting();
  reader.forget();
  if (state.address) URL.revokeObjectURL(state.address);
  byId("overlay").classList.remove("alone");
  byId("shown").hidden = false;
  byId("pad").hidden = true;
  byId("picture").hidden = false;
  settle({ answer: null, error: null, asking: true, busy: false, address: URL.createObjectURL(file) });
  byId("shown").src = state.address;
  const picture = await sendable(file);
  if (picture.size > Number(document.body.dataset.mostBytes)) {
    settle({ error: new Refused(413, ""), asking: false });
    return;
  }
  reader.ask(() => picture, false);
}

byId("shown").addEventListener("error", () => {
  // Not every browser can show what the server can read.
  byId("shown").hidden = true;
  byId("overlay").classList.add("alone");
});
byId("undo").addEventListener("click", () => pad.undo());
byId("clear").addEventListener("click", () => {
  if (state.address) showPad();
  pad.clear();
  byId("pad").focus({ preventScroll: true });
});
for (const [button, input] of [["choose", "file"], ["photograph", "camera"]]) {
  byId(button).addEventListener("click", () => byId(input).click());
  byId(input).addEventListener("change", () => {
    take(byId(input).files[0]);
    byId(input).value = "";
  });
}

const picturesIn = (data) => [...(data?.files ?? [])];
let inside = 0;
function dropping(change) {
  inside = Math.max(0, inside + change);
  byId("drop").hidden = inside === 0;
}
addEventListener("dragenter", () => dropping(1));
addEventListener("dragleave", () => dropping(-1));
addEventListener("dragover", (event) => event.preventDefault());
addEventListener("drop", (event) => {
  event.preventDefault();
  dropping(-inside);
  take(picturesIn(event.dataTransfer)[0]);
});
addEventListener("paste", (event) => take(picturesIn(event.clipboardData)[0]));
addEventListener("keydown", (event) => {
  if ((event.ctrlKey || event.metaKey) && event.key === "z" && !byId("undo").disabled) pad.undo();
});

function link(address, text) {
  const element = document.createElement("a");
  element.href = address;
  element.textContent = text;
  return element;
}

speaking(() => {
  byId("private").textContent = say("private", { host: location.host });
  byId("curl").textContent = `curl --data-binary @digits.jpg -H 'Content-Type: image/jpeg' ${location.origin}/predict`;
  const links = { openapi: link("/openapi.json", "OpenAPI"), docs: link("/docs", "/docs") };
  const parts = say("programs_note", { openapi: "\0openapi\0", docs: "\0docs\0" }).split("\0");
  byId("programs-note").replaceChildren(...parts.map((part) => links[part] ?? part));
  settle({ answer: state.answer });
});
