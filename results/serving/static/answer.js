// Shows what was read: one digit in full, and all digits of a picture, in a list and over it.

import { isNegligible, percent, say } from "./words.js";

const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);

export function showDigit(digit) {
  const label = byId("label");
  label.textContent = digit ? digit.label : "?";
  label.classList.toggle("none", !digit);
  label.classList.toggle("unsure", Boolean(digit) && !digit.sure);
  byId("confidence").textContent = digit ? percent(digit.confidence) : "";
  byId("runner-up").textContent = digit && !isNegligible(digit.runner_up_confidence)
    ? say("runner_up", { label: digit.runner_up, confidence: percent(digit.runner_up_confidence) })
    : "";
  const seen = byId("seen-image");
  seen.hidden = !digit;
  if (digit) seen.src = `data:image/png;base64,${digit.seen}`;
  [...byId("bars").children].forEach((row, place) => {
    const probability = digit ? digit.probabilities[place] : 0;
    row.classList.toggle("first", Boolean(digit) && place === digit.label);
    row.querySelector("i").style.width = `${100 * probability}%`;
    row.querySelector(".percent").textContent = digit ? percent(probability) : "";
  });
}

export function said(digits) {
  if (digits.length === 0) return say("no_digit");
  if (digits.length > 1) {
    return say("found_answer", { count: digits.length, labels: digits.map((each) => each.label).join(" ") });
  }
  const [{ label, confidence, runner_up, runner_up_confidence }] = digits;
  if (isNegligible(runner_up_confidence)) return say("answer", { label, confidence: percent(confidence) });
  return say("read", { label, confidence: percent(confidence), other: runner_up, less: percent(runner_up_confidence) });
}

// The list and the drawing of a picture's digits; choose(number) is called when one is chosen.
export class Found {
  constructor(choose) {
    this.choose = choose;
    byId("digits").addEventListener("keydown", (event) => this.key(event));
  }

  show(answer) {
    this.digits = answer.digits;
    byId("found").hidden = this.digits.length < 2;
    byId("digits").replaceChildren(...this.digits.map((digit, number) => this.option(digit, number)));
    const overlay = byId("overlay");
    overlay.setAttribute("viewBox", `0 0 ${answer.width} ${answer.height}`);
    overlay.replaceChildren(...this.digits.map((digit, number) => this.outline(digit, number)));
  }

  say() {
    byId("count").textContent = say("found", { count: this.digits.length });
    byId("found-note").textContent = say("found_note");
    this.options.forEach((option, number) => {
      const digit = this.digits[number];
      option.setAttribute("aria-label", say("answer", { label: digit.label, confidence: percent(digit.confidence) }));
      option.querySelector("small").textContent = percent(digit.confidence);
    });
  }

  get options() {
    return [...byId("digits").children];
  }

  option(digit, number) {
    const option = document.createElement("div");
    option.setAttribute("role", "option");
    option.classList.toggle("unsure", !digit.sure);
    option.append(String(digit.label), document.createElement("small"));
    option.addEventListener("click", () => this.choose(number));
    return option;
  }

  outline(digit, number) {
    const group = document.createElementNS(SVG, "g");
    group.classList.toggle("unsure", !digit.sure);
    const polygon = document.createElementNS(SVG, "polygon");
    polygon.setAttribute("points", digit.corners.map((corner) => corner.join()).join(" "));
    const text = document.createElementNS(SVG, "text");
    const [[left, top], [right, high], , [, bottom]] = digit.corners;
    const size = Math.max(0.3 * Math.max(bottom - top, right - left), 1);
    text.setAttribute("x", right - 0.15 * size);
    text.setAttribute("y", high + 0.95 * size);
    text.setAttribute("font-size", size);
    text.textContent = digit.label;
    group.append(polygon, text);
    group.addEventListener("click", () => this.choose(number));
    return group;
  }

  mark(chosen) {
    this.options.forEach((option, number) => {
      option.setAttribute("aria-selected", String(number === chosen));
      option.tabIndex = number === chosen ? 0 : -1;
    });
    [...byId("overlay").children].forEach((group, number) => group.classList.toggle("chosen", number === chosen));
  }

  key(event) {
    const last = this.digits.length - 1, at = this.options.indexOf(event.target);
    const to = {
      ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: last,
      Enter: at, " ": at,
    }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    const number = Math.min(last, Math.max(0, to));
    this.options[number].focus();
    this.choose(number);
  }
}
