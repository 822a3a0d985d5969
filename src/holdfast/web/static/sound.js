// The sound of alarms, made here and never fetched. Bursts after IEC 60601-1-8 as a public analysis of it quotes them:
// 10 pulses for high priority, 3 for medium, 1 or 2 for low; 2.5 to 15 s between bursts of high, 2.5 to 30 s of medium,
// more than 15 s of low; a pulse between 150 Hz and 1 kHz with at least four harmonics up to 4 kHz. Lengths and spacing
// of the pulses, and the pitches, are our choice. A lost connection has the rhythm of medium priority, a third lower.

const PITCH_HZ = 523;
const LOWER_HZ = 415;
const HARMONICS = [0, 1, 0.7, 0.6, 0.5, 0.4];
const RISE_S = 0.015;
const FALL_S = 0.03;
const LEAD_S = 0.03;
const LOUD = 0.6;

// Groups of pulses: a group that has begun is played to its end, so that a short high alarm is still recognised.
const FIVE = [0, 0.2, 0.4, 0.75, 0.95];
export const BURSTS = {
  high: { rank: 3, hz: PITCH_HZ, pulse: 0.14, groups: [{ at: 0, pulses: FIVE }, { at: 1.7, pulses: FIVE }], length: 2.8, gap: 3 },
  medium: { rank: 2, hz: PITCH_HZ, pulse: 0.2, groups: [{ at: 0, pulses: [0, 0.4, 0.8] }], length: 1, gap: 7 },
  connection: { rank: 1, hz: LOWER_HZ, pulse: 0.2, groups: [{ at: 0, pulses: [0, 0.4, 0.8] }], length: 1, gap: 7 },
  low: { rank: 0, hz: PITCH_HZ, pulse: 0.2, groups: [{ at: 0, pulses: [0, 0.4] }], length: 0.6, gap: 18 },
};
const STUCK_MS = 2000;

export class AlarmSound {
  // ``onChange`` is called whenever ``state`` may have changed.
  constructor(onChange) {
    this.onChange = onChange;
    this.context = null;
    this.wanted = "";
    this.nextAt = 0;
    this.pending = [];
    this.bursts = 0;
    this.advanced = { time: -1, at: 0 };
    this.everRan = false;
  }

  // "unarmed": the browser wants a touch first; "running"; "stopped": it ran, and the browser has stopped it.
  get state() {
    if (!this.context || this.context.state !== "running") return this.everRan ? "stopped" : "unarmed";
    return performance.now() - this.advanced.at > STUCK_MS ? "stopped" : "running";
  }

  // Best called from a touch. Without one it works where the browser remembers an earlier touch on this site.
  async arm() {
    if (!this.context) {
      const Context = window.AudioContext ?? window.webkitAudioContext;
      if (!Context) return;
      this.context = new Context();
      this.context.addEventListener("statechange", () => this.follow());
      this.wave = this.context.createPeriodicWave(new Float32Array(HARMONICS.length), new Float32Array(HARMONICS));
    }
    if (this.context.state !== "running") this.context.resume().catch(() => {});
    this.follow();
  }

  follow() {
    if (this.context?.state === "running") {
      this.everRan = true;
      if (this.context.currentTime !== this.advanced.time) {
        this.advanced = { time: this.context.currentTime, at: performance.now() };
      }
    }
    this.onChange();
  }

  // What must sound from now on: a key of BURSTS, or "".
  want(kind) {
    if (kind === this.wanted) return;
    const urgent = kind && (!this.wanted || BURSTS[kind].rank > BURSTS[this.wanted].rank);
    this.wanted = kind;
    this.cancel();
    // Something less urgent takes over with its own pause; something more urgent does not wait.
    if (this.context) this.nextAt = urgent ? this.context.currentTime + LEAD_S : this.context.currentTime + 2.5;
    this.tick();
  }

  // Several times a second, also while the tab is hidden.
  tick() {
    this.follow();
    if (!this.wanted || this.state !== "running") return;
    const now = this.context.currentTime;
    if (now < this.nextAt - LEAD_S) return;
    const burst = BURSTS[this.wanted];
    this.play(burst, now + LEAD_S);
    this.nextAt = now + LEAD_S + burst.length + burst.gap;
  }

  test(kind) {
    this.arm();
    if (this.context) this.play(BURSTS[kind], this.context.currentTime + LEAD_S);
  }

  play(burst, startS) {
    this.bursts += 1;
    this.pending = burst.groups.map((group) => this.group(burst, group, startS + group.at));
  }

  group(burst, { pulses }, startS) {
    const tone = this.context.createOscillator();
    tone.setPeriodicWave(this.wave);
    tone.frequency.value = burst.hz;
    const level = this.context.createGain();
    level.gain.value = 0;
    for (const at of pulses) {
      const begin = startS + at;
      level.gain.setValueAtTime(0, begin);
      level.gain.linearRampToValueAtTime(LOUD, begin + RISE_S);
      level.gain.setValueAtTime(LOUD, begin + burst.pulse - FALL_S);
      level.gain.linearRampToValueAtTime(0, begin + burst.pulse);
    }
    tone.connect(level).connect(this.context.destination);
    tone.start(startS);
    tone.stop(startS + pulses[pulses.length - 1] + burst.pulse + FALL_S);
    return { tone, level, startS };
  }

  cancel() {
    if (!this.context) return;
    const now = this.context.currentTime;
    for (const { tone, level, startS } of this.pending) {
      if (startS <= now) continue;
      level.disconnect();
      tone.stop(now);
    }
    this.pending = [];
  }
}
