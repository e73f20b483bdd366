// Tells the server every 20 s that somebody is here. A worker, because the browser slows the timers of a hidden tab down to one a minute,
// and a lease lasts 60 s.

const EVERY_MS = 20_000;
let csrf: string | null = null;

async function tell(): Promise<void> {
  if (csrf === null) return;
  let status: number;
  try {
    const response = await fetch("/api/v1/me/presence", { method: "PUT", headers: { "X-CSRF-Token": csrf }, credentials: "same-origin" });
    status = response.status;
  } catch {
    status = 0;
  }
  globalThis.postMessage(status);
}

globalThis.addEventListener("message", (message: MessageEvent<string>) => {
  csrf = message.data;
  void tell();
});
setInterval(() => void tell(), EVERY_MS);
