/** The tray of uploads: each file with its progress, two at a time, and what went wrong. */

import { proof } from "./page.js";
import { say } from "./toast.js";
import { upload } from "./upload.js";

const AT_ONCE = 2;
const MOST = 500;
const STAYS = 8; // seconds, when there is nothing to be read
const ZIP = /\.zip$/i;
const JUNK = /^(\..*|Thumbs\.db|desktop\.ini)$/i;

export class Tray {
  /** @param {HTMLElement} element what library/tray.html has  @param {string} address of the uploads
   *  @param {string} zips where ZIPs are imported */
  constructor(element, address, zips) {
    Object.assign(this, { element, address, zips, rows: [], running: 0, hiding: 0 });
    this.list = element.querySelector("ol");
    this.mold = element.querySelector("template");
    this.head = element.querySelector("[data-head]");
    this.question = element.querySelector("[data-question]");
    element.addEventListener("click", (event) => this.pressed(event));
    addEventListener("beforeunload", (event) => this.busy && event.preventDefault());
  }

  get busy() {
    return this.rows.some((row) => row.state === "waiting" || row.state === "sending");
  }

  /** @param {{file: File, folders: string[]}[]} found */
  async add(found) {
    const wanted = found.filter(({ file }) => !JUNK.test(file.name));
    if (!wanted.length) return say("There is no file in it.", { bad: true });
    if (wanted.length > MOST) say(`The first ${MOST} of ${wanted.length} files are taken. Drop the others when these are there.`, { bad: true });
    const taken = wanted.slice(0, MOST);
    const folders = [...new Set(taken.flatMap((one) => one.folders))];
    const answer = folders.length ? await this.ask(taken.length, folders) : "plain";
    if (answer === "cancel") return this.refresh();
    for (const { file, folders: within } of taken) this.place(file, answer === "tags" ? within : []);
    this.next();
  }

  /** Whether the names of the folders shall be tags: "tags", "plain" or "cancel". */
  ask(count, folders) {
    this.show();
    const names = folders.slice(0, 3).map((name) => `“${name}”`).join(", ") + (folders.length > 3 ? ` and ${folders.length - 3} more` : "");
    this.question.querySelector("p").textContent = `${count} file${count === 1 ? "" : "s"} from ${folders.length === 1 ? "the folder" : "the folders"} ${names}. Shall they get ${folders.length === 1 ? "its name as a tag" : "the names of their folders as tags"}?`;
    this.question.hidden = false;
    this.question.querySelector("button").focus();
    return new Promise((resolve) => {
      this.answer = (value) => {
        this.question.hidden = true;
        resolve(value);
      };
    });
  }

  place(file, tags) {
    const row = { file, tags, state: "waiting", share: 0, element: this.mold.content.firstElementChild.cloneNode(true) };
    row.element.querySelector("[data-name]").textContent = file.name;
    row.element.row = row;
    this.rows.push(row);
    this.list.append(row.element);
    this.draw(row, "Waiting");
    this.show();
  }

  next() {
    while (this.running < AT_ONCE) {
      const row = this.rows.find((one) => one.state === "waiting");
      if (!row) break;
      this.running += 1;
      this.send(row).finally(() => {
        this.running -= 1;
        this.next();
        if (!this.busy) this.finished();
      });
    }
    this.refresh();
  }

  async send(row) {
    Object.assign(row, { state: "sending", share: 0, began: 0, at: performance.now(), stop: new AbortController() });
    const zip = ZIP.test(row.file.name);
    const fields = { file: row.file, ...(zip && { kind: "zip" }), ...(!zip && row.tags.length && { tags: row.tags.join(",") }) };
    try {
      const asset = await upload(zip ? this.zips : this.address, fields, {
        signal: row.stop.signal,
        resumed: (share) => Object.assign(row, { share, began: share, resumed: true }),
        progress: (share) => ((row.share = share), this.draw(row, sentence(row)), this.refresh()),
      });
      if (zip) await this.unpacked(row, asset);
      else this.came(row, asset);
    } catch (error) {
      const stopped = error.name === "AbortError";
      row.state = stopped ? "canceled" : "failed";
      this.draw(row, stopped ? "Canceled" : error.message);
    }
  }

  /** A ZIP is unpacked by the server; its page has the report. */
  async unpacked(row, told) {
    const link = Object.assign(document.createElement("a"), { href: told.url, textContent: told.title });
    row.element.querySelector("[data-name]").replaceChildren(link);
    row.state = "unpacking"; // from here on the page may be left
    while (!told.over) {
      row.share = told.share;
      this.draw(row, told.words);
      this.refresh();
      await new Promise((resolve) => setTimeout(resolve, 700));
      const answer = await fetch(told.url, { headers: { ...proof(), Accept: "application/json" } }).catch(() => null);
      if (answer?.status === 404) throw new Error("The import was stopped. What it brought is in the library.");
      if (answer?.ok) told = await answer.json();
    }
    if (told.failed) throw new Error(told.words);
    Object.assign(row, { state: told.refused ? "told" : "done", share: 1 });
    this.draw(row, told.words);
  }

