import { MSG_DONTWAIT } from "./constants/mod.ts";

/** Bytes as calls take them. */
export type Data = ArrayBufferView | ArrayBufferLike;

/** Names the type of a wrong value in a message. */
export function kindOf(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return `an array of ${value.length}`;
  return typeof value === "object"
    ? value.constructor?.name ?? "an object"
    : typeof value;
}

/**
 * Views data as bytes, without a copy; `undefined` if it is not bytes. What is
 * given is never of a subclass: a `slice` of node's `Buffer` is not a copy.
 */
export function viewOf(data: unknown): Uint8Array | undefined {
  if (ArrayBuffer.isView(data)) {
    return Object.getPrototypeOf(data) === Uint8Array.prototype
      ? data as Uint8Array
      : new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  }
  return data instanceof ArrayBuffer || data instanceof SharedArrayBuffer
    ? new Uint8Array(data)
    : undefined;
}

/**
 * Views data as bytes, without a copy.
 *
 * @throws {TypeError} If it is not bytes, such as a string.
 */
export function bytesOf(call: string, data: Data): Uint8Array {
  const bytes = viewOf(data);
  if (bytes !== undefined) return bytes;
  throw new TypeError(
    typeof data === "string"
      ? `Cannot ${call}: data must be bytes, not a string; encode it with new TextEncoder().encode(text)`
      : `Cannot ${call}: data must be a Uint8Array, another view or an ArrayBuffer, not ${
        kindOf(data)
      }`,
  );
}

/**
 * Checks an integer argument.
 *
 * @param unit What the range counts, for the message.
 * @throws {TypeError} If it is not an integer, or too large for a number to
 * hold exactly.
 * @throws {RangeError} If it is not in the range.
 */
export function checkInteger(
  call: string,
  what: string,
  value: number,
  minimum: number = -Infinity,
  maximum: number = Infinity,
  unit?: string,
): void {
  const fits = value >= minimum && value <= maximum;
  if (fits && Number.isSafeInteger(value)) return;
  if (fits || !Number.isInteger(value)) {
    throw new TypeError(
      `Cannot ${call}: the ${what} must be an integer, not ${
        typeof value === "number" ? value : kindOf(value)
      }`,
    );
  }
  const range = maximum >= Number.MAX_SAFE_INTEGER
    ? `${minimum} or more`
    : `${minimum} to ${maximum}`;
  throw new RangeError(
    `Cannot ${call}: the ${what} must be ${range}${
      unit === undefined ? "" : ` ${unit}`
    }, not ${value}`,
  );
}

/**
 * Checks an integer argument that becomes a C `int`.
 *
 * @throws {TypeError} If it is not an integer.
 * @throws {RangeError} If it does not fit 32 bits.
 */
export function checkInt(call: string, what: string, value: number): void {
  checkInteger(call, what, value, -(2 ** 31), 2 ** 31 - 1);
}

/**
 * Checks an argument that becomes a C string.
 *
 * @throws {TypeError} If it is not a string, or has a NUL in it.
 */
export function checkText(
  call: string,
  what: string,
  text: unknown,
): asserts text is string {
  if (typeof text !== "string" || text.includes("\0")) {
    throw new TypeError(
      `Cannot ${call}: the ${what} must be a string without NUL, not ${
        typeof text === "string" ? JSON.stringify(text) : kindOf(text)
      }`,
    );
  }
}

/**
 * Checks a descriptor's number, or that it is an object, which drivers check.
 *
 * @throws {TypeError} If it is neither an integer nor an object.
 * @throws {RangeError} If it is negative, or larger than a C `int`.
 */
export function checkDescriptor(call: string, fd: unknown): void {
  if (typeof fd === "object" && fd !== null || typeof fd === "function") return;
  checkInteger(call, "descriptor", fd as number, 0, 0x7fffffff);
}

/**
 * Views the part of a caller's buffer that a receive may fill.
 *
 * @param size How many bytes; 0 for all.
 * @throws {TypeError} If it is not a buffer.
 * @throws {RangeError} If it is smaller than `size`.
 */
