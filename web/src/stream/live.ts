// The live picture: the open alerts, kept by the stream. It resumes where it broke off, and says how old it is when it cannot.

import { type Alert, body, client, proofs, Refusal } from "../api/client.ts";
import { now } from "../time/clock.ts";
import { type Board, merged, replaced } from "./board.ts";
import { EventReader, type ServerEvent } from "./events.ts";

/** The server gives a sign of life each 15 s. */
const SILENT_MS = 25_000;
const AGAIN_MS = [500, 1000, 2000, 4000];
const PAGE = 200;

export interface Picture {
  board: Board;
  /** Whether the list was read at all. */
  known: boolean;
  /** Whether what the stream tells arrives now. */
  live: boolean;
  /** When the server was last heard, in ms. */
  heardAt: number;
}

/** One connection for the page, however many parts of it look. */
export class Live {
  private picture: Picture = { board: new Map(), known: false, live: false, heardAt: now() };
  private readonly listeners = new Set<() => void>();
  private readonly told = new Set<(alert: Alert, before: Alert | undefined) => void>();
  private readonly closed = new Map<string, number>();
  private readonly sinceList = new Set<string>();
  private position: string | null = null;
  private stopping = new AbortController();
  private waiting: Alert[] = [];
  private frame = false;
  private readonly ended: () => void;

  /** `ended` is called when the server no longer knows who we are. */
  constructor(ended: () => void) {
    this.ended = ended;
  }

  start(): void {
    this.stopping = new AbortController();
    void this.run(this.stopping.signal);
  }

  stop(): void {
    this.stopping.abort();
  }

  /** Nothing is known any more: the list is read anew at the next start. */
  forget(): void {
    this.position = null;
    this.set({ board: new Map(), known: false, live: false });
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly snapshot = (): Picture => this.picture;

  /** Calls `listener` for each change that the stream tells, not for what a list brings. */
  onChange(listener: (alert: Alert, before: Alert | undefined) => void): () => void {
    this.told.add(listener);
    return () => this.told.delete(listener);
  }

  /** Takes in what an answer to an action said, so that the page need not wait for the stream. */
  take(alert: Alert): void {
    this.set({ board: merged(this.picture.board, [alert], this.closed) });
  }

  private set(change: Partial<Picture>): void {
    this.picture = { ...this.picture, ...change };
    for (const listener of this.listeners) listener();
  }

  private async run(signal: AbortSignal): Promise<void> {
    for (let failures = 0; !signal.aborted; ) {
      try {
        if (this.position === null) await this.list(signal);
        await this.listen(signal, () => (failures = 0));
      } catch (error) {
        if (error instanceof Refusal && error.status === 401) {
          this.ended();
          return;
        }
      }
      this.set({ live: false });
      await pause(AGAIN_MS[Math.min(failures, AGAIN_MS.length - 1)] ?? 4000, signal);
      failures += 1;
    }
  }

  /** Reads the whole list; the stream goes on from where its first page stood. */
  private async list(signal: AbortSignal): Promise<void> {
    this.sinceList.clear();
    const alerts: Alert[] = [];
    let cursor: string | undefined;
    do {
      const page = await body(client.GET("/api/v1/alerts", { params: { query: { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) } }, signal }));
      alerts.push(...page.items);
      this.position ??= String(page.stream_position);
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    this.set({ board: replaced(this.picture.board, alerts, this.sinceList, this.closed), known: true, heardAt: now() });
  }

  private async listen(signal: AbortSignal, good: () => void): Promise<void> {
    const cut = new AbortController();
    const both = AbortSignal.any([signal, cut.signal]);
    const response = await fetch("/api/v1/alerts/stream", { headers: { ...proofs(), "Last-Event-ID": this.position ?? "", Accept: "text/event-stream" }, signal: both, cache: "no-store" });
    if (!response.ok || response.body === null) throw new Refusal(response.status, "the stream was refused");
    good();
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const events = new EventReader();
    this.set({ live: true, heardAt: now() });
    for (;;) {
      const timer = setTimeout(() => cut.abort(), SILENT_MS);
      const piece = await reader.read().finally(() => clearTimeout(timer));
      if (piece.done) return;
      for (const event of events.take(piece.value)) this.hear(event);
      this.picture = { ...this.picture, heardAt: now() };
      if (this.position === null) {
        cut.abort();
        return;
      }
    }
  }

  private hear(event: ServerEvent): void {
    if (event.event === "reset") {
      // Too long away to be told what happened: the list is read anew.
      this.position = null;
      return;
    }
    if (event.event === "alert") {
      const alert = JSON.parse(event.data) as Alert;
      this.sinceList.add(alert.id);
      const before = this.waiting.findLast((each) => each.id === alert.id) ?? this.picture.board.get(alert.id);
      this.waiting.push(alert);
      for (const listener of this.told) listener(alert, before);
      this.flush();
    }
    if (event.id !== null) this.position = event.id;
  }

  /** Many changes at once are drawn at once. A hidden tab draws nothing, so a frame is not waited for there. */
  private flush(): void {
    if (this.frame) return;
    this.frame = true;
    setTimeout(() => {
      this.frame = false;
      const alerts = this.waiting;
      this.waiting = [];
      this.set({ board: merged(this.picture.board, alerts, this.closed) });
    }, 50);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
