// The one way to the server: typed by its own description, with the words of its refusals kept.

import createClient, { type Middleware } from "openapi-fetch";

import { setByServer } from "../time/clock.ts";
import type { components, paths } from "./schema.ts";

export type Schemas = components["schemas"];
export type Alert = Schemas["Alert"];

/** What the server said against a request, or that it could not be reached. */
export class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "Refusal";
    this.status = status;
  }
}

let csrf: string | null = null;

/** What writes repeat to show that they come from this page. */
export function setCsrf(token: string | null | undefined): void {
  csrf = token ?? null;
}

export function csrfToken(): string | null {
  return csrf;
}

let signedOut: (() => void) | null = null;
/** By which proof a request was sent: an answer to an older one says nothing about who is signed in now. */
const sentWith = new WeakMap<Request, string | null>();

/** Calls `listener` whenever the server no longer knows who asks. */
export function onSignedOut(listener: (() => void) | null): void {
  signedOut = listener;
}

let token: string | null = null;

/** A token by which every request proves who asks, in place of the session. */
export function setToken(to: string | null): void {
  token = to;
}

/** What a request must carry that does not go through `client`. */
export function proofs(): Record<string, string> {
  return token === null ? {} : { Authorization: `Bearer ${token}` };
}

const proof: Middleware = {
  onRequest({ request }) {
    sentWith.set(request, csrf);
    for (const [name, value] of Object.entries(proofs())) request.headers.set(name, value);
    if (request.method !== "GET" && csrf !== null) {
      request.headers.set("X-CSRF-Token", csrf);
    }
    return request;
  },
  onResponse({ request, response }) {
    setByServer(response.headers.get("date"));
    if (response.status === 401 && !request.url.endsWith("/auth/login") && sentWith.get(request) === csrf) signedOut?.();
  },
};

export const client = createClient<paths>({ baseUrl: globalThis.location.origin, credentials: "same-origin" });
client.use(proof);

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** The body of an answer; throws the server's own words when it refused. */
export async function body<T>(asked: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await asked;
  } catch {
    throw new Refusal(0, "Harken could not be reached. Check the network; nothing was changed.");
  }
  if (answer.response.ok) {
    return answer.data as T;
  }
  throw new Refusal(answer.response.status, words(answer.error, answer.response));
}

function words(problem: unknown, response: Response): string {
  if (typeof problem === "object" && problem !== null) {
    const { detail, title } = problem as { detail?: unknown; title?: unknown };
    if (typeof detail === "string" && detail !== "") return detail;
    if (typeof title === "string" && title !== "") return title;
  }
  return `The server answered ${response.status}. Try again; if it stays so, tell whoever runs Harken.`;
}
