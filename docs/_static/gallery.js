/* The filter of the gallery. Without it the page shows every card, under the headings of the subjects. */
const cards = [...document.querySelectorAll(".metric-card")];

function classesOf(kind) {
  const named = cards.flatMap((card) => [...card.classList]).filter((name) => name.startsWith(`${kind}-`));
  return [...new Set(named)].map((name) => name.slice(kind.length + 1)).sort();
}

function labelled(text, field) {
  const label = document.createElement("label");
  label.append(text, field);
  return label;
}

function choice(kind) {
  const select = document.createElement("select");
  select.append(new Option("all", ""), ...classesOf(kind).map((name) => new Option(name, name)));
  select.dataset.kind = kind;
  return select;
}

function shown(card, words, choices) {
  const text = card.textContent.replaceAll("\u200b", "").toLowerCase();
  const chosen = choices.every((select) => !select.value || card.classList.contains(`${select.dataset.kind}-${select.value}`));
  return chosen && words.every((word) => text.includes(word));
}

function apply(search, choices, told) {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const card of cards) card.hidden = !shown(card, words, choices);
  for (const section of document.querySelectorAll("section section")) {
    section.hidden = !section.querySelector(".metric-card:not([hidden])");
  }
  told.textContent = `${cards.filter((card) => !card.hidden).length} of ${cards.length}`;
}

function build() {
  const search = Object.assign(document.createElement("input"), { type: "search", placeholder: "ssim, torch.compile, ..." });
  const choices = ["subject", "kind"].map(choice);
  const told = document.createElement("output");
  const form = document.createElement("form");
  form.className = "gallery-filter";
  form.append(labelled("search", search), ...choices.map((select) => labelled(select.dataset.kind, select)), told);
  form.addEventListener("input", () => apply(search, choices, told));
  form.addEventListener("submit", (event) => event.preventDefault());
  document.querySelector("section section").before(form);
  apply(search, choices, told);
}

if (cards.length) build();
