// The first bytes of a message, to be looked at one by one.

const IN_A_ROW = 16;

/** The bytes that this base64 holds; none when it holds nothing readable. */
export function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  } catch {
    return new Uint8Array();
  }
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, "0");
}

/** As programmers print bytes: the place, sixteen bytes, and the letters among them. */
export function hexDump(bytes: Uint8Array): string {
  const rows: string[] = [];
  for (let at = 0; at < bytes.length; at += IN_A_ROW) {
    const row = [...bytes.slice(at, at + IN_A_ROW)];
    const letters = row.map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : "·")).join("");
    rows.push(`${hex(at, 4)}  ${row.map((byte) => hex(byte, 2)).join(" ").padEnd(IN_A_ROW * 3 - 1)}  ${letters}`);
  }
  return rows.join("\n");
}