  came(row, asset) {
    Object.assign(row, { state: asset.twin ? "twin" : "done", share: 1, asset });
    this.draw(row, "In the library");
    const link = Object.assign(document.createElement("a"), { href: asset.url, textContent: asset.title });
    row.element.querySelector("[data-name]").replaceChildren(link);
    if (!asset.twin) return;
    const other = Object.assign(document.createElement("a"), { href: asset.twin.url, textContent: `“${asset.twin.title}”` });
    row.element.querySelector("[data-say]").replaceChildren(asset.twin.exact ? "The same file is here already: " : "This looks the same as ", other);
  }

  draw(row, words) {
    row.element.dataset.state = row.state;
    row.element.querySelector("progress").value = row.share;
    row.element.querySelector("[data-say]").textContent = words;
  }

  async pressed(event) {
    const action = event.target.closest("[data-do]")?.dataset.do;
    const row = event.target.closest("li")?.row;
    if (action === "tags" || action === "plain" || action === "cancel") this.answer?.(action);
    else if (action === "close") this.hide();
    else if (action === "stop-all") for (const one of this.rows) this.stop(one);
    else if (action === "stop") this.stop(row);
    else if (action === "again") (row.state = "waiting"), this.draw(row, "Waiting"), this.next();
    else if (action === "undo") await this.drop(row);
  }

  stop(row) {
    if (row.state === "sending") row.stop.abort();
    if (row.state !== "waiting") return;
    row.state = "canceled";
    this.draw(row, "Canceled");
    this.refresh();
  }

  /** The one that is here already is used; what came goes to the trash. */
  async drop(row) {
    const answer = await fetch(row.asset.twin.undo, { method: "POST", headers: proof(), redirect: "manual" });
    if (answer.type !== "opaqueredirect" && !answer.ok) return say("It could not be moved to the trash. Open it and try there.", { bad: true });
    row.state = "canceled";
    this.draw(row, "In the trash; the one that was here stays.");
    this.finished();
  }

  refresh() {
    const went = this.rows.filter((row) => row.state !== "canceled");
    const over = went.filter((row) => row.state !== "waiting" && row.state !== "sending").length;
    const failed = went.filter((row) => row.state === "failed").length;
    this.element.classList.toggle("busy", this.busy);
    const unpacking = went.some((row) => row.state === "unpacking");
    this.head.textContent = this.busy
      ? `Uploading ${Math.min(over + 1, went.length)} of ${went.length}${this.left()}`
      : unpacking
        ? "Unpacking; you may leave this page"
        : `${went.length - failed} of ${went.length} in the library`;
    if (!this.rows.length) this.hide();
  }

  /** Speed and time left of all that is on its way, once there is something to tell. */
  left() {
    const now = performance.now();
    const sending = this.rows.filter((row) => row.state === "sending" && row.share > row.began && now - row.at > 1500);
    const speed = sending.reduce((sum, row) => sum + ((row.share - row.began) * row.file.size * 1000) / (now - row.at), 0);
    if (!speed) return "";
    const rest = this.rows.reduce((sum, row) => sum + (row.state === "sending" || row.state === "waiting" ? (1 - row.share) * row.file.size : 0), 0);
    return ` · ${size(speed)}/s · ${clock(rest / speed)} left`;
  }

  finished() {
    this.refresh();
    this.element.dispatchEvent(new CustomEvent("uploads-done", { bubbles: true }));
    if (this.isSilent) this.hiding = setTimeout(() => this.busy || this.hide(), STAYS * 1000);
  }

  /** Nothing in it wants an answer. */
  get isSilent() {
    return this.question.hidden && this.rows.every((row) => row.state === "done" || row.state === "canceled");
  }

  show() {
    clearTimeout(this.hiding);
    this.element.hidden = false;
  }

  hide() {
    if (this.busy || !this.question.hidden) return;
    this.element.hidden = true;
    this.rows = [];
    this.list.replaceChildren();
  }
}

const sentence = (row) =>
  row.share >= 1 ? "Looking at it" : `${row.resumed ? "Going on: " : ""}${size(row.share * row.file.size)} of ${size(row.file.size)}`;

function size(bytes) {
  for (const [unit, power] of [["GB", 3], ["MB", 2], ["kB", 1]])
    if (bytes >= 1024 ** power) return `${(bytes / 1024 ** power).toFixed(1).replace(".0", "")} ${unit}`;
  return `${Math.round(bytes)} bytes`;
}

function clock(seconds) {
  if (seconds < 60) return `${Math.max(1, Math.round(seconds))} s`;
  return seconds < 5400 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
