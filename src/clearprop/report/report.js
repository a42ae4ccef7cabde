// What the page does by itself: language, theme, copying, and unfolding for paper.
(() => {
  "use strict";
  const root = document.documentElement;
  const texts = JSON.parse(document.getElementById("texts").textContent);
  const toLanguage = document.querySelectorAll(".switches button[lang]");

  const setLanguage = (language) => {
    root.lang = language;
    document.title = texts.title[language];
    for (const button of toLanguage) button.setAttribute("aria-pressed", String(button.lang === language));
    for (const picture of document.querySelectorAll("svg[role=img]")) {
      picture.setAttribute("aria-label", picture.getAttribute(`data-label-${language}`));
    }
    document.dispatchEvent(new CustomEvent("clearprop-language", { detail: language }));
  };
  for (const button of toLanguage) button.addEventListener("click", () => setLanguage(button.lang));

  const prefersDark = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : prefersDark.matches);
  const tellTheme = () => root.toggleAttribute("data-dark", isDark());
  document.getElementById("theme").addEventListener("click", () => {
    root.dataset.theme = isDark() ? "light" : "dark";
    tellTheme();
  });
  prefersDark.addEventListener("change", tellTheme);
  tellTheme();

  for (const code of document.querySelectorAll(".code")) {
    const button = document.createElement("button");
    button.type = "button";
    button.append(document.getElementById("copy").content.cloneNode(true));
    const label = button.innerHTML;
    button.addEventListener("click", async () => {
      await copied(code.querySelector("code"));
      button.textContent = texts.copied[root.lang];
      setTimeout(() => { button.innerHTML = label; }, 1500);
    });
    code.append(button);
  }

  async function copied(element) {
    try {
      await navigator.clipboard.writeText(element.textContent);
    } catch {
      getSelection().selectAllChildren(element); // a page from disk may not write to the clipboard: it is selected then
    }
  }

  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details:not([open], .numbers, .screen)")];
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
  });
})();
