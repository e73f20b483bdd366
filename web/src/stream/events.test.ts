import { expect, test } from "vitest";

import { EventReader } from "./events.ts";

test("events come whole however the stream is cut", () => {
  const text = ': from now on\nretry: 2000\nid: 7\n\nid: 8\nevent: alert\ndata: {"a":\ndata: 1}\n\nevent: reset\nid: 9\ndata: {}\n\n: still here\n\n';
  for (let cut = 1; cut < text.length; cut += 1) {
    const reader = new EventReader();
    const events = [...reader.take(text.slice(0, cut)), ...reader.take(text.slice(cut))];
    expect(events).toEqual([
      { event: "alive", id: "7", data: "" },
      { event: "alert", id: "8", data: '{"a":\n1}' },
      { event: "reset", id: "9", data: "{}" },
      { event: "alive", id: null, data: "" },
    ]);
  }
});
