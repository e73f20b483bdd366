// One sound for each priority, made by the browser itself: nothing is loaded, and nothing is missing when it is needed.

import type { Alert } from "../../api/client.ts";

/** Tones of a priority: pitch in Hz, beginning and length in s. A life alarm is the only one that rises. */
const TONES: Record<number, readonly (readonly [number, number, number])[]> = {
  1: [[660, 0, 0.14], [880, 0.16, 0.14], [1175, 0.32, 0.22]],
  2: [[740, 0, 0.18], [740, 0.26, 0.18]],
  3: [[523, 0, 0.22]],
  4: [[392, 0, 0.16]],
  5: [[330, 0, 0.1]],
};
/** How long until the sound of a priority comes again while something of it waits, in ms. */
const AGAIN_MS: Record<number, number> = { 1: 4000, 2: 10_000, 3: 30_000, 4: 120_000, 5: 300_000 };

let context: AudioContext | null = null;

function audio(): AudioContext {
  context ??= new AudioContext();
  return context;
}

/** Whether the browser lets us be heard; it waits for somebody to press something first. */
export function blocked(): boolean {
  return audio().state !== "running";
}

/** Asks the browser to let us be heard; works only from a press. */
export async function unblock(): Promise<void> {
  await audio().resume();
}

export function play(priority: number): void {
  const on = audio();
  if (on.state !== "running") return;
  for (const [hz, from, length] of TONES[priority] ?? TONES[3] ?? []) {
    const tone = on.createOscillator();
    const volume = on.createGain();
    const at = on.currentTime + from;
    tone.frequency.value = hz;
    volume.gain.setValueAtTime(0, at);
    volume.gain.linearRampToValueAtTime(0.25, at + 0.02);
    volume.gain.setValueAtTime(0.25, at + length - 0.03);
    volume.gain.linearRampToValueAtTime(0, at + length);
    tone.connect(volume).connect(on.destination);
    tone.start(at);
    tone.stop(at + length);
  }
}

/** The most urgent priority that waits for somebody, of the lanes in which somebody may be in need; null when nobody waits. */
export function sounding(alerts: Iterable<Alert>): number | null {
  let most: number | null = null;
  for (const alert of alerts) {
    if (alert.state !== "raised" || alert.queue === "test") continue;
    if (most === null || alert.priority < most) most = alert.priority;
  }
  return most;
}

/** When the sound of `priority` is due again after it was played at `last`, in ms. */
export function dueAgain(priority: number, last: number): number {
  return last + (AGAIN_MS[priority] ?? 30_000);
}
