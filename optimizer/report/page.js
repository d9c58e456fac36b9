"use strict";
// Draws the figures that the report holds. It knows nothing of what they show: choices pick a figure by its key, colours
// are looked up in the set that holds, and numbers are read off the traces.
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const all = (selector) => [...document.querySelectorAll(selector)];
  const state = Object.fromEntries(Object.entries(data.pictures).map(([name, one]) => [name, [...one.start]]));
  const drawn = new Set();
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const PAPER = { width: 1030, usual: 400, half: 262, whole: 560 }; // pixels of A4 landscape
  let printing = false;

  // var(--name) in any text of a figure becomes the colour that holds: print is always light.
  function coloured(value) {
    if (typeof value === "string") {
      const set = dark.matches && !printing ? data.dark : data.light;
      return value.includes("var(--") ? value.replace(/var\(--([\w-]+)\)/g, (_, name) => set[name]) : value;
    }
    if (Array.isArray(value)) return value.every((part) => typeof part === "number" || part === null) ? value : value.map(coloured);
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, coloured(v)]));
    return value;
  }

  const figures = {};
  const figureOf = (name) => (figures[name] ??= JSON.parse(byId(`f-${name}`).textContent))[state[name].join(",")];
  const config = { responsive: true, displayModeBar: false, scrollZoom: false };

  function draw(name) {
    const chart = byId(name), figure = figureOf(name);
    drawn.add(name);
    if (!figure) {
      Plotly.purge(chart);
      chart.textContent = data.words.closed;
      return;
    }
    if (!chart.classList.contains("js-plotly-plot")) chart.textContent = "";
    const layout = { ...figure.layout, template: data.template };
    let height = layout.height || data.pictures[name].height;
    if (printing !== Boolean(chart.dataset.paper)) {
      // Drawn from nothing: flows that are drawn again glide to their places, and paper does not wait.
      Plotly.purge(chart);
      delete chart.dataset.ready;
      chart.dataset.paper = printing ? "yes" : "";
    }
    if (printing) {
      // As wide as the paper whatever the window was, and two of the usual height on a sheet.
      layout.width = PAPER.width;
      height = layout.height || height > PAPER.usual ? Math.min(height, PAPER.whole) : PAPER.half;
    }
    chart.style.height = height + "px";
    const narrow = !printing && chart.clientWidth < 520;
    if (narrow) {
      // A phone has no room for a wide margin of words: they go over two lines, and stand whole in the numbers.
      layout.margin = { ...(layout.margin || {}), l: Math.min(48, (layout.margin || {}).l || 48), r: 8 };
      if (layout.yaxis) layout.yaxis = { ...layout.yaxis, ...shortened(figure), automargin: true, title: undefined };
    }
    Plotly.react(chart, coloured(figure.data), coloured({ ...layout, height }), config);
    if (!chart.dataset.ready) {
      chart.on("plotly_afterplot", () => scalable(chart));
      chart.dataset.ready = "yes";
    }
    scalable(chart);
    numbers(name);
  }

  // Words along the left in two lines at most.
  function shortened(figure) {
    const axis = figure.layout.yaxis, words = axis.ticktext
      || [...new Set(figure.data.filter((trace) => trace.orientation === "h").flatMap((trace) => trace.y))];
    if (!words.some((word) => String(word).length > 16)) return {};
    return { tickvals: axis.tickvals || words, ticktext: words.map(folded), tickfont: { size: 10 } };
  }
  function folded(text) {
    const lines = [""];
    String(text).split(" ").forEach((word) => {
      const last = lines[lines.length - 1];
      if (last && last.length + word.length > 15) lines.push(word);
      else lines[lines.length - 1] = last ? `${last} ${word}` : word;
    });
    const shown = lines.length > 2 ? [lines[0], `${lines.slice(1).join(" ").slice(0, 15)}…`] : lines;
    return shown.map((line) => (line.length > 20 ? `${line.slice(0, 19)}…` : line)).join("<br>");
  }

  // With a view box a picture can be scaled by the style sheet, which print does.
  function scalable(chart) {
    chart.querySelectorAll(".main-svg").forEach((svg) => {
      const width = svg.getAttribute("width"), height = svg.getAttribute("height");
      if (width && height) svg.setAttribute("viewBox", `0 0 ${parseFloat(width)} ${parseFloat(height)}`);
    });
  }

  // A table of the traces that are shown, for pictures without numbers of their own; only when somebody opens it.
  function numbers(name) {
    const place = document.querySelector(`[data-numbers="${name}"]`), figure = figureOf(name);
    if (!place || !figure || !place.closest("details").open) return;
    const traces = figure.data.filter((trace) => trace.name && Array.isArray(trace.y) && trace.showlegend !== false);
    const places = [], rows = new Map();
    traces.forEach((trace, k) => {
      const flat = trace.orientation === "h";
      (flat ? trace.y : trace.x).forEach((x, i) => {
        const label = flat || trace.base ? (trace.customdata || [])[i] : (trace.customdata || [])[i] ?? x;
        const value = flat ? trace.x[i] : trace.y[i];
        if (label === "" || label === undefined || value === null) return;
        if (!rows.has(label)) { rows.set(label, []); places.push(label); }
        rows.get(label)[k] = value;
      });
    });
    const plain = new Intl.NumberFormat(data.lang, { maximumFractionDigits: 1 });
    const share = new Intl.NumberFormat(data.lang, { style: "percent", minimumFractionDigits: 1 });
    const spans = traces.every((trace) => trace.base); // bars along the clock: their words say it all
    const cell = (tag, text, attributes = {}) => Object.assign(document.createElement(tag), { textContent: text }, attributes);
    const table = document.createElement("table"), head = table.createTHead().insertRow(), body = table.createTBody();
    table.createCaption().textContent = [data.pictures[name].title, ...chosen(name)].join(", ");
    head.append(cell("th", "", { scope: "col" }));
    if (!spans) traces.forEach((trace) => head.append(cell("th", trace.name, { scope: "col", className: "n" })));
    places.forEach((label) => {
      const row = body.insertRow();
      row.append(cell("th", label, { scope: "row" }));
      if (spans) return;
      traces.forEach((trace, k) => {
        const value = rows.get(label)[k];
        row.append(cell("td", value === undefined ? "–" : (trace.meta === "share" ? share : plain).format(value), { className: "n" }));
      });
    });
    const scroll = cell("div", "", { className: "scroll", tabIndex: 0 });
    scroll.append(table);
    place.replaceChildren(scroll);
  }
  const chosen = (name) => all(`select[data-of="${name}"]`).map((list) => list.selectedOptions[0].textContent);

  // Pools and days that are chosen in one picture are chosen in all that have the same ones.
  function choose(name, position, value) {
    const [label, count] = data.pictures[name].choices[position];
    const option = Math.min(Math.max(value, 0), count - 1);
    Object.entries(data.pictures).forEach(([other, picture]) => {
      picture.choices.forEach(([text, length], k) => {
        if (text !== label || length !== count || state[other][k] === option) return;
        state[other][k] = option;
        all(`select[data-of="${other}"][data-choice="${k}"]`).forEach((list) => (list.value = String(option)));
        if (drawn.has(other)) draw(other);
      });
    });
  }
  all("select[data-of]").forEach((list) => {
    list.addEventListener("change", () => choose(list.dataset.of, Number(list.dataset.choice), Number(list.value)));
  });
  all("button[data-of]").forEach((button) => {
    const position = Number(button.dataset.choice);
    button.addEventListener("click", () => {
      choose(button.dataset.of, position, state[button.dataset.of][position] + Number(button.dataset.step));
    });
  });
  all("details").forEach((details) => details.addEventListener("toggle", () => {
    const place = details.querySelector("[data-numbers]");
    if (place && details.open) numbers(place.dataset.numbers);
  }));

  // The first picture is drawn before the figures of the others are read; these when they come near, or in idle time.
  const names = Object.keys(data.pictures);
  const near = new IntersectionObserver((entries) => entries.forEach((entry) => {
    if (entry.isIntersecting && !drawn.has(entry.target.id)) draw(entry.target.id);
  }), { rootMargin: "400px" });
  const drawRest = () => names.forEach((name) => drawn.has(name) || draw(name));
  if (names.length) draw(names[0]);
  performance.mark("first-picture");
  const idle = window.requestIdleCallback || ((work) => setTimeout(work, 200));
  const oneMore = () => {
    const next = names.find((name) => !drawn.has(name));
    if (next === undefined) { document.documentElement.dataset.drawn = "all"; return; }
    draw(next);
    idle(oneMore);
  };
  addEventListener("DOMContentLoaded", () => {
    names.forEach((name) => near.observe(byId(name)));
    idle(oneMore);
  });

  dark.addEventListener("change", () => drawn.forEach(draw));
  addEventListener("beforeprint", () => {
    printing = true;
    drawRest();
    drawn.forEach(draw);
  });
  addEventListener("afterprint", () => {
    printing = false;
    drawn.forEach(draw);
  });
})();
