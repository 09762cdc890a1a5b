/**
 * The handler that forking_server.ts runs in its Workers.
 *
 * @module
 */
import { socketserver } from "@berkeley/socket";

export default class CountPrimes extends socketserver.StreamRequestHandler {
  override async handle(): Promise<void> {
    for await (const line of this.rfile) {
      const below = Number(new TextDecoder().decode(line));
      const answer = Number.isSafeInteger(below)
        ? `${countPrimes(below)} primes below ${below}`
        : "Send a number";
      await this.wfile.write(new TextEncoder().encode(`${answer}\n`));
    }
  }
}

/** Blocks this Worker until it is done. */
function countPrimes(below: number): number {
  let count = 0;
  for (let n = 2; n < below; n++) {
    if (isPrime(n)) count++;
  }
  return count;
}

function isPrime(n: number): boolean {
  for (let divisor = 2; divisor * divisor <= n; divisor++) {
    if (n % divisor === 0) return false;
  }
  return true;
}
