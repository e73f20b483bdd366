// One try to send what waits, and what its answer means: done, again later, or refused. When an answer was lost, the visit itself says whether it was done.

import { body, client, csrfToken, Refusal, type Schemas } from "../api/client.ts";
import { visitsWords } from "../text/en.ts";
import type { Outcome, Step, Waiting } from "./outbox.ts";

type Visit = Schemas["Visit"];

/** A phone in a dead spot may hold a request for minutes. */
const PATIENCE_MS = 15_000;
/** So often is asked whether a request that was cut off is still under way. */
const UNDER_WAY = 10;

const STAGES = ["offered", "accepted", "en_route", "arrived", "completed"];
const REACHES: Record<Exclude<Step, "decline">, string> = { accept: "accepted", "en-route": "en_route", arrived: "arrived", complete: "completed" };

/** Whether the visit stands where this step leads, or further on. */
export function reached(visit: Pick<Visit, "state" | "responder">, step: Step, me: string): boolean {
  const mine = visit.responder?.id === me;
  if (step === "decline") return !mine;
  return mine && STAGES.indexOf(visit.state) >= STAGES.indexOf(REACHES[step]);
}

interface Ways {
  me: string;
  /** Takes in what the server says of a visit. */
  settled: (visit: Visit) => void;
  /** Asks anew who is signed in, as the proof that writes carry may be another tab's by now. */
  ask: () => Promise<void>;
}

export async function send(waiting: Waiting, tries: number, ways: Ways): Promise<Outcome> {
  const at = { params: { path: { id: waiting.visit } }, headers: { "Idempotency-Key": waiting.key }, signal: AbortSignal.timeout(PATIENCE_MS) };
  const proof = csrfToken();
  const asked = post(waiting, at);
  try {
    ways.settled(await body(asked));
    return { is: "done" };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    // 401 waits for the sign-in, which the page asks for by itself.
    if (error.status === 0 || error.status === 401 || error.status === 408 || error.status === 429 || error.status >= 500) return { is: "later" };
    if (error.status === 403) {
      await ways.ask();
      if (csrfToken() !== proof) return { is: "later" };
    }
    const underWay = error.status === 409 && (await asked).response.headers.has("Retry-After");
    return judge(waiting, error, underWay, tries, ways);
  }
}

/** The server would not: because it was done before, because it is being done, or because it cannot be. */
async function judge(waiting: Waiting, refusal: Refusal, underWay: boolean, tries: number, ways: Ways): Promise<Outcome> {
  let now: Visit;
  try {
    now = await body(client.GET("/api/v1/visits/{id}", { params: { path: { id: waiting.visit } }, signal: AbortSignal.timeout(PATIENCE_MS) }));
  } catch (error) {
    const hidden = error instanceof Refusal && (error.status === 404 || error.status === 403);
    if (!hidden) return { is: "later" };
    return waiting.step === "decline" ? { is: "done" } : { is: "refused", words: visitsWords.gone };
  }
  if (reached(now, waiting.step, ways.me)) {
    ways.settled(now);
    return { is: "done" };
  }
  if (underWay) return tries < UNDER_WAY ? { is: "later" } : { is: "fresh" };
  ways.settled(now);
  return { is: "refused", words: refusal.message };
}

function post(waiting: Waiting, at: { params: { path: { id: string } }; headers: Record<string, string>; signal: AbortSignal }) {
  switch (waiting.step) {
    case "accept":
      return client.POST("/api/v1/visits/{id}/accept", at);
    case "decline":
      return client.POST("/api/v1/visits/{id}/decline", { ...at, body: { reason: waiting.words } });
    case "en-route":
      return client.POST("/api/v1/visits/{id}/en-route", at);
    case "arrived":
      return client.POST("/api/v1/visits/{id}/arrived", at);
    case "complete":
      return client.POST("/api/v1/visits/{id}/complete", { ...at, body: waiting.words === "" ? {} : { note: waiting.words } });
  }
}
