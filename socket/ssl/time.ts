// How OpenSSL writes the times of certificates.
const MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split(" ");
const TIME = /^(\w{3}) +(\d{1,2}) +(\d{1,2}):(\d{1,2}):(\d{1,2}) +(\d{4}) GMT$/;

/** Writes a time, in milliseconds since 1970. */
export function timeText(time: number): string {
  const date = new Date(time);
  const day = String(date.getUTCDate()).padStart(2);
  const clock = date.toISOString().slice(11, 19);
  return `${
    MONTHS[date.getUTCMonth()]
  } ${day} ${clock} ${date.getUTCFullYear()} GMT`;
}

/**
 * Turns the time of a certificate into seconds.
 *
 * @param certTime The text, as `getpeercert()` has it: `"Jan  5 09:34:43 2018 GMT"`.
 * @returns Seconds since 1970-01-01 00:00:00 UTC.
 * @throws {RangeError} If the text has another form.
 *
 * @example Usage
 * ```ts
 * import { certTimeToSeconds } from "@berkeley/socket/ssl";
 * import { assertEquals } from "@std/assert";
 *
 * assertEquals(certTimeToSeconds("Jan  5 09:34:43 2018 GMT"), 1515144883);
 * ```
 *
 * Port of [`ssl.cert_time_to_seconds`](https://docs.python.org/3/library/ssl.html#ssl.cert_time_to_seconds).
 */
export function certTimeToSeconds(certTime: string): number {
  const [, name = "", ...numbers] = TIME.exec(certTime) ?? [];
  const month = MONTHS.findIndex((month) =>
    month.toLowerCase() === name.toLowerCase()
  );
  if (month < 0) {
    throw new RangeError(
      `Cannot read the time "${certTime}": it must look like "Jan  5 09:34:43 2018 GMT"`,
    );
  }
  const [day, hours, minutes, seconds, year] = numbers.map(Number);
  return Date.UTC(year, month, day, hours, minutes, seconds) / 1000;
}
