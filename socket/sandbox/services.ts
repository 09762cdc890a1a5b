import { readIfGranted } from "../permissions.ts";
import * as embedded from "../constants/services.ts";

/** A service as `services(5)` lists it: the name first, then its aliases. */
interface Service {
  readonly names: readonly string[];
  readonly port: number;
  readonly proto: string;
}

/** A protocol as `protocols(5)` lists it: the name first, then its aliases. */
interface Protocol {
  readonly names: readonly string[];
  readonly number: number;
}

// The files hardly ever change while a program runs, so read them once.
let services: readonly Service[] | undefined;
let protocols: readonly Protocol[] | undefined;

/** Splits a file into words per line, skipping comments and blank lines. */
function wordsPerLine(text: string): string[][] {
  return text.split("\n")
    .map((line) => line.replace(/#.*/, "").trim())
    .filter((line) => line !== "")
    .map((line) => line.split(/\s+/));
}

function allServices(): readonly Service[] {
  return services ??= wordsPerLine(
    readIfGranted("/etc/services") ?? embedded.services,
  ).map(([name, where = "", ...aliases]) => {
    const [port, proto = ""] = where.split("/");
    return { names: [name, ...aliases], port: Number(port), proto };
  });
}

function allProtocols(): readonly Protocol[] {
  return protocols ??= wordsPerLine(
    readIfGranted("/etc/protocols") ?? embedded.protocols,
  ).map(([name, number, ...aliases]) => ({
    names: [name, ...aliases],
    number: Number(number),
  }));
}

/** Finds the port of a service by name; `undefined` if it is not known. */
export function findPort(name: string, proto?: string): number | undefined {
  return allServices().find((service) =>
    service.names.includes(name) &&
    (proto === undefined || service.proto === proto)
  )?.port;
}

/** Finds the service at a port; `undefined` if it is not known. */
export function findService(port: number, proto?: string): string | undefined {
  return allServices().find((service) =>
    service.port === port && (proto === undefined || service.proto === proto)
  )?.names[0];
}

/** Finds the number of a protocol by name; `undefined` if it is not known. */
export function findProtocol(name: string): number | undefined {
  return allProtocols().find(({ names }) => names.includes(name))?.number;
}
