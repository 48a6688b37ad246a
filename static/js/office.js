// The overview is read anew while somebody looks at it, and not while they are about to press or
// choose something in it.
const here = document.querySelector("[data-reload]");
const told = document.getElementById("reloaded");

const busy = () =>
  document.hidden ||
  here.contains(document.activeElement) ||
  (getSelection()?.type === "Range" && here.contains(getSelection().anchorNode));

async function reload() {
  if (busy()) return;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = page.getElementById(here.id);
    if (!answer.ok || !fresh) throw new Error(`${answer.status}`);
    if (busy()) return;
    here.replaceChildren(...fresh.childNodes);
    told.textContent = page.getElementById("reloaded").textContent;
  } catch {
    told.textContent = `Could not be read again at ${new Date().toLocaleTimeString()}; trying on.`;
  }
}

if (here) setInterval(reload, Number(here.dataset.reload) * 1000);
