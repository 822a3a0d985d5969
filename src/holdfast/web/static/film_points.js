// Landmarks: which are wanted for how the dog lay, which are placed, and keeping them.
export function pointsPanel(page, { post, current, redraw, reread }) {
  const find = (query) => page.querySelector(query);
  const words = new Map([...find("[data-words]").content.querySelectorAll("span")].map((one) => [one.dataset.key, one.textContent]));
  const wanted = new Map(
    [...find("[data-wanted]").content.querySelectorAll("span")].map((one) => [
      one.dataset.lying,
      { needed: one.dataset.needed.split(" "), useful: one.dataset.useful.split(" ") },
    ]),
  );
  const list = find("[data-point-list]");
  const lying = find("[data-lying]");
  const sid = find("[data-sid]");
  const said = find("[data-points-said]");
  let shownFor = null;

  const order = () => {
    const lists = wanted.get(lying.value);
    return lists ? [...lists.needed, ...lists.useful] : [];
  };

  function next(pane) {
    pane.wanted = order().find((name) => !pane.points[name]) || "";
  }

  function say(text, problem = false) {
    said.textContent = text;
    said.classList.toggle("problem", problem);
  }

  function hint() {
    const pane = current();
    if (!pane || pane.tool !== "points") return;
    const text = !lying.value ? "Say below how the dog lay." : pane.wanted ? `Tap: ${words.get(pane.wanted)}.` : "All points are placed. Save them.";
    find("[data-hint]").textContent = text;
  }

  function entry(pane, name, needed) {
    const line = document.createElement("li");
    line.classList.toggle("placed", Boolean(pane.points[name]));
    line.classList.toggle("needed", needed);
    const pick = document.createElement("button");
    pick.type = "button";
    pick.textContent = `${words.get(name)}${needed ? "" : " (if seen)"}`;
    pick.setAttribute("aria-pressed", String(pane.wanted === name));
    pick.dataset.point = name;
    pick.addEventListener("click", () => {
      pane.wanted = name;
      show();
    });
    line.append(pick);
    if (pane.points[name]) {
      const drop = document.createElement("button");
      drop.type = "button";
      drop.className = "drop";
      drop.textContent = "\u00d7";
      drop.setAttribute("aria-label", `Remove: ${words.get(name)}`);
      drop.addEventListener("click", () => {
        delete pane.points[name];
        pane.unsaved = true;
        show();
        redraw();
      });
      line.append(drop);
    }
    return line;
  }

  function show() {
    const pane = current();
    if (!pane) return;
    if (shownFor !== pane) {
      shownFor = pane;
      lying.value = pane.lying || pane.facts.landmarks?.lying || "";
      sid.value = pane.facts.landmarks?.sid_mm || "";
      next(pane);
      say("");
    }
    const lists = wanted.get(lying.value) || { needed: [], useful: [] };
    list.replaceChildren(
      ...lists.needed.map((name) => entry(pane, name, true)),
      ...lists.useful.map((name) => entry(pane, name, false)),
    );
    if (pane.unsaved) say("Not saved yet.");
    hint();
  }

  lying.addEventListener("change", () => {
    const pane = current();
    pane.lying = lying.value;
    pane.unsaved = true;
    next(pane);
    show();
  });

  find("[data-save-points]").addEventListener("click", async () => {
    const pane = current();
    if (!lying.value) {
      say("Say first how the dog lay.", true);
      return;
    }
    const fits = new Set(order());
    const points = Object.fromEntries(Object.entries(pane.points).filter(([name]) => fits.has(name)));
    const number = Number(sid.value.replace(",", "."));
    if (sid.value && !(number > 0)) {
      say("The distance to the plate is no number.", true);
      return;
    }
    const content = { image_id: pane.facts.image_id, lying: lying.value, points, sid_mm: sid.value ? number : null };
    const problem = await post("films/landmarks", content);
    if (problem) {
      say(problem, true);
      return;
    }
    pane.unsaved = false;
    await reread(pane);
    const missing = wanted.get(lying.value).needed.filter((name) => !pane.points[name]);
    say(missing.length ? `Saved. Still needed for distances: ${missing.map((name) => words.get(name)).join("; ")}.` : "Saved. Everything needed of this view is there.");
  });

  return {
    name: (name) => words.get(name) || name,
    show,
    place(pane, at) {
      if (!lying.value) {
        say("Say first how the dog lay.", true);
        return;
      }
      if (!pane.wanted) return;
      pane.points[pane.wanted] = at;
      pane.unsaved = true;
      next(pane);
      show();
      pane.redraw();
    },
    move(pane, name, at) {
      pane.points[name] = at;
      pane.unsaved = true;
      pane.redraw();
    },
    useMark(at) {
      const pane = current();
      pane.points.object = at;
      pane.unsaved = true;
      next(pane);
      find('button[data-tool="points"]').click();
      show();
      pane.redraw();
    },
  };
}
