// The logs of one animal's resuscitations as this browser has them: what the server told, and what was touched here. A log
// is a set of touches with ids, so both are simply put together. Kept in this browser, delivered by the outbox.
import { post } from "./outbox.js";
import { nowUs } from "./server_clock.js";
import { own } from "./session.js";
import { course } from "./cpr_clock.js";
import { entryWords } from "./cpr_screen.js";
import { freshId } from "./forms.js";

const FORM = "application/x-www-form-urlencoded";

export class CprLogs {
  constructor(caseId, kit, told) {
    this.caseId = caseId;
    this.kit = kit;
    this.key = `holdfast-cpr-${caseId}`;
    this.logs = new Map();
    this.touchedUs = 0;
    this.merge(this.kept());
    this.merge(told);
  }

  kept() {
    try { return JSON.parse(localStorage.getItem(this.key)) ?? []; } catch { return []; }
  }

  keep() {
    try { localStorage.setItem(this.key, JSON.stringify([...this.logs.values()].slice(-5))); } catch { /* this page still has it */ }
  }

  // Both sides put together. A touch is the same wherever it stands; the server's word on it goes first (its clock).
  merge(told) {
    for (const log of told) {
      const mine = this.logs.get(log.cpr_id);
      if (!mine) {
        this.logs.set(log.cpr_id, log);
        continue;
      }
      const ids = new Set(log.entries.map((entry) => entry.entry_id));
      mine.entries = [...log.entries, ...mine.entries.filter((entry) => !ids.has(entry.entry_id))];
      mine.withdrawn = { ...mine.withdrawn, ...log.withdrawn };
      mine.started = log.started ?? mine.started;
    }
    this.keep();
  }

  // Those that are not over, the earliest first.
  running(at = nowUs()) {
    return [...this.logs.values()]
      .map((log) => ({ log, stands: course(log, this.kit, at) }))
      .filter(({ stands }) => stands && stands.phase !== "over")
      .sort((a, b) => a.stands.beganUs - b.stands.beganUs || (a.log.cpr_id < b.log.cpr_id ? -1 : 1))
      .map(({ log }) => log);
  }

  start(weightKg) {
    const log = { cpr_id: freshId(), started: { at_us: nowUs(), weight_kg: weightKg }, entries: [], withdrawn: {} };
    this.logs.set(log.cpr_id, log);
    this.keep();
    this.deliver("start", { cpr_id: log.cpr_id, at_us: log.started.at_us }, "resuscitation began");
    return log;
  }

  touch(log, fields) {
    this.touchedUs = Math.max(nowUs(), this.touchedUs + 1); // two touches in one instant keep their order
    const entry = { entry_id: freshId(), at_us: this.touchedUs, what: "", amount: null, unit: "", route: "", ...fields, by: own.name };
    log.entries.push(entry);
    this.keep();
    const { by, ...sent } = entry;
    this.deliver("touches", { cpr_id: log.cpr_id, ...sent }, entryWords(entry, this.kit));
    return entry;
  }

  withdraw(log, entryId) {
    log.withdrawn[entryId] = "touched by mistake";
    this.keep();
    this.deliver("withdraw", { cpr_id: log.cpr_id, entry_id: entryId, reason: log.withdrawn[entryId] }, "taken back");
  }

  // The other device began this resuscitation earlier: what was touched here goes into its log, and this one ends.
  join(mine, older) {
    const there = new Set(older.entries.map((entry) => entry.entry_id));
    for (const entry of mine.entries) {
      if (there.has(entry.entry_id)) continue;
      older.entries.push(entry);
      const { by, ...sent } = entry;
      this.deliver("touches", { cpr_id: older.cpr_id, ...sent }, entryWords(entry, this.kit));
    }
    Object.assign(older.withdrawn, mine.withdrawn);
    for (const entryId of Object.keys(mine.withdrawn)) {
      this.deliver("withdraw", { cpr_id: older.cpr_id, entry_id: entryId, reason: mine.withdrawn[entryId] }, "taken back");
    }
    this.touch(mine, { step: "stopped", what: "logged together with another device" });
  }

  // At once into the outbox: nobody waits for the server here.
  deliver(act, fields, words) {
    const body = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) if (value !== null && value !== "") body.set(name, String(value));
    body.set("command_id", fields.entry_id ?? fields.cpr_id);
    const entry = { url: `/cases/${this.caseId}/cpr/${act}`, body: String(body), type: FORM, words: `CPR: ${words}`, entered_us: nowUs() };
    post(entry, 0);
  }
}
