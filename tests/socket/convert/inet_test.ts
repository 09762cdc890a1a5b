import { assertEquals, assertThrows } from "@std/assert";
import { AF_INET, AF_INET6, AF_UNIX } from "../../../socket/constants/mod.ts";
import { OSError } from "../../../socket/errors.ts";
import {
  inetAton,
  inetNtoa,
  inetNtop,
  inetPton,
} from "../../../socket/convert/inet.ts";
import { parseIpv4Loose, parseIpv6 } from "../../../socket/text/ip_address.ts";

/** The 16 bytes of eight groups. */
function ipv6(...groups: number[]): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  for (const [index, group] of groups.entries()) {
    view.setUint16(index * 2, group);
  }
  return new Uint8Array(view.buffer);
}

/** Checks an error that no system call made, as Python's without errno. */
function assertIllegal(fn: () => unknown, message: string): void {
  const error = assertThrows(fn, OSError);
  assertEquals(error.message, message);
  assertEquals([error.errno, error.code], [undefined, ""]);
}

Deno.test("inetAton() takes one to four parts", () => {
  const cases: [ip: string, bytes: number[]][] = [
    ["1.2.3.4", [1, 2, 3, 4]],
    ["1.2.3", [1, 2, 0, 3]],
    ["1.2", [1, 0, 0, 2]],
    ["1", [0, 0, 0, 1]],
    ["1.2.65535", [1, 2, 255, 255]],
    ["1.16777215", [1, 255, 255, 255]],
    ["4294967295", [255, 255, 255, 255]],
    ["255.255.255.255", [255, 255, 255, 255]],
    ["0.0.0.0", [0, 0, 0, 0]],
  ];
  for (const [ip, bytes] of cases) {
    assertEquals(inetAton(ip), new Uint8Array(bytes), ip);
  }
});

Deno.test("inetAton() takes octal and hexadecimal parts", () => {
  const cases: [ip: string, bytes: number[]][] = [
    ["0177.0.0.01", [127, 0, 0, 1]],
    ["0x7f.0X0.0.0x1", [127, 0, 0, 1]],
    ["0xfFfFfFfF", [255, 255, 255, 255]],
    ["037777777777", [255, 255, 255, 255]],
    ["00000000000000000000001.2", [1, 0, 0, 2]],
    ["00.00.00.00", [0, 0, 0, 0]],
  ];
  for (const [ip, bytes] of cases) {
    assertEquals(inetAton(ip), new Uint8Array(bytes), ip);
  }
});

Deno.test("inetAton() ignores what follows white space", () => {
  for (const tail of [" ", "\n", "\tx", "\v1", "\f.", "\r\n", " \u00e9"]) {
    assertEquals(inetAton(`1.2.3.4${tail}`), new Uint8Array([1, 2, 3, 4]));
  }
});

Deno.test("inetAton() throws OSError for text that is not an address", () => {
  const wrong = [
    ...["", " ", " 1.2.3.4", "1.2.3.4x", "1.2.3.4.", ".1.2.3", "1..2", "1.2."],
    ...["1.2.3.4.5", "256.1", "1.256.3.4", "1.2.3.256", "1.2.65536"],
    ...["1.16777216", "4294967296", "08", "0x", "0x.1", "0xg", "1e2", "0b1"],
    ...["-1", "+1", "1.-2", "1.2.3.4\u00e9", "1.2.3.4\u00a0", "\uff11.2.3.4"],
    ...["::1", "localhost", "1, 2", "1.2.3.4/24"],
  ];
  for (const ip of wrong) {
    assertIllegal(
      () => inetAton(ip),
      `Cannot convert ${JSON.stringify(ip)}: illegal IP address string`,
    );
  }
});

