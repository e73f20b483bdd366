// A rule as text that somebody edits: the text is the truth, and the switches beside it write into it.

export type WrittenRule = Record<string, unknown>;

export interface Read {
  rule: WrittenRule | null;
  /** Why the text is no rule yet. */
  fault: string | null;
}

export function written(rule: unknown): string {
  return JSON.stringify(rule, null, 2);
}

/** The rule in the text, or what is wrong with the text. */
export function read(text: string): Read {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== "object" || value === null || Array.isArray(value)) return { rule: null, fault: "object" };
    return { rule: value as WrittenRule, fault: null };
  } catch (error) {
    return { rule: null, fault: placed(text, error instanceof Error ? error.message : String(error)) };
  }
}

/** Says the line, which people can find, in place of the position, which they cannot. */
function placed(text: string, message: string): string {
  const position = /at position (\d+)/.exec(message)?.[1];
  if (position === undefined || message.includes("line ")) return message;
  const line = text.slice(0, Number(position)).split("\n").length;
  return message.replace(/at position \d+/, `at line ${line}`);
}

function without(rule: WrittenRule, name: string): WrittenRule {
  return Object.fromEntries(Object.entries(rule).filter(([each]) => each !== name));
}

export function inShadow(rule: WrittenRule): boolean {
  return rule.shadow === true;
}

export function withShadow(rule: WrittenRule, shadow: boolean): WrittenRule {
  const rest = without(rule, "shadow");
  return shadow ? { ...rest, shadow: true } : rest;
}

export function ownerOf(rule: WrittenRule): string {
  return typeof rule.organisation === "string" ? rule.organisation : "";
}

/** The rule as this organisation's own; as everybody's for "". */
export function ownedBy(rule: WrittenRule, organisation: string): WrittenRule {
  const rest = without(rule, "organisation");
  return organisation === "" ? rest : { ...rest, organisation };
}
