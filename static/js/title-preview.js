/**
 * <title-preview>: the words of a title card over a sketch of its background, in the chosen shape.
 * The renderer sets them more finely; this shows at once what will stand there.
 */

const form = () => document.getElementById("operation-form");
const value = (name) => new FormData(form()).get(name) ?? "";

class TitlePreview extends HTMLElement {
  #shown = "";

  connectedCallback() {
    this.box = this.querySelector(".frame-box");
    this.sky = this.querySelector(".card-sky");
    this.words = this.querySelector(".card-words");
    this.querySelector('[data-do="again"]').addEventListener("click", () => this.#write(true));
    document.addEventListener("input", (event) => event.target.form === form() && this.refresh());
    document.addEventListener("settled", () => this.refresh());
    this.refresh();
  }

  refresh() {
    const lines = value("prompt").split("\n").map((line) => line.trim()).filter(Boolean);
    this.hidden = !lines.length;
    for (const element of document.querySelectorAll("[data-when-empty]")) element.hidden = !this.hidden;
    const [width, height] = [Number(value("width")), Number(value("height"))];
    if (width > 0 && height > 0) this.box.style.setProperty("--ratio", String(width / height));
    this.sky.dataset.style = value("style");
    this.lines = lines;
    this.#write(false);
  }

  /** Each word is an element of its own, so that it can come in by itself. */
  #write(again) {
    const text = this.lines.join("\n");
    if (text === this.#shown && !again) return;
    const before = this.#shown.split(/\s+/).length;
    this.#shown = text;
    const longest = Math.max(...this.lines.join(" ").split(/\s+/).map((word) => word.length), 1);
    this.words.style.setProperty("--fit", String(Math.min(1, 9 / Math.max(longest, Math.sqrt(text.length * 2.4)))));
    let number = 0;
    const rows = this.lines.map((line, row) => {
      const box = document.createElement("span");
      box.className = row ? "further" : "headline";
      for (const word of line.split(/\s+/)) {
        const part = Object.assign(document.createElement("span"), { textContent: word, className: "word" });
        // While typing only the newest word comes in; the others stand.
        const delay = again ? number * 0.11 : number >= before ? 0 : -9;
        part.style.setProperty("--delay", `${delay}s`);
        number += 1;
        box.append(part, " ");
      }
      return box;
    });
    this.words.replaceChildren(...rows);
  }
}
customElements.define("title-preview", TitlePreview);
