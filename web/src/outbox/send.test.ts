// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";

import type { Step, Waiting } from "./outbox.ts";

/** What the server answers, one after the other; null is no network. */
let answers: (Response | null)[] = [];
let asked: Request[] = [];
vi.stubGlobal("fetch", (request: Request) => {
  asked.push(request);
  const answer = answers.shift();
  return answer == null ? Promise.reject(new TypeError("no network")) : Promise.resolve(answer);
});
const { reached, send } = await import("./send.ts");
const { setCsrf } = await import("../api/client.ts");

beforeEach(() => {
  [answers, asked] = [[], []];
  setCsrf("proof");
});

const visit = (state: "offered" | "accepted" | "en_route" | "arrived" | "completed" | "unfilled" | "cancelled", responder: string | null = "rae") => ({ state, responder: responder === null ? null : { id: responder, name: responder } });
const json = (status: number, content: unknown, headers: Record<string, string> = {}) => new Response(JSON.stringify(content), { status, headers: { "Content-Type": "application/json", ...headers } });
const problem = (status: number, detail: string, headers: Record<string, string> = {}) => json(status, { detail }, { "Content-Type": "application/problem+json", ...headers });

async function tried(step: Step, script: (Response | null)[], { tries = 0, ask = () => Promise.resolve() } = {}) {
  answers = script;
  const waiting: Waiting = { key: "k1", visit: "v1", home: "Elm Row", step, words: step === "decline" ? "No car" : "", at: 0 };
  const settled: string[] = [];
  const outcome = await send(waiting, tries, { me: "rae", ask, settled: (now) => settled.push(now.state) });
  return { outcome, settled };
}

test("what the server has done is done, and was sent under its key", async () => {
  expect(await tried("accept", [json(200, visit("accepted"))])).toEqual({ outcome: { is: "done" }, settled: ["accepted"] });
  expect(asked.map((request) => [request.method, new URL(request.url).pathname, request.headers.get("Idempotency-Key"), request.headers.get("X-CSRF-Token")])).toEqual([["POST", "/api/v1/visits/v1/accept", "k1", "proof"]]);
});

test("without a network, a server or a sign-in it waits", async () => {
  for (const script of [[null], [problem(503, "busy")], [problem(500, "a defect")], [problem(429, "slow down")], [problem(401, "This session has ended.")]]) {
    expect((await tried("arrived", script)).outcome).toEqual({ is: "later" });
  }
});

test("refused, the visit itself says whether it was done", async () => {
  const conflict = () => problem(409, "this visit is arrived; you cannot set out for it now");
  expect(await tried("en-route", [conflict(), json(200, visit("arrived"))])).toEqual({ outcome: { is: "done" }, settled: ["arrived"] });
  expect((await tried("en-route", [conflict(), json(200, visit("cancelled"))])).outcome).toEqual({ is: "refused", words: "this visit is arrived; you cannot set out for it now" });
  expect((await tried("en-route", [conflict(), null])).outcome, "it could not be asked").toEqual({ is: "later" });
});

test("a first try that is under way is waited for; one that was cut off is sent under a fresh key once it was looked at", async () => {
  const underWay = () => problem(409, "The first request with this key has not been answered", { "Retry-After": "2" });
  expect((await tried("accept", [underWay(), json(200, visit("offered"))])).outcome).toEqual({ is: "later" });
  expect((await tried("accept", [underWay(), json(200, visit("accepted"))])).outcome).toEqual({ is: "done" });
  expect((await tried("accept", [underWay(), json(200, visit("offered"))], { tries: 10 })).outcome).toEqual({ is: "fresh" });
});

test("a visit that is somebody else's by now says so; one that was to be declined is", async () => {
  const gone = () => [problem(404, "There is no such visit"), problem(404, "There is no such visit")];
  expect((await tried("accept", gone())).outcome).toEqual({ is: "refused", words: expect.stringContaining("no longer yours") as string });
  expect((await tried("decline", gone())).outcome).toEqual({ is: "done" });
});

test("a proof that another tab has renewed is fetched, and nothing is given up for it", async () => {
  const forbidden = () => problem(403, "A write needs the header X-CSRF-Token");
  const ask = () => {
    setCsrf("newer proof");
    return Promise.resolve();
  };
  expect((await tried("accept", [forbidden()], { ask })).outcome).toEqual({ is: "later" });
  expect((await tried("accept", [forbidden(), json(200, visit("offered"))])).outcome).toEqual({ is: "refused", words: "A write needs the header X-CSRF-Token" });
});

test("a step counts as done when the visit stands there or further on, and is still mine", () => {
  expect(reached(visit("accepted"), "accept", "rae")).toBe(true);
  expect(reached(visit("arrived"), "en-route", "rae"), "the home's equipment was quicker").toBe(true);
  expect(reached(visit("offered"), "accept", "rae")).toBe(false);
  expect(reached(visit("accepted", "sam"), "accept", "rae"), "it is somebody else's").toBe(false);
  expect(reached(visit("cancelled"), "accept", "rae"), "called off is not accepted").toBe(false);
});

test("a visit is declined when nobody expects me any more", () => {
  expect(reached(visit("unfilled", null), "decline", "rae")).toBe(true);
  expect(reached(visit("offered", "sam"), "decline", "rae")).toBe(true);
  expect(reached(visit("arrived"), "decline", "rae")).toBe(false);
});
