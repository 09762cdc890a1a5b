import type { Address } from "../../address.ts";
import { checkInteger, kindOf } from "../../arguments.ts";
import { isDarwin } from "../layout/mod.ts";

/**
 * Returns an address's parts.
 *
 * @param shape The shape of the family's addresses, for the message.
 * @throws {TypeError} If it is not an array of as many parts.
 */
export function expectShape(
  call: string,
  family: string,
  shape: string,
  address: Address,
  least: number,
  most: number,
): unknown[] {
  if (
    Array.isArray(address) && address.length >= least && address.length <= most
  ) return address;
  throw new TypeError(
    `Cannot ${call}: an ${family} address must be ${shape}, not ${
      kindOf(address)
    }`,
  );
}

/** Returns a part that is an integer in range; throws TypeError or RangeError if it is not. */
export function integer(
  call: string,
  what: string,
  value: unknown,
  least: number,
  most: number,
): number {
  checkInteger(call, what, value as number, least, most);
  return value as number;
}

/** Returns a part that is text; throws TypeError if it is not. */
export function text(call: string, value: unknown): string {
  if (typeof value === "string" && !value.includes("\0")) return value;
  throw new TypeError(
    `Cannot ${call}: a name in the address must be a string without NUL, not ${
      kindOf(value)
    }`,
  );
}

/** Writes the family of an address. */
export function setFamily(view: DataView, family: number): void {
  if (!isDarwin) return view.setUint16(0, family, true);
  view.setUint8(0, view.byteLength);
  view.setUint8(1, family);
}

/** Reads the family of an address. */
export function familyOf(view: DataView): number {
  return isDarwin ? view.getUint8(1) : view.getUint16(0, true);
}
