// What the page of a resuscitation says at one moment, from its log and the time alone. The same rules run on the server
// (resuscitation/course.py, clock.py, drugs.py), and a test holds both to the same answers. The numbers come from the
// server's tables (``kit``). Times in microseconds.

const US_PER_S = 1e6;
const CHANGING = new Set(["compressor", "compressions"]);

function byTime(a, b) {
  return a.at_us - b.at_us || (a.entry_id < b.entry_id ? -1 : Number(a.entry_id > b.entry_id));
}

// The touches that stand and had happened, in the order of time.
export function seen(log, nowUs) {
  return log.entries.filter((entry) => !(entry.entry_id in log.withdrawn) && entry.at_us <= nowUs).sort(byTime);
}

export function beganUs(log) {
  const known = log.entries.map((entry) => entry.at_us);
  if (log.started) known.push(log.started.at_us);
  return known.length ? Math.min(...known) : null;
}

export function course(log, kit, nowUs) {
  const began = beganUs(log);
  if (began === null || began > nowUs) return null;
  const table = new Map(kit.transitions.map(([phase, step, to]) => [`${phase} ${step}`, to]));
  let phase = kit.first;
  let sinceUs = began;
  const cycles = [began];
  for (const entry of seen(log, nowUs)) {
    const to = table.get(`${phase} ${entry.step}`);
    if (!to) continue;
    if (to !== phase) {
      phase = to;
      sinceUs = entry.at_us;
    }
    if (entry.step === "compressions" && entry.at_us > cycles.at(-1)) cycles.push(entry.at_us);
  }
  return { phase, sinceUs, beganUs: began, cycles };
}

export function rhythm(touches) {
  return touches.findLast((entry) => entry.step === "rhythm")?.what ?? "";
}

export function shockDue(touches, kit) {
  const last = touches.findLast((entry) => entry.step === "shock" || entry.step === "rhythm");
  return last?.step === "rhythm" && kit.shockable.includes(last.what);
}

// Whether it is time for a drug: not_named, later, now, overdue, done.
export function drugDue(drug, touches, kit, began, nowUs) {
  const given = touches.filter((entry) => entry.step === "drug" && entry.what === drug.key);
  const counted = new Set(drug.vasopressor ? kit.drugs.filter((one) => one.vasopressor).map((one) => one.key) : [drug.key]);
  const last = touches.findLast((entry) => entry.step === "drug" && counted.has(entry.what));
  const told = { given: given.length, lastUs: given.at(-1)?.at_us ?? null };
  if (drug.times !== null && given.length >= drug.times) return { ...told, due: "done", dueUs: null };
  if (!drug.vasopressor) return { ...told, due: "not_named", dueUs: null };
  if (!last) {
    const shockable = kit.shockable.includes(rhythm(touches));
    return { ...told, due: shockable ? "later" : "now", dueUs: shockable ? null : began };
  }
  if (drug.due_us === null || drug.overdue_us === null) return { ...told, due: "not_named", dueUs: null };
  const dueUs = last.at_us + drug.due_us;
  if (nowUs < dueUs) return { ...told, due: "later", dueUs };
  return { ...told, due: nowUs <= last.at_us + drug.overdue_us ? "now" : "overdue", dueUs };
}

export function clockAt(log, kit, nowUs) {
  const stands = course(log, kit, nowUs);
  if (!stands) return null;
  const touches = seen(log, nowUs);
  const drugs = kit.drugs.map((drug) => ({ drug, ...drugDue(drug, touches, kit, stands.beganUs, nowUs) }));
  const compressing = stands.phase === "compressions";
  const leftUs = compressing ? stands.cycles.at(-1) + kit.protocol.cycle_us - nowUs : null;
  const etco2 = touches.findLast((e) => e.step === "etco2" && e.at_us >= stands.cycles.at(-1) && e.amount !== null)?.amount ?? null;
  return {
    phase: stands.phase,
    elapsedUs: nowUs - stands.beganUs,
    phaseUs: nowUs - stands.sinceUs,
    cycle: stands.cycles.length,
    leftUs,
    compressor: touches.findLast((entry) => CHANGING.has(entry.step) && entry.what)?.what ?? "",
    rhythm: rhythm(touches),
    shocks: touches.filter((entry) => entry.step === "shock").length,
    etco2,
    drugs,
    prompts: prompts(stands, touches, kit, drugs, leftUs, etco2, nowUs),
  };
}

function prompts({ phase, sinceUs }, touches, kit, drugs, leftUs, etco2, nowUs) {
  const { protocol } = kit;
  if (phase !== "compressions" && phase !== "pause") return [];
  const found = [];
  const add = (key, text, urgent) => found.push({ key, text, urgent });
  if (phase === "pause") {
    add("compress", `Compress again: no pause above ${protocol.pause_max_us / US_PER_S} s`, nowUs - sinceUs > protocol.pause_max_us);
  }
  if (shockDue(touches, kit)) add("shock", "Shock, then compress at once", true);
  if (leftUs !== null && leftUs <= 0) add("rhythm_check", "Look at the rhythm and change the compressor", leftUs < -protocol.warn_us);
  else if (leftUs !== null && leftUs <= protocol.warn_us) add("next_compressor", "Next compressor, get ready", false);
  const late = drugs.filter(({ due }) => due === "now" || due === "overdue");
  if (late.length) add("vasopressor", `${late.map(({ drug }) => drug.drug).join(" or ")} is due`, late.some(({ due }) => due === "overdue"));
  if (phase === "compressions" && etco2 !== null && etco2 < protocol.etco2_floor_mmhg) {
    add("etco2_low", `EtCO2 ${etco2}, below ${protocol.etco2_floor_mmhg}: compress better, check the tube`, false);
  }
  return [...found.filter((one) => one.urgent), ...found.filter((one) => !one.urgent)];
}

// For this weight: {low, high, unit, lowMl, highMl}; null for an infusion, or without a weight.
export function amountFor(drug, weightKg) {
  if (weightKg === null || drug.infusion) return null;
  const [low, high, written] = drug.dose;
  const unit = written.split("/")[0];
  const told = { low: low * weightKg, high: high * weightKg, unit, lowMl: null, highMl: null };
  if (unit === "mL") return { ...told, lowMl: told.low, highMl: told.high };
  if (drug.per_ml && drug.per_ml[1] === unit) return { ...told, lowMl: told.low / drug.per_ml[0], highMl: told.high / drug.per_ml[0] };
  return told;
}

// The next shock: the lower end of the range first, then the upper.
export function joulesFor(shock, weightKg, shocks) {
  return weightKg === null ? null : shock.per_kg[shocks ? 1 : 0] * weightKg;
}
