// Control messages as both languages show them.
import type { AncillaryData } from "../../../socket/mod.ts";

/** A control message: its level, its type and its data in hexadecimal digits. */
export type Control = [level: number, type: number, hex: string];

/** Shows control messages as the programs of CPython do. */
export function shownControls(messages: readonly AncillaryData[]): Control[] {
  return messages.map(([level, type, data]) => [level, type, data.toHex()]);
}

/** Encodes C's `int`s. */
export function ints(...numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Int32Array.from(numbers).buffer);
}

/** Decodes C's `int`s. */
export function intsIn(bytes: Uint8Array): number[] {
  return [...new Int32Array(bytes.slice().buffer)];
}

/**
 * Counts how many descriptors of this process are of the same socket as one, on
 * Linux. `ls` does it, because Deno opens /proc only with every permission; other
 * tests open and close sockets of their own meanwhile.
 */
export function copiesOf(fd: number): number {
  const { stdout } = new Deno.Command("ls", {
    args: ["-l", `/proc/${Deno.pid}/fd`],
    stderr: "null",
  }).outputSync();
  const lines = new TextDecoder().decode(stdout);
  const links = [...lines.matchAll(/ (\d+) -> (socket:\[\d+\])/g)];
  const wanted = links.find(([, number]) => Number(number) === fd)?.[2];
  return links.filter(([, , link]) => link === wanted).length;
}
