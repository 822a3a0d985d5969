// What a search for metal said of a film, mark by mark, and what a person says of it.
import { kindWords } from "./film_marks.js";

// As usecases/metal_search.py has them: each is a finding of its own.
const PLACES = ["thorax", "heart", "abdomen", "stomach", "neck", "head", "spine", "limb"];

function line(text, kind = "p", name = "") {
  const made = document.createElement(kind);
  made.textContent = text;
  if (name) made.className = name;
  return made;
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", act);
  return made;
}

function size(mark) {
  if (mark.long_mm === null) return "size not known: the film states no scale";
  return `${mark.long_mm.toFixed(1)}${mark.short_mm === null ? "" : ` x ${mark.short_mm.toFixed(1)}`} mm on the film, smaller in the animal`;
}

function one(mark, number, pane, { caseId, post, reread, usePoint }) {
  const box = document.createElement("div");
  box.className = "metal-mark";
  box.dataset.testid = "metal-mark";
  if (mark.kind !== "metal_unexplained") box.classList.add("explained");
  if (mark.judged?.verdict === "rejected") box.classList.add("rejected");
  box.append(line(`${number}. ${kindWords(mark.kind)}`, "strong"));
  box.append(line(`${mark.confidence > 0.99 ? "More than 99" : Math.round(mark.confidence * 100)} in 100 that it is metal or as dense; ${size(mark)}; ${mark.shape.replaceAll("_", " ")}.`));
  if (mark.instead.length) box.append(line(`It might be instead: ${mark.instead.join(", ")}.`));
  if (mark.judged) {
    const said = mark.judged.verdict === "confirmed" ? "It is metal" : "It is not metal";
    box.append(line(`${mark.judged.who}: ${said}${mark.judged.what ? `, ${mark.judged.what}` : ""}.`, "p", "silence"));
  }
  const row = document.createElement("div");
  row.className = "inline";
  row.append(button("Show", () => pane.look([mark.column, mark.row])));
  if (caseId) {
    const problem = line("", "p", "problem");
    problem.hidden = true;
    const judge = (verdict, what = "") => async () => {
      const content = { image_id: pane.facts.image_id, mark_id: mark.mark_id, verdict, what, place: verdict === "confirmed" ? place.value : "" };
      const said = await post("films/metal", content);
      problem.hidden = !said;
      problem.textContent = said;
      if (!said) await reread(pane);
    };
    const place = document.createElement("select");
    place.setAttribute("aria-label", `Where mark ${number} lies`);
    place.append(new Option("place not said", ""), ...PLACES.map((name) => new Option(`in the ${name}`, name)));
    const other = document.createElement("input");
    other.placeholder = "what it is";
    other.setAttribute("aria-label", `What mark ${number} is`);
    row.append(place, button("It is metal", judge("confirmed")), button("It is not", judge("rejected")));
    row.append(other, button("Something else", () => other.value.trim() ? judge("rejected", other.value.trim())() : other.focus()));
    row.append(button("Measure from here", () => usePoint([mark.column, mark.row])));
    if (mark.judged) row.append(button("Take that word back", judge("unsure")));
    box.append(row, problem);
  } else box.append(row);
  return box;
}

export function showMetal(into, pane, tools) {
  const { metal } = pane.facts;
  if (!metal) {
    into.replaceChildren(line("Not searched for metal yet: it may still come. Look at it yourself."));
    return;
  }
  const parts = metal.marks.map((mark, number) => one(mark, number + 1, pane, tools));
  if (!metal.marks.length) parts.push(line("No mark. That never means no metal."));
  if (metal.searched) parts.push(line(`Searched for: ${metal.searched}`, "p", "fine"));
  for (const limit of metal.limits) parts.push(line(limit, "p", "fine"));
  parts.push(line(`By ${metal.detector}.`, "p", "fine"));
  into.replaceChildren(...parts);
}
