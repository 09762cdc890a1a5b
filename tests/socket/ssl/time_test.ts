import { assertEquals, assertThrows } from "@std/assert";
import { certTimeToSeconds, timeText } from "../../../socket/ssl/time.ts";

Deno.test("certTimeToSeconds() reads a certificate's time", () => {
  assertEquals(certTimeToSeconds("Jan  5 09:34:43 2018 GMT"), 1515144883);
  assertEquals(certTimeToSeconds("jan 5 09:34:43 2018 GMT"), 1515144883);
  assertEquals(certTimeToSeconds("Feb 29 00:00:00 2024 GMT"), 1709164800);
  assertEquals(certTimeToSeconds("Dec 31 23:59:59 9999 GMT"), 253402300799);
  for (
    const text of [
      "",
      "2018-01-05",
      "Jan  5 09:34:43 2018",
      "Jan  5 09:34:43 2018 UTC",
      "Foo  5 09:34:43 2018 GMT",
    ]
  ) {
    assertThrows(
      () => certTimeToSeconds(text),
      RangeError,
      "Cannot read the time",
    );
  }
});

Deno.test("timeText() writes a time as certTimeToSeconds() reads it", () => {
  for (
    const text of [
      "Jan  1 00:00:00 1970 GMT",
      "Jan  5 09:34:43 2018 GMT",
      "Feb 29 23:59:59 2024 GMT",
      "Dec 31 23:59:59 9999 GMT",
    ]
  ) {
    assertEquals(timeText(certTimeToSeconds(text) * 1000), text);
  }
});
