/** Decisions on their way to the server: kept in the browser until each has arrived. */

import { send } from "./bulk.js";

const WAIT = [1000, 3000, 10_000, 30_000];

/** `who` decides, in which account: nobody else sends what one has left behind. `tell(n, error)` hears
 * how many are not saved yet, and why when that has a reason to say. */
export function verdicts(who, address, tell) {
  const KEY = `verdicts:${who}`;
  let waiting = {};
  let tries = 0;
  let timer = 0;
  let busy = false;
  try {
    waiting = JSON.parse(localStorage.getItem(KEY)) ?? {};
  } catch {
    // What cannot be read was never ours.
  }

  function keep() {
    try {
      if (Object.keys(waiting).length) localStorage.setItem(KEY, JSON.stringify(waiting));
      else localStorage.removeItem(KEY);
    } catch {
      // No room, or none allowed: then they are kept as long as the page is open.
    }
  }

  async function flush() {
    clearTimeout(timer);
    if (busy) return;
    busy = true;
    for (let id; (id = Object.keys(waiting)[0]); ) {
      const said = waiting[id];
      try {
        await send(address(id), said);
        // A newer decision on the same file goes next; what was sent is done.
        if (waiting[id] === said) delete waiting[id];
        tries = 0;
      } catch (error) {
        if (error.message && !(error instanceof TypeError) && !error.link && tries >= WAIT.length) {
          delete waiting[id]; // the server says no, again and again: the person must know
          tell(Object.keys(waiting).length, error, id);
        } else {
          tell(Object.keys(waiting).length, error.link ? error : null);
          timer = setTimeout(flush, WAIT[Math.min(tries++, WAIT.length - 1)]);
          busy = false;
          return keep();
        }
      }
      keep();
      tell(Object.keys(waiting).length);
    }
    busy = false;
  }

  addEventListener("online", flush);
  addEventListener("beforeunload", (event) => Object.keys(waiting).length && event.preventDefault());
  if (Object.keys(waiting).length) flush();
  return {
    save(id, said) {
      waiting[id] = { ...waiting[id], ...said };
      keep();
      flush();
    },
    /** What is decided and not saved yet goes before what the server knows. */
    over: (item) => {
      const { favorite, rating, flag } = waiting[item.id] ?? {};
      if (favorite !== undefined) item.favorite = favorite === "1";
      if (rating !== undefined) item.rating = Number(rating);
      if (flag !== undefined) item.flag = flag;
      return item;
    },
    get left() {
      return Object.keys(waiting).length;
    },
  };
}
