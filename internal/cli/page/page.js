"use strict";
(function () {
  const box = document.getElementById("steps");
  const steps = Array.from(box.querySelectorAll("details.step"));
  const find = document.getElementById("find");
  const order = document.getElementById("order");
  const ran = document.getElementById("ran");
  const shown = document.getElementById("shown");
  const number = (step, key) => Number(step.dataset[key] ?? NaN);
  const texts = new Map(steps.map((s) => [s, s.textContent.toLowerCase()]));
  // What did not run has no time: it keeps its order behind the rest.
  const compare = {
    plan: (a, b) => number(a, "i") - number(b, "i"),
    start: (a, b) => missing(a, b, "start") || number(a, "start") - number(b, "start") || compare.plan(a, b),
    took: (a, b) => missing(a, b, "took") || number(b, "took") - number(a, "took") || compare.plan(a, b),
  };
  function missing(a, b, key) {
    return Number(isNaN(number(a, key))) - Number(isNaN(number(b, key))) || (isNaN(number(a, key)) ? compare.plan(a, b) : 0);
  }
  function sort() {
    for (const s of steps.slice().sort(compare[order.value])) box.append(s);
  }
  function filter() {
    const words = find.value.toLowerCase().split(/\s+/).filter(Boolean);
    let n = 0;
    for (const s of steps) {
      const text = texts.get(s);
      s.hidden = (ran.checked && s.dataset.took === undefined) || !words.every((w) => text.includes(w));
      n += s.hidden ? 0 : 1;
    }
    shown.textContent = n === steps.length ? n + " steps" : n + " of " + steps.length + " steps";
  }
  find.addEventListener("input", filter);
  ran.addEventListener("change", filter);
  order.addEventListener("change", sort);
  document.querySelector(".tools").hidden = false;
  filter();
})();
