// The sound of a resuscitation: the beat of compressions, the breaths, the calls. Scheduled ahead, so that a busy page
// does not make the beat limp. It is not the sound of alarms (sound.js) and much shorter.

const AHEAD_S = 1.2;
const BEAT = { hz: 880, length: 0.035, loud: 0.25 };
const BREATH = { hz: 330, length: 0.5, loud: 0.3 };
const CALLS = {
  next: [[660, 0, 0.12], [880, 0.15, 0.12]],
  check: [[880, 0, 0.18], [880, 0.25, 0.18], [1175, 0.5, 0.3]],
  late: [[1175, 0, 0.1], [1175, 0.15, 0.1], [1175, 0.3, 0.1], [1175, 0.45, 0.1]],
};

export class CprSound {
  constructor() {
    this.context = null;
    this.on = { beat: true, breath: true, calls: true };
    this.beating = false;
    this.beatAt = 0;
    this.breathAt = 0;
    this.calls = 0;
  }

  get running() { return this.context?.state === "running"; }

  // Best from a touch; browsers want one.
  arm() {
    const Context = window.AudioContext ?? window.webkitAudioContext;
    if (!Context) return;
    this.context ??= new Context();
    if (this.context.state !== "running") this.context.resume().catch(() => {});
  }

  // Several times a second. ``compressing``: the beat goes; ``breathing``: so do the breaths.
  tick({ compressing, breathing, beatsPerMin, breathsPerMin }) {
    if (!this.running) return;
    const until = this.context.currentTime + AHEAD_S;
    this.beatAt = this.along(this.beatAt, until, 60 / beatsPerMin, compressing && this.on.beat ? BEAT : null);
    this.breathAt = this.along(this.breathAt, until, 60 / breathsPerMin, breathing && this.on.breath ? BREATH : null);
  }

  along(at, until, every, tone) {
    const now = this.context.currentTime;
    if (!tone) return 0;
    let next = at < now - every ? now + 0.05 : at;
    for (; next < until; next += every) this.play(tone.hz, next, tone.length, tone.loud);
    return next;
  }

  call(kind) {
    this.calls += 1;
    if (!this.running || !this.on.calls) return;
    for (const [hz, at, length] of CALLS[kind]) this.play(hz, this.context.currentTime + at, length, 0.6);
  }

  play(hz, at, length, loud) {
    const tone = this.context.createOscillator();
    const level = this.context.createGain();
    tone.frequency.value = hz;
    level.gain.setValueAtTime(0, at);
    level.gain.linearRampToValueAtTime(loud, at + 0.008);
    level.gain.setValueAtTime(loud, at + length - 0.008);
    level.gain.linearRampToValueAtTime(0, at + length);
    tone.connect(level).connect(this.context.destination);
    tone.start(at);
    tone.stop(at + length);
  }
}
