// The rules in force as they are read: by queue, the most urgent first.

import type { Schemas } from "../../api/client.ts";

export type Rule = Schemas["RuleView"];
export type Queue = Schemas["Queue"];

export const QUEUES: readonly Queue[] = ["care", "health", "technical", "test"];

export interface Group {
  queue: Queue;
  priority: number;
  rules: Rule[];
}

export interface Wanted {
  words: string;
  queue: Queue | "";
  shadowOnly: boolean;
}

function matches(rule: Rule, { words, queue, shadowOnly }: Wanted): boolean {
  if (queue !== "" && rule.queue !== queue) return false;
  if (shadowOnly && !rule.shadow) return false;
  const said = `${rule.id} ${rule.title} ${rule.condition}`.toLowerCase();
  return words.toLowerCase().split(/\s+/).every((word) => said.includes(word));
}

/** What is wanted of the rules, a group for each queue and priority. */
export function grouped(rules: readonly Rule[], wanted: Wanted): Group[] {
  const groups = new Map<string, Group>();
  for (const rule of rules) {
    if (!matches(rule, wanted)) continue;
    const key = `${QUEUES.indexOf(rule.queue)} ${rule.priority}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { queue: rule.queue, priority: rule.priority, rules: [rule] });
    else group.rules.push(rule);
  }
  const order = (a: Group, b: Group) => QUEUES.indexOf(a.queue) - QUEUES.indexOf(b.queue) || a.priority - b.priority;
  const byTitle = (a: Rule, b: Rule) => a.title.localeCompare(b.title) || (a.organisation ?? "").localeCompare(b.organisation ?? "");
  return [...groups.values()].sort(order).map((group) => ({ ...group, rules: group.rules.sort(byTitle) }));
}
