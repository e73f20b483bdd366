import { expect, test, vi } from "vitest";

import { type Outcome, Outbox, type Waiting } from "./outbox.ts";

const done: Outcome = { is: "done" };

/** A box over a phone's storage, and a server that answers as it is told. */
function phone(answer: (waiting: Waiting, tries: number) => Promise<Outcome> | Outcome, storage = new Map<string, string>()) {
  const sent: string[] = [];
  let keys = 0;
  const means = {
    storage: { getItem: (name: string) => storage.get(name) ?? null, setItem: (name: string, value: string) => void storage.set(name, value), removeItem: (name: string) => void storage.delete(name) },
    send: async (waiting: Waiting, tries: number) => {
      sent.push(`${waiting.step} ${waiting.key}`);
      return answer(waiting, tries);
    },
    alone: (work: () => Promise<void>) => work(),
    now: () => 5,
    newKey: () => `k${(keys += 1)}-${storage.size}`,
  };
  return { box: (person = "rae") => new Outbox(person, means), sent, storage };
}

const press = (box: Outbox, step: Waiting["step"]) => box.add({ visit: "v", home: "Elm Row", step, words: "" });
const steps = (box: Outbox) => box.waiting().map((each) => each.step);

test("what is pressed without a network is sent in order when it is back, each under its own key", async () => {
  vi.useFakeTimers();
  let network = false;
  const { box: open, sent } = phone(() => (network ? done : { is: "later" }));
  const box = open();
  box.go(true);
  press(box, "accept");
  press(box, "en-route");
  await vi.advanceTimersByTimeAsync(20_000);
  expect(steps(box), "nothing is lost").toEqual(["accept", "en-route"]);
  expect(new Set(sent).size, "the first is tried again under the same key; the second waits for it").toBe(1);
  expect(sent.length).toBeGreaterThan(2);
  network = true;
  sent.length = 0;
  box.hurry();
  await vi.advanceTimersByTimeAsync(0);
  expect(sent.map((each) => each.split(" ")[0])).toEqual(["accept", "en-route"]);
  expect(steps(box)).toEqual([]);
  vi.useRealTimers();
});

test("it is still there after the page was opened anew, for the same person only", async () => {
  const { box: open, storage } = phone(() => ({ is: "later" }));
  press(open(), "arrived");
  expect(steps(open("sam"))).toEqual([]);
  const again = phone(() => done, storage);
  const box = again.box();
  expect(steps(box)).toEqual(["arrived"]);
  expect(again.sent, "nothing goes out before somebody is signed in").toEqual([]);
  box.go(true);
  await vi.waitFor(() => expect(steps(box)).toEqual([]));
  expect(again.sent).toHaveLength(1);
});

test("a refusal stays until it was read and holds up nothing", async () => {
  const { box: open } = phone((waiting) => (waiting.step === "accept" ? { is: "refused", words: "called off" } : done));
  const box = open();
  box.go(true);
  press(box, "accept");
  press(box, "en-route");
  await vi.waitFor(() => expect(steps(box)).toEqual(["accept"]));
  expect(box.waiting()[0]?.refused).toBe("called off");
  box.dismiss(box.waiting()[0]?.key ?? "");
  expect(box.waiting()).toEqual([]);
});

test("a key that is spent is replaced, and one press at a time is under way", async () => {
  let running = 0;
  let most = 0;
  let first = true;
  const { box: open, sent } = phone(async () => {
    running += 1;
    most = Math.max(most, running);
    await Promise.resolve();
    running -= 1;
    if (!first) return done;
    first = false;
    return { is: "fresh" };
  });
  const box = open();
  box.go(true);
  press(box, "accept");
  press(box, "en-route");
  box.hurry();
  box.hurry();
  await vi.waitFor(() => expect(steps(box)).toEqual([]));
  expect(most).toBe(1);
  expect(sent.map((each) => each.split(" ")[0])).toEqual(["accept", "accept", "en-route"]);
  expect(new Set(sent).size).toBe(3);
});

test("a second tab sees what the first has sent, and does not bring it back", async () => {
  const { box: open } = phone(() => done);
  const [one, two] = [open(), open()];
  press(one, "accept");
  two.look();
  expect(steps(two)).toEqual(["accept"]);
  one.go(true);
  await vi.waitFor(() => expect(steps(one)).toEqual([]));
  press(two, "en-route");
  expect(steps(two)).toEqual(["en-route"]);
});
