"use strict";
(function () {
  const svg = document.getElementById("graph");
  const nodes = Array.from(svg.querySelectorAll("g[data-n]"));
  const lines = Array.from(svg.querySelectorAll("line"));
  const labels = Array.from(svg.querySelectorAll("text.label"));
  const detail = document.getElementById("detail");
  const find = document.getElementById("find");
  const found = document.getElementById("found");
  const home = svg.getAttribute("viewBox").split(" ").map(Number);
  let view = home.slice();
  const title = (el) => el.querySelector("title").textContent;
  const show = () => svg.setAttribute("viewBox", view.join(" "));

  function dim(keep) {
    for (const el of nodes) el.classList.toggle("faint", keep !== null && !keep.has(el.dataset.n));
    for (const el of labels) el.classList.toggle("faint", keep !== null && !keep.has(el.dataset.of));
    for (const el of lines) el.classList.toggle("faint", keep !== null && !(keep.has(el.dataset.a) && keep.has(el.dataset.b)));
  }
  function tell(texts) {
    detail.hidden = texts.length === 0;
    detail.replaceChildren(...texts.map((t) => {
      const p = document.createElement("p");
      p.textContent = t;
      return p;
    }));
  }
  function pick(el) {
    if (!el) {
      dim(null);
      tell([]);
      return;
    }
    if (el.tagName === "line") {
      dim(new Set([el.dataset.a, el.dataset.b]));
      tell([title(el)]);
      return;
    }
    const at = lines.filter((l) => l.dataset.a === el.dataset.n || l.dataset.b === el.dataset.n);
    dim(new Set([el.dataset.n, ...at.flatMap((l) => [l.dataset.a, l.dataset.b])]));
    tell([title(el), ...at.slice(0, 20).map(title)].concat(at.length > 20 ? ["and " + (at.length - 20) + " more lines"] : []));
  }
  function search() {
    const word = find.value.trim().toLowerCase();
    let n = 0;
    for (const el of nodes) {
      const hit = word !== "" && (el.dataset.find ?? "").includes(word);
      el.classList.toggle("hit", hit);
      n += hit ? 1 : 0;
    }
    found.textContent = word === "" ? "" : n + " of " + nodes.length;
  }
  const scale = () => Math.max(view[2] / svg.clientWidth, view[3] / svg.clientHeight);
  let from = null;
  let moved = false;
  svg.addEventListener("pointerdown", (e) => {
    from = [e.clientX, e.clientY, view[0], view[1]];
    moved = false;
  });
  window.addEventListener("pointermove", (e) => {
    if (!from) return;
    const dx = e.clientX - from[0], dy = e.clientY - from[1];
    moved = moved || Math.hypot(dx, dy) > 4;
    if (!moved) return;
    view[0] = from[2] - dx * scale();
    view[1] = from[3] - dy * scale();
    show();
  });
  window.addEventListener("pointerup", () => { from = null; });
  svg.addEventListener("click", (e) => {
    if (!moved) pick(e.target.closest("g[data-n], line[data-a]"));
  });
  svg.addEventListener("wheel", (e) => {
    if (!e.ctrlKey && !e.metaKey && !e.shiftKey) return; // the page scrolls
    e.preventDefault();
    const by = e.deltaY + e.deltaX < 0 ? 0.85 : 1 / 0.85;
    const box = svg.getBoundingClientRect();
    const at = [(e.clientX - box.left) / box.width, (e.clientY - box.top) / box.height];
    for (const i of [0, 1]) {
      view[i] += view[i + 2] * at[i] * (1 - by);
      view[i + 2] *= by;
    }
    show();
  }, { passive: false });
  document.getElementById("whole").addEventListener("click", () => {
    view = home.slice();
    show();
    pick(null);
  });
  find.addEventListener("input", search);
  document.querySelector(".tools").hidden = false;
})();