export function bufferOf(call: string, buffer: Data, size = 0): Uint8Array {
  checkSize(call, size);
  const bytes = bytesOf(call, buffer);
  if (size > bytes.length) {
    throw new RangeError(
      `Cannot ${call}: the buffer holds ${bytes.length} bytes, fewer than the ${size} asked for`,
    );
  }
  return size === 0 || size === bytes.length ? bytes : bytes.subarray(0, size);
}

/**
 * Views the buffers of a list as bytes.
 *
 * @throws {TypeError} If it is not an array, or not all of it is bytes.
 */
export function listOf(call: string, buffers: Data[]): Uint8Array[] {
  if (!Array.isArray(buffers)) {
    throw new TypeError(
      `Cannot ${call}: the buffers must be an array, not ${kindOf(buffers)}`,
    );
  }
  return buffers.map((buffer) => bytesOf(call, buffer));
}

/** Copies bytes into several buffers, filling each before the next. */
export function scatter(
  bytes: Uint8Array,
  buffers: readonly Uint8Array[],
): void {
  let start = 0;
  for (const buffer of buffers) {
    const part = bytes.subarray(start, start + buffer.length);
    buffer.set(part);
    start += part.length;
  }
}

/**
 * Checks control messages and returns them with their data as bytes.
 *
 * @throws {TypeError} If they are not a list of level, type and data.
 */
export function checkAncillary(
  call: string,
  ancdata: readonly (readonly [level: number, type: number, data: Data])[],
): [level: number, type: number, data: Uint8Array][] {
  const wrong = (value: unknown) =>
    new TypeError(
      `Cannot ${call}: ancillary data must be an array of [level, type, data], not ${
        kindOf(value)
      }`,
    );
  if (!Array.isArray(ancdata)) throw wrong(ancdata);
  return ancdata.map((message) => {
    if (!Array.isArray(message) || message.length !== 3) throw wrong(message);
    const [level, type, data] = message;
    checkInt(call, "level", level);
    checkInt(call, "type", type);
    return [level, type, bytesOf(call, data)];
  });
}

/** Tells whether the flags, or the options in their place, say that a call must not wait. */
export function isDontWait(flags: number | object): boolean {
  return MSG_DONTWAIT > 0 && typeof flags === "number" &&
    (flags & MSG_DONTWAIT) !== 0;
}

/** The flags that a driver honours; MSG_DONTWAIT becomes the call's `Wait`. */
export function driverFlags(flags: number | object): number {
  if (flags === 0 || (typeof flags === "object" && flags !== null)) return 0;
  checkInt("receive or send", "flags", flags);
  return isDontWait(flags) ? flags & ~MSG_DONTWAIT : flags;
}

/** Checks a number of bytes. */
export function checkSize(call: string, size: number, what = "size"): void {
  checkInteger(call, what, size, 0, Number.MAX_SAFE_INTEGER);
}

/** Checks the numbers that name a socket option. */
export function checkOption(call: string, level: number, name: number): void {
  checkInt(call, "level", level);
  checkInt(call, "option", name);
}

/**
 * Returns the value of a socket option as bytes and their number; `null` means
 * a null pointer with a length.
 */
export function optionValue(
  value: number | Data | null,
  length: number | undefined,
): [bytes: Uint8Array | null, size: number] {
  if (value === null) {
    checkInteger("setsockopt", "length", length!, 0, 0xffffffff);
    return [null, length!];
  }
  if (typeof value === "number") {
    checkInteger("setsockopt", "value", value, -0x80000000, 0x7fffffff);
    return [new Uint8Array(new Int32Array([value]).buffer), 4];
  }
  const bytes = bytesOf("setsockopt", value);
  return [bytes, bytes.length];
}

/** Creates the error of a receive whose buffer has changed since the call. */
export function lostBuffer(call: string): TypeError {
  return new TypeError(
    `Cannot ${call}: the buffer was detached or made smaller while the call waited`,
  );
}
