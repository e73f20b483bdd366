// Which value of a setting holds, where it comes from, and what is sent to change it. Pure.

import type { Schemas } from "../api/client.ts";

export type Rule = Schemas["RuleView"];
export type Plan = Schemas["PlanVersion"];
export type Value = Schemas["SettingValue"];
export type Scope = "device" | "resident" | "home" | "organisation";

/** The plans that bear on something, the nearest first: the first is the one that is looked at and changed. */
export interface Layer {
  scope: Scope;
  plan: Plan;
}

export interface Own {
  value: Value;
  detail: Schemas["OverrideDetail"] | null;
  /** Whether its end has come: then the wider value holds again. */
  ended: boolean;
}

export interface Line {
  /** As plans call it: `rule.setting`. */
  name: string;
  rule: string;
  setting: Schemas["SettingView"];
  value: Value;
  from: Scope | "default";
  /** Who set what is in force, where a plan did. */
  detail: Schemas["OverrideDetail"] | null;
  /** What the nearest plan itself says. */
  own: Own | null;
  /** What would hold without it. */
  wider: { value: Value; from: Scope | "default" };
}

/** The rules in force at the homes of an organisation: its own take the place of the common ones of the same id. */
export function rulesOf(rules: readonly Rule[], organisation: string): Rule[] {
  const own = new Set(rules.filter((rule) => rule.organisation === organisation).map((rule) => rule.id));
  return rules.filter((rule) => rule.organisation === organisation || (rule.organisation == null && !own.has(rule.id)));
}

function ownOf(plan: Plan, name: string, now: number): Own | null {
  const value = plan.overrides[name];
  if (value === undefined) return null;
  const detail = plan.details[name] ?? null;
  return { value, detail, ended: detail?.until != null && Date.parse(detail.until) <= now };
}

function holding(layers: readonly Layer[], setting: Schemas["SettingView"], now: number): Pick<Line, "value" | "from" | "detail"> {
  for (const { scope, plan } of layers) {
    const own = ownOf(plan, setting.name, now);
    if (own !== null && !own.ended) return { value: own.value, from: scope, detail: own.detail };
  }
  return { value: setting.default, from: "default", detail: null };
}

/** What is kept per home or per gateway follows no single device or person. */
function bearsOn(rule: Rule, scope: Scope): boolean {
  return scope === "home" || scope === "organisation" || rule.subject === "device" || rule.subject === "resident";
}

/** Every setting that the nearest of `layers` can say something of, rule by rule. */
export function linesOf(rules: readonly Rule[], layers: readonly Layer[], now: number): Line[] {
  const [nearest, ...wider] = layers;
  if (nearest === undefined) return [];
  return rules
    .filter((rule) => bearsOn(rule, nearest.scope))
    .flatMap((rule) =>
      Object.values(rule.settings).map((setting) => ({
        name: setting.name,
        rule: rule.title,
        setting,
        ...holding(layers, setting, now),
        own: ownOf(nearest.plan, setting.name, now),
        wider: holding(wider, setting, now),
      })),
    )
    .sort((a, b) => a.rule.localeCompare(b.rule) || a.name.localeCompare(b.name));
}

/** Setting to what people and devices of the home have of their own, which goes before the home's. */
export function elsewhereOf(plans: readonly { who: string; plan: Plan }[], now: number): Map<string, { who: string; value: Value }[]> {
  const found = new Map<string, { who: string; value: Value }[]>();
  for (const { who, plan } of plans) {
    for (const name of Object.keys(plan.overrides)) {
      const own = ownOf(plan, name, now);
      if (own !== null && !own.ended) found.set(name, [...(found.get(name) ?? []), { who, value: own.value }]);
    }
  }
  return found;
}

/** Names in a plan that no rule has any more. */
export function straysOf(rules: readonly Rule[], plan: Plan): string[] {
  const known = new Set(rules.flatMap((rule) => Object.values(rule.settings).map((setting) => setting.name)));
  return Object.keys(plan.overrides).filter((name) => !known.has(name));
}

/** The whole of the next version: what is there, with some settings given another value or taken back (null). */
export function changeOf(plan: Plan, changes: Readonly<Record<string, { value: Value; until: string | null } | null>>, reason: string): Schemas["PlanChange"] {
  const overrides: Record<string, Value> = {};
  const ends: Record<string, string> = {};
  for (const [name, value] of Object.entries(plan.overrides)) {
    if (name in changes) continue;
    overrides[name] = value;
    const until = plan.details[name]?.until;
    if (until != null) ends[name] = until;
  }
  for (const [name, change] of Object.entries(changes)) {
    if (change === null) continue;
    overrides[name] = change.value;
    if (change.until !== null) ends[name] = change.until;
  }
  return { overrides, ends, reason, version: plan.version };
}

export interface Difference {
  name: string;
  before: Value | null;
  after: Value | null;
}

/** What a version changed of the one before it. */
export function differences(before: Plan | undefined, after: Plan): Difference[] {
  const old = before?.overrides ?? {};
  const names = [...new Set([...Object.keys(old), ...Object.keys(after.overrides)])].sort();
  return names.map((name) => ({ name, before: old[name] ?? null, after: after.overrides[name] ?? null })).filter((each) => each.before !== each.after);
}
