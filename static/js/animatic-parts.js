/** What <story-animatic> is made of: its markup, its drawings, and where each cut lies. */

export const MARKUP = `
  <div class="screen" tabindex="0" role="group" aria-roledescription="animatic">
    <div class="layers" aria-hidden="true"></div><p class="words" hidden></p>
  </div>
  <div class="line"><input type="range" min="0" step="any" value="0" aria-label="Position">
    <ol class="shots" aria-hidden="true"></ol></div>
  <div class="keys">
    <button type="button" data-do="back" aria-label="Shot before" title="Shot before (←)"></button>
    <button type="button" data-do="toggle" aria-label="Play" title="Play or pause (space)"></button>
    <button type="button" data-do="next" aria-label="Next shot" title="Next shot (→)"></button>
    <span class="number"></span><span class="now cut"></span>
    <button type="button" data-do="mute" aria-label="Sound off" title="Sound off (M)" aria-pressed="false"></button>
    <button type="button" data-do="loop" aria-label="Again from the start" title="Again from the start (L)" aria-pressed="false"></button>
    <button type="button" data-do="captions" aria-label="Captions" title="Captions (C)" aria-pressed="true"></button>
    <button type="button" data-do="full" aria-label="Full screen" title="Full screen (F)" aria-pressed="false"></button>
  </div>
  <p class="unseen" role="status"></p>`;

const DRAWN = {
  back: "M18 6v12l-9-6zM6 6v12",
  toggle: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  next: "M6 6v12l9-6zM18 6v12",
  mute: "M4 10v4h3l5 4V6L7 10zM16 9a4 4 0 0 1 0 6M18.5 6.5a8 8 0 0 1 0 11",
  muted: "M4 10v4h3l5 4V6L7 10zM16 10l4 4M20 10l-4 4",
  loop: "M17 3l3 3-3 3M20 6H8a4 4 0 0 0-4 4v1M7 21l-3-3 3-3M4 18h12a4 4 0 0 0 4-4v-1",
  captions: "M3 5h18v14H3zM7 14h4M14 14h3",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
};

export const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
export const clock = (s) => `${Math.floor(s / 60)}:${String(Math.floor(s % 60)).padStart(2, "0")}`;
export const make = (name, set) => Object.assign(document.createElement(name), set);

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const path = document.createElementNS(svg.namespaceURI, "path");
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  path.setAttribute("d", DRAWN[name]);
  svg.append(path);
  return svg;
}

/** Width over height of "16:9", "9 / 16" or a number. */
export function ratioOf(words) {
  const [wide, high = 1] = String(words ?? "").split(/[:/x×]/).map(Number);
  return wide > 0 && high > 0 ? wide / high : 16 / 9;
}

/** The cuts with a place on the line each; one that is too short for a frame has a tenth of a second. */
export function laid(cuts) {
  let end = 0;
  return (Array.isArray(cuts) ? cuts : []).map((cut, index) => {
    const seconds = Math.max(0.1, Number(cut.seconds) || 0);
    const start = Number.isFinite(cut.start) ? Math.max(cut.start, 0) : end;
    end = start + seconds;
    return { ...cut, id: String(cut.id ?? index), index, start, seconds, end };
  });
}