Deno.test("inetAton() and inetPton() throw TypeError for a value that is not a C string", () => {
  for (const ip of ["1.2.3.4\0", "\0", "1.2.3.4 \ud800", 1, null, undefined]) {
    assertThrows(() => inetAton(ip as string), TypeError, "inetAton");
    assertThrows(() => inetPton(AF_INET, ip as string), TypeError, "inetPton");
    assertThrows(() => inetPton(99, ip as string), TypeError, "inetPton");
  }
});

Deno.test("inetPton() takes four decimal parts for AF_INET", () => {
  for (const ip of ["0.0.0.0", "1.2.3.4", "10.20.30.40", "255.255.255.255"]) {
    assertEquals(
      inetPton(AF_INET, ip),
      Uint8Array.from(ip.split("."), Number),
    );
  }
});

Deno.test("inetPton() throws OSError for text that is not an AF_INET address", () => {
  const wrong = [
    ...["", "1", "1.2.3", "1.2.3.4.5", "1.2.3.4.", ".1.2.3.4", "1..3.4"],
    ...["01.2.3.4", "1.2.3.00", "0x1.2.3.4", "256.2.3.4", "1.2.3.1000"],
    ...["1.2.3.4 ", " 1.2.3.4", "1.2.3.4\n", "+1.2.3.4", "::1", "1.2.3.\u0664"],
  ];
  for (const ip of wrong) {
    assertIllegal(
      () => inetPton(AF_INET, ip),
      `Cannot convert ${JSON.stringify(ip)}: illegal IP address string`,
    );
  }
});

Deno.test("inetPton() takes the forms of AF_INET6", () => {
  const cases: [ip: string, bytes: Uint8Array][] = [
    ["::", ipv6(0, 0, 0, 0, 0, 0, 0, 0)],
    ["::1", ipv6(0, 0, 0, 0, 0, 0, 0, 1)],
    ["1::", ipv6(1, 0, 0, 0, 0, 0, 0, 0)],
    ["1:2:3:4:5:6:7:8", ipv6(1, 2, 3, 4, 5, 6, 7, 8)],
    ["1:2:3::7:8", ipv6(1, 2, 3, 0, 0, 0, 7, 8)],
    ["::2:3:4:5:6:7:8", ipv6(0, 2, 3, 4, 5, 6, 7, 8)],
    ["1:2:3:4:5:6:7::", ipv6(1, 2, 3, 4, 5, 6, 7, 0)],
    ["1:2:3::5:6:7:8", ipv6(1, 2, 3, 0, 5, 6, 7, 8)],
    ["0001:0fFf::AbCd", ipv6(1, 0xfff, 0, 0, 0, 0, 0, 0xabcd)],
    ["::ffff:1.2.3.4", ipv6(0, 0, 0, 0, 0, 0xffff, 0x102, 0x304)],
    ["::255.0.0.1", ipv6(0, 0, 0, 0, 0, 0, 0xff00, 1)],
    ["1:2:3:4:5:6:7.8.9.10", ipv6(1, 2, 3, 4, 5, 6, 0x708, 0x90a)],
    ["1:2:3:4:5::7.8.9.10", ipv6(1, 2, 3, 4, 5, 0, 0x708, 0x90a)],
  ];
  for (const [ip, bytes] of cases) {
    assertEquals(inetPton(AF_INET6, ip), bytes, ip);
  }
});

Deno.test("inetPton() throws OSError for text that is not an AF_INET6 address", () => {
  const wrong = [
    ...["", ":", ":::", "::::", "1", "1:", ":1", ":1::", "::1:", "1:::2"],
    ...["1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8:"],
    ...["1:2:3:4:5:6:7:8::", "::1:2:3:4:5:6:7:8", "1:2:3:4::5:6:7:8"],
    ...["00001::", "12345::", "g::", "::-1", "::1 ", " ::1", "::1%lo", "::1%1"],
    ...["[::1]", "1.2.3.4", "::1.2.3", "::1.2.3.4.5", "::01.2.3.4", "::1.2.3."],
    ...["::256.2.3.4", "::1.2.3.4:5", "1.2.3.4::", "1:2:3:4:5:6:7:1.2.3.4"],
    ...["1:2:3:4:5:6::1.2.3.4", "::1.2.3.4::", "::1/64", "::\uff11"],
  ];
  for (const ip of wrong) {
    assertIllegal(
      () => inetPton(AF_INET6, ip),
      `Cannot convert ${JSON.stringify(ip)}: illegal IP address string`,
    );
  }
});

