// Enhancements of the desk. Every page works without them.
"use strict";

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
    lessons.append(holder.content);
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
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      editor.requestSubmit(editor.querySelector("button[value=save]"));
    }
  });
})();
