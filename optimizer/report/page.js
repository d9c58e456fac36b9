"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const byId = (id) => document.getElementById(id);
  const promised = (value) => Number((100 * value).toFixed(7)) + " %"; // a setting, with the decimals that it has
  const percent = (value) => (value === null ? "–" : (100 * value).toFixed(1) + " %");
  const state = { type: 0, pool: data.worst.pool, day: data.worst.day };

  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue("--" + name).trim();

  function layout(title, extra) {
    const axis = { gridcolor: colour("grid"), linecolor: colour("line"), zeroline: false, automargin: true };
    const base = {
      font: { family: "system-ui, sans-serif", size: 13, color: colour("ink") },
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      margin: { l: 60, r: 16, t: 10, b: 52 }, modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("line"), activecolor: colour("accent") }, hovermode: "x unified", dragmode: "zoom",
      hoverlabel: { bgcolor: colour("paper"), bordercolor: colour("line"), font: { color: colour("ink") } },
      legend: { orientation: "h", y: 1.02, yanchor: "bottom", x: 0, traceorder: "normal" },
    };
    const merged = { ...base, ...extra };
    merged.xaxis = { ...axis, ...(extra.xaxis || {}) };
    merged.yaxis = { ...axis, rangemode: "tozero", title: { text: title }, ...(extra.yaxis || {}) };
    return merged;
  }
  const config = { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d"] };
  const draw = (id, traces, figure) => Plotly.react(byId(id), traces, figure, config);

  // The intervals of the chosen day, counted from its midnight: a day may have 23 or 25 hours of them.
  function dayTicks() {
    const from = data.day_bounds[state.day], to = data.day_bounds[state.day + 1];
    const step = Math.max(1, Math.round(60 / data.interval_min)) * (data.interval_min >= 60 ? 1 : 2);
    const ticks = [], labels = [];
    for (let k = 0; k < to - from; k += step) {
      ticks.push(k);
      labels.push(data.labels[from + k]);
    }
    ticks.push(to - from);
    labels.push("24:00");
    return { tickvals: ticks, ticktext: labels };
  }
  function openRange(pool) {
    const from = data.day_bounds[state.day], to = data.day_bounds[state.day + 1];
    const known = [];
    for (let t = from; t < to; t++) if (pool.productive[t] !== null) known.push(t - from);
    return known.length ? [known[0] - 0.5, known[known.length - 1] + 1.5] : [0, to - from];
  }
  // One point at each interval's start; where the doors close the last value runs to the interval's end and stops.
  function stepTrace(name, values, line, more) {
    const from = data.day_bounds[state.day], to = data.day_bounds[state.day + 1];
    const x = [], y = [], customdata = [];
    for (let t = from; t < to; t++) {
      x.push(t - from);
      y.push(values[t]);
      customdata.push(data.labels[t]);
      if (values[t] !== null && (t + 1 === to || values[t + 1] === null)) {
        x.push(t + 1 - from);
        y.push(values[t]);
        customdata.push("end");
        if (t + 1 < to) { x.push(t + 1 - from); y.push(null); customdata.push(""); }
      }
    }
    return { name, x, y, customdata, mode: "lines", line: { shape: "hv", ...line }, ...more };
  }

  function drawDemand() {
    const type = data.types[state.type];
    const closed = (value) => (value === null ? 0 : value); // a band of no height, which a gap would not give
    const traces = [];
    if (type.low) {
      traces.push(
        { x: data.stamps, y: type.low.map(closed), mode: "lines", line: { width: 0 }, showlegend: false, hoverinfo: "skip", connectgaps: false },
        { name: "80 % interval", x: data.stamps, y: type.high.map(closed), mode: "lines", line: { width: 0 }, fill: "tonexty", fillcolor: colour("fill"), hoverinfo: "skip", connectgaps: false });
    }
    traces.push({ name: "contacts", x: data.stamps, y: type.contacts, mode: "lines", line: { color: colour("accent"), width: 1.6 }, hovertemplate: "%{y:.1f} contacts<extra></extra>" });
    draw("demand", traces, layout("contacts per interval", { xaxis: { type: "date", tickformat: "%a %e %b" }, showlegend: Boolean(type.low) }));
  }

  function drawDays() {
    const pool = data.pools[state.pool];
    const marks = data.dates.map((_, d) => (d === state.day ? colour("accent") : colour("fill")));
    const figure = layout("service level", {
      yaxis: { tickformat: ".0%", range: [0, 1.04], rangemode: "normal" }, xaxis: { type: "category", tickangle: -40 }, hovermode: "closest", showlegend: false,
      shapes: [{ type: "line", xref: "paper", x0: 0, x1: 1, y0: pool.target, y1: pool.target, line: { color: colour("need"), width: 2, dash: "dash" } }],
      annotations: [{ xref: "paper", x: 1, y: pool.target, xanchor: "right", yanchor: "bottom", showarrow: false, text: "target " + promised(pool.target), font: { color: colour("need") } }],
      dragmode: false,
    });
    draw("days", [{ type: "bar", x: data.dates, y: pool.days, marker: { color: marks }, hovertemplate: "%{x}: %{y:.1%}<extra></extra>" }], figure);
  }

  function drawDay() {
    const pool = data.pools[state.pool];
    const xaxis = { ...dayTicks(), range: openRange(pool), title: { text: data.dates[state.day] }, unifiedhovertitle: { text: "%{customdata}" } };
    const hover = (unit) => "%{y:" + unit + "}";
    const traces = [
      stepTrace("people in their shift", pool.heads, { width: 0 }, { fill: "tozeroy", fillcolor: colour("fill"), hovertemplate: hover(",d") }),
      stepTrace("productive agents", pool.productive, { color: colour("accent"), width: 2.4 }, { hovertemplate: hover(",.1f") }),
      stepTrace("required for the target", pool.agents_target, { color: colour("need"), width: 2, dash: "dot" }, { hovertemplate: hover(",d") }),
    ];
    if (pool.floor !== null) {
      traces.push(stepTrace("required at least", pool.agents_floor, { color: colour("need-soft"), width: 2 }, { hovertemplate: hover(",d") }));
    }
    draw("cover", traces, layout("people", { xaxis }));
    const lines = [{ y: pool.target, text: "target", dash: "dash" }];
    if (pool.floor !== null) lines.push({ y: pool.floor, text: "floor", dash: "dot" });
    const service = stepTrace("service level", pool.service_level, { color: colour("accent"), width: 2.4 }, { hovertemplate: "%{y:.1%}" });
    draw("service", [service], layout("service level", {
      xaxis, showlegend: false, yaxis: { tickformat: ".0%", range: [0, 1.04], rangemode: "normal" },
      shapes: lines.map((line) => ({ type: "line", xref: "paper", x0: 0, x1: 1, y0: line.y, y1: line.y, line: { color: colour("need"), width: 2, dash: line.dash } })),
      annotations: lines.map((line) => ({ xref: "paper", x: 1, y: line.y, xanchor: "right", yanchor: "bottom", showarrow: false, text: line.text + " " + promised(line.y), font: { color: colour("need") } })),
    }));
    byId("day-words").textContent = "service level " + percent(pool.days[state.day]) + " of " + pool.counted_of;
    byId("before").disabled = state.day === 0;
    byId("after").disabled = state.day === data.dates.length - 1;
    byId("day").value = String(state.day);
  }

  function drawPool() {
    drawDays();
    drawDay();
  }
  function drawAll() {
    if (data.types.length) drawDemand();
    if (data.pools.length) drawPool();
  }

  function options(id, names, key, redraw) {
    const list = byId(id);
    names.forEach((name, k) => list.add(new Option(name, String(k))));
    list.value = String(state[key]);
    list.addEventListener("change", () => {
      state[key] = Number(list.value);
      redraw();
    });
    if (names.length < 2) list.closest("label").hidden = names.length < 1;
  }
  function go(day) {
    state.day = Math.min(Math.max(day, 0), data.dates.length - 1);
    drawPool();
  }

  options("type", data.types.map((type) => type.name), "type", drawDemand);
  options("pool", data.pools.map((pool) => pool.name), "pool", drawPool);
  options("day", data.dates, "day", drawPool);
  drawAll();
  byId("before").addEventListener("click", () => go(state.day - 1));
  byId("after").addEventListener("click", () => go(state.day + 1));
  if (data.pools.length) {
    byId("days").on("plotly_click", (event) => go(event.points[0].pointIndex));
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  matchMedia("print").addEventListener("change", drawAll);
})();