Deno.test("inetPton() throws EAFNOSUPPORT for another family", () => {
  for (const family of [AF_UNIX, 0, -1, 99]) {
    const error = assertThrows(() => inetPton(family, "::1"), OSError);
    assertEquals(error.code, "EAFNOSUPPORT");
    assertEquals(
      error.message,
      `Cannot convert "::1" of family ${family}: address family not supported by protocol (EAFNOSUPPORT)`,
    );
  }
});

Deno.test("inetPton() and inetNtop() throw for a family that is not a C int", () => {
  for (const family of [1.5, NaN, "2", null]) {
    const wrong = family as number;
    assertThrows(() => inetPton(wrong, "1.2.3.4"), TypeError, "the family");
    assertThrows(
      () => inetNtop(wrong, new Uint8Array(4)),
      TypeError,
      "the family",
    );
  }
  for (const family of [2 ** 31, 2 ** 32 + AF_INET, -(2 ** 31) - 1]) {
    assertThrows(() => inetPton(family, "1.2.3.4"), RangeError, "the family");
    assertThrows(
      () => inetNtop(family, new Uint8Array(4)),
      RangeError,
      "the family",
    );
  }
});

Deno.test("inetNtoa() writes four decimal parts", () => {
  assertEquals(inetNtoa(new Uint8Array([192, 0, 2, 255])), "192.0.2.255");
});

Deno.test("inetNtoa() throws OSError for another length", () => {
  for (const length of [0, 3, 5, 16]) {
    assertIllegal(
      () => inetNtoa(new Uint8Array(length)),
      `Cannot convert ${length} bytes: packed IP wrong length; an IPv4 address has 4 bytes`,
    );
  }
});

Deno.test("inetNtop() writes the first longest run of zeros as two colons", () => {
  const cases: [bytes: Uint8Array, ip: string][] = [
    [ipv6(0, 0, 0, 0, 0, 0, 0, 0), "::"],
    [ipv6(0, 0, 0, 0, 0, 0, 0, 1), "::1"],
    [ipv6(1, 0, 0, 0, 0, 0, 0, 0), "1::"],
    [ipv6(1, 2, 3, 4, 5, 6, 7, 8), "1:2:3:4:5:6:7:8"],
    [ipv6(1, 0, 3, 4, 5, 6, 7, 8), "1:0:3:4:5:6:7:8"],
    [ipv6(0, 2, 0, 4, 0, 6, 0, 8), "0:2:0:4:0:6:0:8"],
    [ipv6(1, 0, 0, 4, 5, 0, 0, 8), "1::4:5:0:0:8"],
    [ipv6(1, 0, 0, 4, 0, 0, 0, 8), "1:0:0:4::8"],
    [ipv6(0, 0, 3, 4, 5, 6, 0, 0), "::3:4:5:6:0:0"],
    [ipv6(0xabcd, 0xf, 0, 0, 0, 0, 0, 0x10), "abcd:f::10"],
  ];
  for (const [bytes, ip] of cases) assertEquals(inetNtop(AF_INET6, bytes), ip);
});

