import { byID } from "./dom.js";

const sampleEveryMs = 500;
const samplesShown = 120;
const width = 240;
const height = 72;

/** Plots the calls per second and the median latency of the last minute. */
export function showPlots(meter) {
  const rates = new Line(byID("rate-plot"), 10);
  const latencies = new Line(byID("latency-plot"), 1);
  let before = performance.now();
  setInterval(() => {
    const now = performance.now();
    const { count, median } = meter.take();
    const rate = (count * 1000) / (now - before);
    before = now;
    rates.add(rate);
    latencies.add(median);
    byID("rate-now").textContent = Math.round(rate).toLocaleString("en");
    byID("latency-now").textContent = median === undefined ? "–" : `${median.toFixed(median < 10 ? 2 : 0)} ms`;
  }, sampleEveryMs);
}

/** Draws a line plot with a label at the top of the scale. The line has gaps where no value was measured. */
class Line {
  #samples = [];
  #path = shape("path", { class: "curve" });
  #top = shape("text", { x: width, y: 10, class: "scale" });

  constructor(svg, smallestTop) {
    this.smallestTop = smallestTop;
    svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    svg.append(
      shape("path", { class: "grid", d: `M0 14H${width}M0 ${height - 1}H${width}` }), this.#path, this.#top);
  }

  add(sample) {
    this.#samples.push(sample);
    if (this.#samples.length > samplesShown) this.#samples.shift();
    const top = niceAbove(Math.max(this.smallestTop, ...this.#samples.filter((value) => value !== undefined)));
    this.#path.setAttribute("d", this.#outline(top));
    this.#top.textContent = top.toLocaleString("en");
  }

  #outline(top) {
    const step = width / (samplesShown - 1);
    const start = width - (this.#samples.length - 1) * step;
    let pen = "M";
    return this.#samples.map((value, at) => {
      if (value === undefined) {
        pen = "M";
        return "";
      }
      const point = `${pen}${(start + at * step).toFixed(1)} ${(height - 1 - (value / top) * (height - 15)).toFixed(1)}`;
      pen = "L";
      return point;
    }).join("");
  }
}

/** Rounds up to the next of 1, 2, 5, 10, 20, … */
function niceAbove(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((factor) => factor * power).find((nice) => nice >= value);
}

function shape(name, attributes) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  return node;
}
