// The bar of alarms on every page: what is alarming anywhere in the ward, its sound, and whether this screen can sound
// at all. Everything shown comes from the server's state, so a reload changes nothing.
import { showAlarms } from "./alarm_items.js";
import { connect } from "./live.js";
import { AlarmSound, BURSTS } from "./sound.js";
import { everyTick } from "./ticks.js";
import { slot } from "./view.js";

const SLEPT_MS = 5000;
const bar = document.getElementById("alarm-bar");
const title = document.title;
const heard = { message: null, at: 0 };
let stale = false;
let ticked = performance.now();

const sound = new AlarmSound(showSound);

const SOUND_WORDS = {
  unarmed: "SOUND NOT ARMED: touch here",
  stopped: "SOUND STOPPED by the browser: touch here",
  running: "Sound on",
};

function showSound() {
  const { state } = sound;
  bar.dataset.armed = { unarmed: "no", stopped: "stopped", running: "yes" }[state];
  bar.dataset.sound = state === "running" ? sound.wanted : "";
  bar.dataset.bursts = String(sound.bursts);
  const place = slot(bar, "sound-state");
  if (place.textContent !== SOUND_WORDS[state]) place.textContent = SOUND_WORDS[state];
}

// The more urgent of what the ward asks for and of what a lost connection asks for.
function wanted() {
  const asked = heard.message?.sound ?? "";
  if (!stale) return asked;
  return asked && BURSTS[asked].rank > BURSTS.connection.rank ? asked : "connection";
}

function serverNow() {
  return heard.message.server_us + (performance.now() - heard.at) * 1000;
}

function minutes(us) {
  const s = Math.max(0, Math.ceil(us / 1e6));
  return `${Math.floor(s / 60)}:${String(s % 60).padStart(2, "0")}`;
}

function showPause() {
  const place = slot(bar, "paused");
  const running = heard.message.paused.filter((pause) => pause.until_us > serverNow());
  place.hidden = !running.length;
  const text = `Paused: ${running.map((pause) => `${pause.name} ${minutes(pause.until_us - serverNow())}`).join(", ")}`;
  if (place.textContent !== text) place.textContent = text;
}

// The button pauses the dog that sounds most urgently; the others go on.
function showPauseButton() {
  const form = slot(bar, "pause");
  if (!form) return;
  const sounding = heard.message.sounding;
  form.hidden = !sounding;
  if (sounding) form.setAttribute("action", `/cases/${sounding}/alarms/pause`);
}

function show(message) {
  heard.message = message;
  heard.at = performance.now();
  showAlarms(slot(bar, "alarms"), message.alarms);
  slot(bar, "calm").hidden = message.alarms.length > 0;
  slot(bar, "calm").textContent = "No alarm";
  const more = slot(bar, "more");
  more.hidden = message.alarms.length < 2;
  if (more.hidden) expand(false);
  nameMore();
  bar.dataset.wanted = message.sound;
  bar.dataset.calm = message.alarms.length ? "no" : "yes";
  const urgent = message.alarms.find((row) => row.alarm.state !== "acknowledged");
  document.title = urgent ? `${{ high: "!!!", medium: "!!", low: "!" }[urgent.alarm.priority]} ${urgent.name}: ${urgent.alarm.text}` : title;
  showPauseButton();
  tick();
}

function nameMore() {
  const text = bar.classList.contains("open") ? "Close" : `+${Math.max(0, heard.message.alarms.length - 1)}`;
  const more = slot(bar, "more");
  if (more.textContent !== text) more.textContent = text;
}

function expand(open) {
  bar.classList.toggle("open", open);
  slot(bar, "more").setAttribute("aria-expanded", String(open));
  if (heard.message) nameMore();
}

function tick() {
  const now = performance.now();
  if (now - ticked > SLEPT_MS) {
    slot(bar, "slept").textContent = `This browser put the page to sleep for ${Math.round((now - ticked) / 1000)} s: no alarm could sound then. Keep this tab in front or allow it to run in the background.`;
  }
  ticked = now;
  if (heard.message) showPause();
  sound.want(wanted());
  sound.tick();
}

document.addEventListener("stalechange", (event) => { stale = event.detail; tick(); });
for (const name of ["pointerdown", "keydown"]) {
  window.addEventListener(name, () => { if (sound.state !== "running") sound.arm(); }, { capture: true, passive: true });
}
slot(bar, "more").addEventListener("click", () => expand(!bar.classList.contains("open")));
slot(bar, "sound").addEventListener("click", (event) => {
  const kind = event.target.closest("[data-test-sound]")?.dataset.testSound;
  if (kind) sound.test(kind);
});
document.addEventListener("keydown", (event) => { if (event.key === "Escape") { expand(false); slot(bar, "sound").open = false; } });
document.addEventListener("click", (event) => {
  if (!slot(bar, "sound").contains(event.target)) slot(bar, "sound").open = false;
});

sound.arm();
everyTick(tick);
connect("/live/alarms", show);