Deno.test("inetNtop() writes IPv4-mapped and IPv4-compatible addresses with dots", () => {
  const cases: [bytes: Uint8Array, ip: string][] = [
    [ipv6(0, 0, 0, 0, 0, 0xffff, 0x102, 0x304), "::ffff:1.2.3.4"],
    [ipv6(0, 0, 0, 0, 0, 0xffff, 0, 0), "::ffff:0.0.0.0"],
    [ipv6(0, 0, 0, 0, 0, 0, 0x102, 0x304), "::1.2.3.4"],
    [ipv6(0, 0, 0, 0, 0, 0, 1, 0), "::0.1.0.0"],
    [ipv6(0, 0, 0, 0, 0, 0, 0, 0x102), "::102"],
    [ipv6(0, 0, 0, 0, 0, 0xfffe, 0x102, 0x304), "::fffe:102:304"],
    [ipv6(0, 0, 0, 0, 0xffff, 0, 0x102, 0x304), "::ffff:0:102:304"],
    [ipv6(1, 0, 0, 0, 0, 0, 0x102, 0x304), "1::102:304"],
  ];
  for (const [bytes, ip] of cases) assertEquals(inetNtop(AF_INET6, bytes), ip);
});

Deno.test("inetNtop() throws RangeError for another length or family", () => {
  assertThrows(
    () => inetNtop(AF_INET, new Uint8Array(16)),
    RangeError,
    "Cannot convert with inetNtop: the packed address must be 4 bytes long, not 16",
  );
  assertThrows(
    () => inetNtop(AF_INET6, new Uint8Array(4)),
    RangeError,
    "Cannot convert with inetNtop: the packed address must be 16 bytes long, not 4",
  );
  for (const family of [AF_UNIX, 0, -1, 99]) {
    assertThrows(
      () => inetNtop(family, new Uint8Array(4)),
      RangeError,
      `not ${family}`,
    );
  }
});

Deno.test("inetNtoa() and inetNtop() take any view and any buffer", () => {
  const { buffer } = new Uint8Array([0, 1, 2, 3, 4, 5, 6, 7]);
  const shared = new Uint8Array(new SharedArrayBuffer(4));
  assertEquals(inetNtoa(buffer.slice(0, 4)), "0.1.2.3");
  assertEquals(inetNtoa(new DataView(buffer, 3, 4)), "3.4.5.6");
  assertEquals(inetNtop(AF_INET, new Uint16Array(buffer, 2, 2)), "2.3.4.5");
  assertEquals(inetNtop(AF_INET, shared), "0.0.0.0");
});

Deno.test("inetNtoa() and inetNtop() throw TypeError for a string, and say how to encode it", () => {
  assertThrows(
    () => inetNtoa("abcd" as unknown as Uint8Array),
    TypeError,
    "Cannot convert with inetNtoa: the packed address must be bytes, not a string; encode it with inetAton",
  );
  for (const family of [AF_INET, 99]) {
    assertThrows(
      () => inetNtop(family, "abcd" as unknown as Uint8Array),
      TypeError,
      "Cannot convert with inetNtop: the packed address must be bytes, not a string; encode it with inetPton",
    );
  }
});

Deno.test("inetNtoa() and inetNtop() throw TypeError for a value that is not bytes", () => {
  for (const packed of [null, undefined, 4, [1, 2, 3, 4], {}]) {
    const wrong = packed as unknown as Uint8Array;
    assertThrows(() => inetNtoa(wrong), TypeError, "must be bytes");
    assertThrows(() => inetNtop(AF_INET, wrong), TypeError, "must be bytes");
  }
});

Deno.test("parseIpv4Loose() gives undefined where anything follows", () => {
  assertEquals(parseIpv4Loose("0x7f.1"), new Uint8Array([127, 0, 0, 1]));
  for (const text of ["127.1 ", "127.1\n", "127.1\0", "127.1x", "", "08"]) {
    assertEquals(parseIpv4Loose(text), undefined);
  }
});

Deno.test("parseIpv6() gives undefined for a scope", () => {
  assertEquals(parseIpv6("fe80::1"), ipv6(0xfe80, 0, 0, 0, 0, 0, 0, 1));
  for (const text of ["fe80::1%1", "fe80::1%eth0", "fe80::1%"]) {
    assertEquals(parseIpv6(text), undefined);
  }
});
