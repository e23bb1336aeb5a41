// What the page says, in the language that was chosen.

const all = JSON.parse(document.getElementById("words").textContent);
const listeners = [];

export const language = () => document.documentElement.lang;

export function say(key, values = {}) {
  return all[language()][key].replace(/\{(\w+)\}/g, (_, name) => values[name]);
}

export const isNegligible = (probability) => probability < 0.0005;

export function percent(probability) {
  const number = (value, digits) =>
    `${new Intl.NumberFormat(language(), { maximumFractionDigits: digits }).format(100 * value)}\u00a0%`;
  if (probability > 0.9995) return `> ${number(0.999, 1)}`;
  if (isNegligible(probability)) return `< ${number(0.001, 1)}`;
  return number(probability, probability < 0.1 || probability > 0.9 ? 1 : 0);
}

// Calls back now, and whenever another language is chosen.
export function speaking(listener) {
  listeners.push(listener);
  listener();
}

function choose(chosen) {
  document.documentElement.lang = chosen;
  for (const element of document.querySelectorAll("[data-say]")) {
    element.textContent = say(element.dataset.say);
  }
  for (const element of document.querySelectorAll("[data-label]")) {
    element.setAttribute(element.tagName === "IMG" ? "alt" : "aria-label", say(element.dataset.label));
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === chosen));
  }
  listeners.forEach((listener) => listener());
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => {
    localStorage.setItem("language", button.dataset.language);
    choose(button.dataset.language);
  });
}
const before = localStorage.getItem("language");
if (before in all && before !== language()) choose(before);
