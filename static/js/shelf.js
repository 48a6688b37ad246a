/** What is found in the library: its size and columns as this browser left them, its order, the
 * next page, and the place that one comes back to. */

const YEAR = 365 * 24 * 3600;
const area = document.getElementById("found-area");
const tiles = () => document.getElementById("tiles");

function remember(name, value) {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; path=/; max-age=${YEAR}; SameSite=Lax${secure}`;
}

function fill(slider) {
  slider.style.setProperty("--at", `${((slider.value - 1) / 4) * 100}%`);
}

function wake() {
  for (const button of area.querySelectorAll("[data-sort] [data-without-script]")) button.remove();
  for (const label of area.querySelectorAll("[data-with-script]")) label.hidden = false;
  for (const slider of area.querySelectorAll("[data-sizer]")) fill(slider);
}

area?.addEventListener("input", ({ target }) => {
  if (!target.matches("[data-sizer]")) return;
  fill(target);
  tiles()?.setAttribute("data-step", target.value);
  remember("tiles", target.value);
});
area?.addEventListener("change", ({ target }) => {
  if (target.form?.hasAttribute("data-sort")) target.form.requestSubmit();
});

/* --- filters that are counted anew do not take away the one that was pressed: it still asks --------- */
let asking = null;
document.addEventListener("htmx:beforeRequest", ({ detail }) => {
  if (detail.target.id === "found") asking = detail.xhr;
});
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  if (detail.target.id !== "facets" || !asking) return;
  const done = [XMLHttpRequest.UNSENT, XMLHttpRequest.DONE].includes(asking.readyState);
  if (!done) detail.shouldSwap = false; // its answer has them counted once more
});

/* --- the next page: focus goes on with it ----------------------------------------------------------- */
let goOn = null;
document.addEventListener("htmx:beforeSwap", ({ detail }) => {
  const more = detail.target.closest?.(".more");
  if (more) goOn = more.contains(document.activeElement) ? more.previousElementSibling : null;
});
document.addEventListener("htmx:afterSettle", ({ detail }) => {
  if (goOn) {
    let next = goOn.nextElementSibling;
    while (next && !next.matches(".tile")) next = next.nextElementSibling;
    next?.querySelector("a")?.focus();
    goOn = null;
  }
  if (detail.elt.id === "found") wake();
});

/* --- coming back: as many as there were, at the same place ------------------------------------------ */
const KEY = "library-place";
addEventListener("pagehide", () => {
  if (!tiles()) return;
  const focused = document.activeElement.closest?.("[data-asset]")?.dataset.asset ?? "";
  const place = { at: location.href, top: scrollY, count: tiles().querySelectorAll(".tile").length, focused };
  sessionStorage.setItem(KEY, JSON.stringify(place));
});

async function comeBack() {
  const place = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
  const [way] = performance.getEntriesByType("navigation");
  if (!place || place.at !== location.href || way?.type !== "back_forward") return;
  for (let pages = 0; pages < 20 && tiles() && tiles().querySelectorAll(".tile").length < place.count; pages++) {
    const more = tiles().querySelector(".more > a");
    if (!more) break;
    await window.htmx.ajax("GET", more.href, { source: more, target: more.parentElement, swap: "outerHTML", select: "#tiles > :not(.list-head)" });
  }
  scrollTo({ top: place.top, behavior: "instant" });
  tiles()?.querySelector(`[data-asset="${CSS.escape(place.focused)}"] a`)?.focus({ preventScroll: true });
}

if (area) {
  const wide = matchMedia("(width >= 900px)");
  const sheet = document.getElementById("facet-sheet");
  const unfold = () => (sheet.open = wide.matches);
  wide.addEventListener("change", unfold);
  unfold();
  wake();
  comeBack();
}
