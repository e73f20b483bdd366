// Server-sent events, read from a fetch: unlike the browser's own EventSource it sees the signs of life, so that a connection that
// hangs is noticed.

export interface ServerEvent {
  event: string;
  id: string | null;
  data: string;
}

/** Cuts a stream of text into events. Comments give an event without data, called `alive`. */
export class EventReader {
  private rest = "";

  /** The events that this piece of the stream completes. */
  take(piece: string): ServerEvent[] {
    this.rest += piece;
    const events: ServerEvent[] = [];
    for (;;) {
      const end = /\r?\n\r?\n/.exec(this.rest);
      if (end === null) return events;
      events.push(parse(this.rest.slice(0, end.index)));
      this.rest = this.rest.slice(end.index + end[0].length);
    }
  }
}

function parse(block: string): ServerEvent {
  let event = "message";
  let id: string | null = null;
  const data: string[] = [];
  for (const line of block.split(/\r?\n/)) {
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const field = line.slice(0, colon);
    const value = line.slice(colon + 1).replace(/^ /, "");
    if (field === "event") event = value;
    else if (field === "id") id = value;
    else if (field === "data") data.push(value);
  }
  return data.length === 0 ? { event: "alive", id, data: "" } : { event, id, data: data.join("\n") };
}
