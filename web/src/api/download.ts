// Files that the server writes: fetched, so that what it refuses can be told, and then handed to the browser to keep.

import { Refusal } from "./client.ts";

/** Fetches `path` and keeps it as a file of this name. */
export async function keep(path: string, name: string): Promise<void> {
  let answer: Response;
  try {
    answer = await fetch(path, { credentials: "same-origin" });
  } catch {
    throw new Refusal(0, "Harken could not be reached. Check the network; no file was made.");
  }
  if (!answer.ok) {
    const problem: unknown = await answer.json().catch(() => null);
    const detail = typeof problem === "object" && problem !== null && "detail" in problem && typeof problem.detail === "string" ? problem.detail : `The server answered ${answer.status}. Try again; if it stays so, tell whoever runs Harken.`;
    throw new Refusal(answer.status, detail);
  }
  let file: Blob;
  try {
    file = await answer.blob();
  } catch {
    throw new Refusal(0, "The file broke off on its way. Try again.");
  }
  const address = URL.createObjectURL(file);
  const link = document.createElement("a");
  link.href = address;
  link.download = name;
  link.click();
  // The browser has taken it by the next turn; a minute is for slow ones.
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}
