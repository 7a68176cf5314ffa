// Enhancements of the desk. Every page works without them.
"use strict";

// The queue and the suspects: up and down go from one to the next, where the focus is in the list.
(() => {
  const move = (list, from, step) => {
    const next = list[list.indexOf(from) + step];
    if (next) next.focus();
    return Boolean(next);
  };

  const queue = document.getElementById("result_list");
  if (queue) {
    const links = [...queue.querySelectorAll("tbody th a")];
    queue.addEventListener("keydown", (event) => {
      const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && move(links, event.target, step)) event.preventDefault();
    });
  }

  const suspects = document.getElementById("suspects");
  const ticks = suspects ? [...suspects.querySelectorAll("input[name=suspect]")] : [];
  if (!ticks.length) return;
  suspects.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const suspect = event.target.closest(".suspect");
    if (!suspect) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const deed = { r: "remove", d: "dismiss" }[event.key];
    if (step && move(ticks, suspect.querySelector("input"), step)) event.preventDefault();
    if (deed) {
      event.preventDefault();
      suspect.querySelector(`button[value^="${deed}:"]`).click();
    }
  });
  const keys = document.createElement("p");
  keys.className = "keys";
  keys.innerHTML = "In this list <kbd>↑</kbd> <kbd>↓</kbd> move, <kbd>r</kbd> removes, <kbd>d</kbd> dismisses, <kbd>Space</kbd> ticks.";
  suspects.querySelector("h2").after(keys);
  // After one is settled the page comes back here: go on with the next. The browser first goes to
  // the address's anchor, and takes the focus with it.
  if (location.hash === "#suspects") {
    window.addEventListener("load", () => { requestAnimationFrame(() => ticks[0].focus()); });
  }
  const several = suspects.querySelector(".several");
  if (several) {
    const all = document.createElement("button");
    all.type = "button";
    all.textContent = "Tick all";
    all.addEventListener("click", () => {
      const on = ticks.some((tick) => !tick.checked);
      for (const tick of ticks) tick.checked = on;
      all.textContent = on ? "Tick none" : "Tick all";
    });
    several.prepend(all);
  }
})();

(() => {
  const trouble = document.querySelector(".trouble");
  if (trouble) trouble.focus();

  const editor = document.getElementById("editor");
  if (!editor) return;

  // A further lesson, without a round trip.
  const lessons = editor.querySelector("[data-lessons]");
  const blank = editor.querySelector("[data-blank-lesson]");
  const total = editor.querySelector("[name=lessons-TOTAL_FORMS]");
  const most = Number(editor.querySelector("[name=lessons-MAX_NUM_FORMS]").value);
  const add = document.createElement("button");
  add.type = "button";
  add.textContent = "Add a lesson";
  add.addEventListener("click", () => {
    const number = Number(total.value);
    if (number >= most) return;
    const holder = document.createElement("template");
    holder.innerHTML = blank.innerHTML.replaceAll("__prefix__", String(number));
    holder.content.querySelector("legend").textContent = `Lesson ${number + 1}`;
    const pickers = holder.content.querySelector(".pickers");
    lessons.append(holder.content);
    addFinder(pickers);
    total.value = String(number + 1);
    add.hidden = number + 1 >= most;
    document.getElementById(`id_lessons-${number}-text`).focus();
  });
  lessons.after(add);

  // What is picked shows in the closed group, as it will after saving.
  editor.addEventListener("change", (event) => {
    const picker = event.target.closest(".picker");
    if (!picker) return;
    const picked = [...picker.querySelectorAll("input:checked")]
      .filter((input) => input.value)
      .map((input) => input.labels[0].firstChild.nextSibling.textContent.trim());
    picker.classList.toggle("picked", picked.length > 0);
    picker.querySelector("summary b").textContent = picked.join(", ");
  });

  // A term by its name: what is typed is looked up in every group, and ticked there.
  const said = document.createElement("p");
  said.className = "visually-hidden";
  said.setAttribute("role", "status");
  editor.append(said);
  let finders = 0;
  const addFinder = (pickers) => {
    const options = new Map();
    for (const input of pickers.querySelectorAll("input")) {
      if (!input.value) continue;
      const group = input.closest(".picker").querySelector("summary span").textContent;
      const label = input.labels[0].firstChild.nextSibling.textContent.trim();
      options.set(`${label} – ${group}`, input);
    }
    finders += 1;
    const finder = document.createElement("p");
    finder.className = "finder";
    finder.innerHTML = `<label for="finder-${finders}">Find a term</label> <input type="text" id="finder-${finders}" list="terms-${finders}" autocomplete="off"><datalist id="terms-${finders}"></datalist>`;
    for (const name of options.keys()) {
      const option = document.createElement("option");
      option.value = name;
      finder.lastChild.append(option);
    }
    const field = finder.querySelector("input");
    const pick = () => {
      const typed = field.value.trim().toLowerCase();
      const exact = options.get(field.value);
      const like = [...options].filter(([name]) => name.toLowerCase().includes(typed));
      const [name, input] = exact ? [field.value, exact] : like.length === 1 && typed ? like[0] : [];
      if (!input) return false;
      if (!input.checked) input.click();
      said.textContent = `${name}: picked.`;
      field.value = "";
      return true;
    };
    field.addEventListener("input", () => { if (options.has(field.value)) pick(); });
    field.addEventListener("keydown", (event) => {
      if (event.key !== "Enter") return;
      event.preventDefault(); // Enter picks a term here; it does not save
      if (!pick()) said.textContent = "No one term is called that.";
    });
    pickers.before(finder);
  };
  for (const pickers of editor.querySelectorAll(".pickers")) addFinder(pickers);

  // How much room a short text has left.
  for (const field of editor.querySelectorAll("#id_title, #id_summary")) {
    const left = document.createElement("span");
    left.className = "left";
    const show = () => {
      left.textContent = `${field.value.length} of ${field.maxLength}`;
    };
    field.addEventListener("input", show);
    field.before(left);
    show();
  }

  // Ctrl+S saves. Leaving with unsaved words asks first.
  let changed = trouble !== null && trouble.hasAttribute("data-unsaved");
  editor.addEventListener("input", () => { changed = true; });
  editor.addEventListener("submit", () => { changed = false; });
  window.addEventListener("beforeunload", (event) => {
    if (changed) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    const save = editor.querySelector("button[value=save]");
    if (save && (event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      editor.requestSubmit(save);
    }
  });
})();
