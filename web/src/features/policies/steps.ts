// The steps of a policy as a form holds them and as they are sent.

import type { Schemas } from "../../api/client.ts";

export type Policy = Schemas["Policy"];
export type Step = Schemas["Step"];
export type Target = Schemas["TargetEntry"];
export type Kind = "role" | "rota" | "user" | "contact" | "webhook";

/** Who can be told by their role; responders are reached by a rota. */
export const ROLES = ["operator", "manager", "administrator"] as const;

export const KINDS: readonly Kind[] = ["role", "rota", "user", "contact", "webhook"];

export interface TargetDraft {
  kind: Kind;
  value: string;
}

export interface StepDraft {
  key: number;
  after: number | null;
  targets: TargetDraft[];
}

export function kindOf(target: Target): TargetDraft {
  const kind = KINDS.find((each) => target[each] != null) ?? "role";
  return { kind, value: String(target[kind] ?? "") };
}

export function targetOf({ kind, value }: TargetDraft): Target {
  switch (kind) {
    case "role":
      return { role: ROLES.find((role) => role === value) ?? "operator" };
    case "rota":
      return { rota: value };
    case "user":
      return { user: value };
    case "contact":
      return { contact: Number(value) };
    case "webhook":
      return { webhook: value };
  }
}

let made = 0;

export function newStep(after: number, targets: TargetDraft[] = []): StepDraft {
  made += 1;
  return { key: made, after, targets };
}

export function draftsOf(steps: readonly Step[]): StepDraft[] {
  return steps.map((step) => newStep(step.after_s, step.targets.map(kindOf)));
}

/** The steps as they are sent; null while a wait or a target is left open. */
export function stepsOf(drafts: readonly StepDraft[]): Step[] | null {
  const steps: Step[] = [];
  for (const { after, targets } of drafts) {
    if (after === null || targets.some((target) => target.value === "")) return null;
    steps.push({ after_s: after, targets: targets.map(targetOf) });
  }
  return steps;
}

/** A wait as people say it, without what is nought: `60 s`, `2 min`, `1 h 30 min`. */
export function wait(seconds: number): string {
  if (seconds <= 90) return `${seconds} s`;
  const units = [
    { name: "d", size: 86_400 },
    { name: "h", size: 3_600 },
    { name: "min", size: 60 },
    { name: "s", size: 1 },
  ];
  let left = seconds;
  const parts: string[] = [];
  for (const { name, size } of units) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) parts.push(`${count} ${name}`);
  }
  return parts.join(" ");
}

/** How long after the beginning each step is taken, in seconds, while nobody takes the alert. */
export function moments(steps: readonly Step[]): number[] {
  let at = 0;
  return steps.map((step) => (at += step.after_s));
}
