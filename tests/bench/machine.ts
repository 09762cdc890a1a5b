import { cpus, release, type as system } from "node:os";
import { versions } from "./runtimes.ts";

/** Where it was measured. */
export interface Machine {
  cpu: string;
  cores: number;
  kernel: string;
  /** The version of each runtime that is there. */
  runtimes: Record<string, string>;
}

/** Describes this machine. */
export function describeMachine(): Machine {
  const [cpu] = cpus();
  return {
    cpu: cpu?.model ?? "unknown",
    cores: navigator.hardwareConcurrency,
    kernel: `${system()} ${release()}`,
    runtimes: { Deno: Deno.version.deno, ...versions },
  };
}

/** Writes it in a line. */
export function machineLine(machine: Machine): string {
  const { cpu, cores, kernel, runtimes } = machine;
  const names = Object.entries(runtimes).map(([name, version]) =>
    `${name} ${version}`
  );
  return `${cpu}, ${cores} cores; ${kernel}; ${names.join(", ")}\n`;
}
