import { assert, assertEquals, assertThrows } from "@std/assert";
import { CMSG_LEN, CMSG_SPACE } from "../../../socket/convert/ancillary.ts";

const calls = { CMSG_LEN, CMSG_SPACE };

Deno.test("CMSG_LEN() adds the header to the data", () => {
  const header = Deno.build.os === "darwin" ? 12 : 16;
  assertEquals(
    [0, 1, 8, 100].map(CMSG_LEN),
    [0, 1, 8, 100].map((n) => n + header),
  );
});

Deno.test("CMSG_SPACE() adds the padding", () => {
  const expected = Deno.build.os === "darwin"
    ? [12, 16, 16, 20, 20, 24]
    : [16, 24, 24, 24, 24, 32];
  assertEquals([0, 1, 4, 5, 8, 9].map(CMSG_SPACE), expected);
});

Deno.test("CMSG_SPACE() is never below CMSG_LEN(), nor a whole padding above it", () => {
  for (let length = 0; length < 100; length++) {
    const padding = CMSG_SPACE(length) - CMSG_LEN(length);
    assert(padding >= 0 && padding < 8, `${padding} bytes after ${length}`);
  }
});

Deno.test("CMSG_LEN() and CMSG_SPACE() throw RangeError for what does not fit", () => {
  for (const [name, call] of Object.entries(calls)) {
    for (const length of [-1, 2 ** 31 - 1, 2 ** 64]) {
      const error = assertThrows(() => call(length), RangeError);
      assert(
        error.message.startsWith(
          `Cannot compute ${name}: the length must be 0 to `,
        ) && error.message.endsWith(` bytes, not ${length}`),
        error.message,
      );
    }
  }
});

Deno.test("CMSG_LEN() and CMSG_SPACE() throw TypeError for a value that is not an integer", () => {
  for (const [name, call] of Object.entries(calls)) {
    for (const length of [0.5, NaN, "4", null]) {
      assertThrows(
        () => call(length as number),
        TypeError,
        `Cannot compute ${name}: the length must be an integer, not `,
      );
    }
  }
});
