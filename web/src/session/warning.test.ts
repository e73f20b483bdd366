import { expect, test } from "vitest";

import { warning } from "./warning.ts";

const at = (time: string) => Date.parse(`2026-11-24T${time}Z`);
const session = { ends_at: "2026-11-24T20:00:00Z", renewable_until: "2026-11-25T08:00:00Z" };

test("ten minutes before its end, and not before, a session is warned of", () => {
  expect(warning(session, at("19:49:59"))).toBeNull();
  expect(warning(session, at("19:50:00"))).toEqual({ left_ms: 600_000, renewable: true });
  expect(warning(session, at("20:00:30"))).toEqual({ left_ms: 0, renewable: true });
});

test("a session that cannot be continued says so", () => {
  expect(warning({ ...session, renewable_until: session.ends_at }, at("19:55:00"))?.renewable).toBe(false);
  expect(warning({ ...session, renewable_until: "2026-11-24T20:00:59Z" }, at("19:55:00"))?.renewable).toBe(false);
  expect(warning({ ...session, renewable_until: "2026-11-24T20:01:00Z" }, at("19:55:00"))?.renewable).toBe(true);
});
