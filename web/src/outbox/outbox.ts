// What a responder pressed, kept on the phone until the server has it: sent in order, each with its own Idempotency-Key, so that it is done once however often it
// is sent.

export type Step = "accept" | "decline" | "en-route" | "arrived" | "complete";

export interface Waiting {
  /** Its Idempotency-Key. */
  key: string;
  visit: string;
  /** What the home is called, for the list of what waits. */
  home: string;
  step: Step;
  /** A reason, or a note. */
  words: string;
  /** When it was pressed, in ms. */
  at: number;
  /** Why the server would not do it; it stays until it was read. */
  refused?: string;
}

/** What became of a try. `fresh`: the key is spent and nothing was done, so send it under another. */
export type Outcome = { is: "done" } | { is: "later" } | { is: "fresh" } | { is: "refused"; words: string };

type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;

interface Means {
  storage: Kept;
  send: (waiting: Waiting, tries: number) => Promise<Outcome>;
  /** Runs `work` while no other tab of this browser does. */
  alone: (work: () => Promise<void>) => Promise<void>;
  now: () => number;
  newKey: () => string;
}

const AGAIN_MS = [1000, 2000, 4000, 8000];

export class Outbox {
  private readonly name: string;
  private readonly means: Means;
  private readonly listeners = new Set<() => void>();
  private list: readonly Waiting[];
  private stored: string;
  private sending = false;
  /** Whether there is a reason to look again at once. */
  private asked = false;
  private paused = true;
  private tries = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** The box of one person; another who uses this phone has another. */
  constructor(person: string, means: Means) {
    this.name = `harken.outbox.${person}`;
    this.means = means;
    this.stored = this.means.storage.getItem(this.name) ?? "[]";
    this.list = read(this.stored);
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly waiting = (): readonly Waiting[] => this.list;

  add(made: Pick<Waiting, "visit" | "home" | "step" | "words">): void {
    this.look();
    this.keep([...this.list, { ...made, key: this.means.newKey(), at: this.means.now() }]);
    this.hurry();
  }

  /** The words of a refusal were read. */
  dismiss(key: string): void {
    this.look();
    this.keep(this.list.filter((each) => each.key !== key));
  }

  /** Begins to send, or stops while nobody is signed in. */
  go(on: boolean): void {
    this.paused = !on;
    if (on) this.hurry();
    else clearTimeout(this.timer);
  }

  /** There may be a network again: tries at once. */
  hurry(): void {
    clearTimeout(this.timer);
    this.look();
    void this.run();
  }

  /** What another tab may have changed. */
  look(): void {
    const stored = this.means.storage.getItem(this.name) ?? "[]";
    if (stored === this.stored) return;
    this.stored = stored;
    this.set(read(stored));
  }

  private async run(): Promise<void> {
    this.asked = true;
    if (this.sending) return;
    this.sending = true;
    while (this.asked && !this.paused) {
      this.asked = false;
      await this.means.alone(async () => {
        if (await this.sendFirst()) this.asked = true;
      });
    }
    this.sending = false;
    if (!this.paused && this.first() !== undefined) {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.hurry(), AGAIN_MS[Math.min(this.tries, AGAIN_MS.length) - 1] ?? 1000);
    }
  }

  /** Sends the first that waits; whether to go on with the next. */
  private async sendFirst(): Promise<boolean> {
    this.look();
    const first = this.first();
    if (first === undefined) return false;
    const outcome = await this.means.send(first, this.tries);
    // More may have been pressed meanwhile.
    this.look();
    if (outcome.is === "later") {
      this.tries += 1;
      return false;
    }
    this.tries = 0;
    this.keep(
      this.list.flatMap((each) => {
        if (each.key !== first.key) return [each];
        if (outcome.is === "done") return [];
        return [outcome.is === "fresh" ? { ...each, key: this.means.newKey() } : { ...each, refused: outcome.words }];
      }),
    );
    return true;
  }

  private first(): Waiting | undefined {
    return this.list.find((each) => each.refused === undefined);
  }

  private keep(list: readonly Waiting[]): void {
    this.stored = JSON.stringify(list);
    if (list.length === 0) this.means.storage.removeItem(this.name);
    else this.means.storage.setItem(this.name, this.stored);
    this.set(list);
  }

  private set(list: readonly Waiting[]): void {
    this.list = list;
    for (const each of this.listeners) each();
  }
}

function read(stored: string): readonly Waiting[] {
  try {
    const list: unknown = JSON.parse(stored);
    return Array.isArray(list) ? (list as Waiting[]) : [];
  } catch {
    return [];
  }
}
