/** <focus-point>: the point of a picture to keep in sight, and ways of a camera over it. */

const clamp = (value) => Math.min(Math.max(value, 0), 1);
const form = () => document.getElementById("operation-form");

/** Says it in the form. */
export function setFocus(x, y) {
  const field = form().querySelector("[data-point]");
  field.value = `${clamp(x).toFixed(3)},${clamp(y).toFixed(3)}`;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}

const SVG = "http://www.w3.org/2000/svg";
const STEP = 0.02;
const MOVES = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] };

class FocusPoint extends HTMLElement {
  connectedCallback() {
    this.svg = document.createElementNS(SVG, "svg");
    this.svg.setAttribute("aria-hidden", "true");
    this.shapes = ["shade", "ends", "ends", "now"].map((name) => {
      const shape = document.createElementNS(SVG, name === "shade" ? "path" : "polygon");
      shape.setAttribute("class", name);
      this.svg.append(shape);
      return shape;
    });
    this.handle = Object.assign(document.createElement("button"), { type: "button", title: "Focus point: drag it, click the picture, or use the arrow keys" });
    this.append(this.svg, this.handle);
    this.addEventListener("pointerdown", (event) => this.#drag(event));
    this.addEventListener("pointermove", (event) => this.hasPointerCapture(event.pointerId) && this.#move(event));
    this.handle.addEventListener("keydown", (event) => this.#step(event));
  }

  /** Show the ways of the camera over the picture, and the point. */
  draw([width, height], [start, end, now], [x, y]) {
    this.svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.svg.setAttribute("preserveAspectRatio", "none");
    const points = (shape) => shape.map((p) => p.map((n) => n.toFixed(1)).join()).join(" ");
    const [shade, first, last, window] = this.shapes;
    shade.setAttribute("fill-rule", "evenodd");
    shade.setAttribute("d", `M0 0H${width}V${height}H0ZM${points(now)}Z`);
    first.setAttribute("points", points(start));
    last.setAttribute("points", points(end));
    window.setAttribute("points", points(now));
    this.handle.style.setProperty("--x", `${x * 100}%`);
    this.handle.style.setProperty("--y", `${y * 100}%`);
    this.handle.setAttribute("aria-label", `Focus point, ${Math.round(x * 100)} % from the left, ${Math.round(y * 100)} % from the top`);
    this.point = [x, y];
  }

  #drag(event) {
    event.preventDefault();
    this.setPointerCapture(event.pointerId);
    this.handle.focus({ preventScroll: true });
    this.#move(event);
  }

  #move(event) {
    const box = this.getBoundingClientRect();
    setFocus((event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height);
  }

  #step(event) {
    const move = MOVES[event.key];
    if (!move || !this.point) return;
    event.preventDefault();
    setFocus(this.point[0] + move[0], this.point[1] + move[1]);
  }
}
customElements.define("focus-point", FocusPoint);
