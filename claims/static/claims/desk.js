// What the desk's pages do by themselves: copy a wording, and show only the fields a metric has.
(function () {
  "use strict";

  function copy(button) {
    const text = document.getElementById(button.dataset.copy).textContent.trim();
    const word = button.querySelector("[data-copy-word]");
    const say = (message) => {
      word.textContent = message;
      setTimeout(() => { word.textContent = "Copy"; }, 2000);
    };
    if (!navigator.clipboard) {
      select(document.getElementById(button.dataset.copy));
      say("Selected: press Ctrl+C");
      return;
    }
    navigator.clipboard.writeText(text).then(() => say("Copied"), () => say("Could not copy"));
  }

  function select(node) {
    const range = document.createRange();
    range.selectNodeContents(node);
    const selection = window.getSelection();
    selection.removeAllRanges();
    selection.addRange(range);
  }

  function only(form, name, allowed) {
    const field = form.elements[name];
    if (!allowed) { return; }
    for (const option of field.options) {
      option.hidden = option.disabled = option.value !== "" && !allowed.includes(option.value);
    }
    if (field.selectedOptions[0] && field.selectedOptions[0].disabled) { field.value = ""; }
  }

  function show(form, name, visible) {
    const field = form.querySelector('[data-field="' + name + '"]');
    field.hidden = !visible && !field.classList.contains("errors");
    if (!visible) { form.elements[name].value = ""; }
  }

  // Before a metric is chosen: only what every metric has.
  const anything = { qualifiers: [], sides: [], comparators: null, subjects: null, unit: "", window: true };

  function fit(form, needs) {
    const need = needs[form.elements.metric.value] || anything;
    const comparator = form.elements.comparator.value;
    only(form, "comparator", need.comparators);
    only(form, "subject", need.subjects);
    show(form, "side", need.qualifiers.includes("side"));
    if (need.sides.length) { only(form, "side", need.sides); }
    for (const name of ["zone_low", "zone_high"]) { show(form, name, need.qualifiers.includes(name)); }
    for (const name of ["window", "window_start", "window_end"]) { show(form, name, need.window); }
    show(form, "value", !["record_high", "record_low", "states"].includes(comparator));
    show(form, "value_high", ["between", "magnitude"].includes(comparator));
    form.elements.unit.value = need.unit;
  }

  document.addEventListener("DOMContentLoaded", () => {
    document.querySelectorAll("[data-copy]").forEach((button) => {
      button.addEventListener("click", () => copy(button));
    });
    const form = document.querySelector("[data-claim-form]");
    if (form) {
      const needs = JSON.parse(document.getElementById("needs").textContent);
      form.elements.metric.addEventListener("change", () => fit(form, needs));
      form.elements.comparator.addEventListener("change", () => fit(form, needs));
      fit(form, needs);
    }
  });
})();
